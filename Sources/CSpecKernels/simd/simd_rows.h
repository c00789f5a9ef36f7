// Kernels that work on a row of numbers: normalization, activation functions, rotation, sums, and the choice of a token.
#include "simd_lanes.h"

static void simd_rmsnorm(const float *x, size_t x_stride, size_t rows, size_t width, const float *weight,
                         float epsilon, float *y, size_t y_stride) {
  for (size_t row = 0; row < rows; row += 4) {
    // Four rows at once hide the latency of each row's one chain.
    size_t count = rows - row < 4 ? rows - row : 4;
    const float *lines[4];
    float sums[4] = {0};
    for (size_t i = 0; i < 4; i++) lines[i] = x + (row + (i < count ? i : 0)) * x_stride;
    for (size_t i = 0; i < width; i++)
      for (size_t r = 0; r < 4; r++) sums[r] = fmaf(lines[r][i], lines[r][i], sums[r]);
    for (size_t r = 0; r < count; r++) {
      float scale = inverse_root(sums[r] / (float)width + epsilon);
      float *out = y + (row + r) * y_stride;
      size_t i = 0;
      for (; i + LANES <= width; i += LANES)
        store(out + i, (load(lines[r] + i) * (vfloat)scale) * load(weight + i));
      for (; i < width; i++) out[i] = (lines[r][i] * scale) * weight[i];
    }
  }
}

static void simd_swiglu(const float *gate, const float *up, size_t count, float *out) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) store(out + i, silu_lanes(load(gate + i)) * load(up + i));
  if (i < count) {
    vfloat last = silu_lanes(load_tail(gate + i, count - i)) * load_tail(up + i, count - i);
    memcpy(out + i, &last, (count - i) * sizeof(float));
  }
}

static void simd_geglu(const float *gate, const float *up, size_t count, float *out) {
  for (size_t i = 0; i < count; i += LANES) {
    const size_t rest = rest_at(count, i);
    store_some(out + i, gelu_tanh_lanes(load_some(gate + i, rest)) * load_some(up + i, rest), rest);
  }
}

static void simd_soft_cap(float *x, float cap, size_t count) {
  for (size_t i = 0; i < count; i += LANES) {
    const size_t rest = rest_at(count, i);
    store_some(x + i, soft_cap_lanes(load_some(x + i, rest), cap), rest);
  }
}

static void simd_bias_silu_add(float *x, const float *bias, const float *residual, size_t count) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES)
    store(x + i, load(residual + i) + silu_lanes(load(x + i) + load(bias + i)));
  if (i < count) {
    size_t rest = count - i;
    vfloat sum = load_tail(x + i, rest) + load_tail(bias + i, rest);
    vfloat last = load_tail(residual + i, rest) + silu_lanes(sum);
    memcpy(x + i, &last, rest * sizeof(float));
  }
}

static void simd_rotate(float *heads, size_t count, size_t dimension, size_t pairs, const float *line) {
  for (size_t head = 0; head < count; head++, heads += dimension) {
    size_t i = 0;
    for (; i + LANES <= pairs; i += LANES) {
      vfloat a = load(heads + i), b = load(heads + pairs + i), cosine = load(line + i), sine = load(line + pairs + i);
      store(heads + i, a * cosine - b * sine);
      store(heads + pairs + i, b * cosine + a * sine);
    }
    for (; i < pairs; i++) {
      float a = heads[i], b = heads[pairs + i];
      heads[i] = a * line[i] - b * line[pairs + i];
      heads[pairs + i] = b * line[i] + a * line[pairs + i];
    }
  }
}

static void simd_add(const float *x, size_t count, float *y) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) store(y + i, load(y + i) + load(x + i));
  for (; i < count; i++) y[i] += x[i];
}

static sk_choice simd_choose(const float *x, size_t count, bool probability) {
  float largest = largest_of(x, count);
  size_t index = 0;
  while (x[index] != largest && index + 1 < count) index++;
  if (x[index] != largest) index = 0;  // nothing but NaN
  sk_choice choice = {(int32_t)index, x[index], 0, 0};
  if (!probability) return choice;
  float chains[SUM_CHAINS] = {0};
  vfloat sums[SUM_CHAINS / LANES];
  for (size_t v = 0; v < SUM_CHAINS / LANES; v++) sums[v] = (vfloat)0.0f;
  size_t i = 0;
  for (; i + SUM_CHAINS <= count; i += SUM_CHAINS)
    for (size_t v = 0; v < SUM_CHAINS / LANES; v++)
      sums[v] += exp_lanes(load(x + i + v * LANES) - (vfloat)choice.value);
  for (size_t v = 0; v < SUM_CHAINS / LANES; v++) store(chains + v * LANES, sums[v]);
  for (size_t chain = 0; i < count; i++, chain++) {
    vfloat last = exp_lanes(load_tail(x + i, 1) - (vfloat)choice.value);
    chains[chain] += last[0];
  }
  float sum = 0;
  for (size_t chain = 0; chain < SUM_CHAINS; chain++) sum += chains[chain];
  choice.probability = 1.0f / sum;
  return choice;
}

static float simd_quantize(const float *x, size_t count, int16_t *out) {
  vfloat lanes = (vfloat)0.0f;
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    vfloat magnitude = __builtin_elementwise_abs(load(x + i));
    lanes = select_lanes(magnitude > lanes, magnitude, lanes);
  }
  float largest = 0;
  for (size_t lane = 0; lane < LANES; lane++) largest = lanes[lane] > largest ? lanes[lane] : largest;
  for (; i < count; i++) largest = fabsf(x[i]) > largest ? fabsf(x[i]) : largest;
  const float scale = largest / 32767.0f;
  if (!(scale > 0)) {
    memset(out, 0, count * sizeof *out);
    return 0;
  }
  for (i = 0; i < count; i += LANES) {
    size_t rest = count - i < LANES ? count - i : LANES;
    vfloat q = __builtin_elementwise_roundeven(load_tail(x + i, rest) / (vfloat)scale);
    q = select_lanes(q > (vfloat)32767.0f, (vfloat)32767.0f, q);
    q = select_lanes(q < (vfloat)-32767.0f, (vfloat)-32767.0f, q);
    vnarrow narrow = __builtin_convertvector(q, vnarrow);
    memcpy(out + i, &narrow, rest * sizeof *out);
  }
  return scale;
}
