// The specification: canonical arithmetic as plain loops. Every other kernel set must give these bits.
#pragma STDC FP_CONTRACT OFF
#include <math.h>
#include <string.h>

#include "canonical_functions.h"
#include "kernel_set.h"

/// The weight of output row `row` at input `column` in a packed matrix of floats.
static float packed_weight(sk_number_type type, const void *packed, size_t columns, size_t row, size_t column) {
  size_t panel = row / SK_PANEL, lane = row % SK_PANEL;
  if (type == SK_F32) return ((const float *)packed)[(panel * columns + column) * SK_PANEL + lane];
  const uint16_t *halves = (const uint16_t *)packed + panel * columns * SK_PANEL;
  if (type == SK_F16) return sk_widen_f16(halves[column * SK_PANEL + lane]);
  return bits_to_float((uint32_t)halves[(column / 2 * SK_PANEL + lane) * 2 + column % 2] << 16);
}

static float float_product(sk_number_type type, const void *packed, size_t columns, size_t row, const float *x) {
  float sum = 0;
  for (size_t column = 0; column < columns; column++)
    sum = fmaf(packed_weight(type, packed, columns, row, column), x[column], sum);
  return sum;
}

static float int8_product(const void *packed, size_t columns, size_t row, const int16_t *x, float x_scale) {
  float sum = 0;
  for (size_t block = 0; block < columns / 32; block++) {
    const char *bytes = (const char *)packed + (row / SK_PANEL * (columns / 32) + block) * SK_INT8_BLOCK_BYTES;
    uint16_t scale;
    memcpy(&scale, bytes + row % SK_PANEL * 2, 2);
    const int8_t *weights = (const int8_t *)bytes + 2 * SK_PANEL + row % SK_PANEL * 2;
    int32_t products = 0;
    for (size_t column = 0; column < 32; column++)
      products += weights[column / 2 * 2 * SK_PANEL + column % 2] * x[block * 32 + column];
    sum = fmaf((float)products, bits_to_float((uint32_t)scale << 16), sum);
  }
  return sum * x_scale;
}

static void matmul(sk_number_type type, const void *packed, size_t columns, size_t first, size_t last,
                   const void *x_tiles, const float *x_scales, size_t rows, float *y, size_t y_stride) {
  // Tiles of one position: x_tiles holds x row by row.
  for (size_t i = 0; i < rows; i++) {
    for (size_t row = first * SK_PANEL; row < last * SK_PANEL; row++) {
      y[i * y_stride + row] =
          type == SK_INT8
              ? int8_product(packed, columns, row, (const int16_t *)x_tiles + i * columns, x_scales[i])
              : float_product(type, packed, columns, row, (const float *)x_tiles + i * columns);
    }
  }
}

static float quantize(const float *x, size_t count, int16_t *out) {
  float largest = 0;
  for (size_t i = 0; i < count; i++) largest = fabsf(x[i]) > largest ? fabsf(x[i]) : largest;
  // A unit of 0 stands for a row of zeros, and for one so small that its unit is none.
  float scale = largest / 32767.0f;
  for (size_t i = 0; i < count; i++) {
    float q = scale > 0 ? rintf(x[i] / scale) : 0;
    out[i] = (int16_t)(q > 32767 ? 32767 : q < -32767 ? -32767 : q);
  }
  return scale;
}

static void rmsnorm(const float *x, size_t x_stride, size_t rows, size_t width, const float *weight, float epsilon,
                    float *y, size_t y_stride) {
  for (size_t row = 0; row < rows; row++, x += x_stride, y += y_stride) {
    float sum = 0;
    for (size_t i = 0; i < width; i++) sum = fmaf(x[i], x[i], sum);
    float scale = inverse_root(sum / (float)width + epsilon);
    for (size_t i = 0; i < width; i++) y[i] = (x[i] * scale) * weight[i];
  }
}

static void add(const float *x, size_t count, float *y) {
  for (size_t i = 0; i < count; i++) y[i] += x[i];
}

static void swiglu(const float *gate, const float *up, size_t count, float *out) {
  for (size_t i = 0; i < count; i++) out[i] = silu(gate[i]) * up[i];
}

static void geglu(const float *gate, const float *up, size_t count, float *out) {
  for (size_t i = 0; i < count; i++) out[i] = gelu_tanh(gate[i]) * up[i];
}

static void soft_cap_row(float *x, float cap, size_t count) {
  for (size_t i = 0; i < count; i++) x[i] = soft_cap(x[i], cap);
}

static void bias_silu_add(float *x, const float *bias, const float *residual, size_t count) {
  for (size_t i = 0; i < count; i++) x[i] = residual[i] + silu(x[i] + bias[i]);
}

static void rotate(float *heads, size_t count, size_t dimension, size_t pairs, const float *line) {
  for (size_t head = 0; head < count; head++, heads += dimension) {
    for (size_t i = 0; i < pairs; i++) {
      float a = heads[i], b = heads[pairs + i];
      heads[i] = a * line[i] - b * line[pairs + i];
      heads[pairs + i] = b * line[i] + a * line[pairs + i];
    }
  }
}

static float key(const sk_layer_cache *cache, size_t kv_head, size_t slot, size_t d) {
  size_t block = slot / SK_PANEL, lane = slot % SK_PANEL;
  return cache->keys[kv_head * cache->capacity * cache->head_dimension +
                     (block * cache->head_dimension + d) * SK_PANEL + lane];
}

static float value(const sk_layer_cache *cache, size_t kv_head, size_t slot, size_t d) {
  size_t stride = sk_round_up(cache->head_dimension, SK_PANEL);
  return cache->values[(kv_head * cache->capacity + slot) * stride + d];
}

static void attend_head(const sk_attention *attention, const sk_layer_cache *cache, size_t row, size_t head,
                        float *scores) {
  size_t kv_head = head / (attention->query_heads / cache->kv_heads), dimension = cache->head_dimension;
  const float *query = attention->queries + row * attention->query_stride + head * dimension;
  const int32_t *path = NULL;
  size_t path_count = row + 1;
  if (attention->path_slots) {
    path = attention->path_slots + attention->path_offsets[row];
    path_count = (size_t)(attention->path_offsets[row + 1] - attention->path_offsets[row]);
  }
  size_t count = attention->prefix + path_count;
  // The row's position is count − 1, and the place of a slot in the logical order is its position.
  size_t first = attention->window && attention->window < count ? count - attention->window : 0;
#define SLOT(j) (path && (j) >= attention->prefix ? (size_t)path[(j) - attention->prefix] : (j))
  for (size_t j = first; j < count; j++) {
    float sum = 0;
    for (size_t d = 0; d < dimension; d++) sum = fmaf(key(cache, kv_head, SLOT(j), d), query[d], sum);
    scores[j] = sum * attention->scale;
    if (attention->score_cap > 0) scores[j] = soft_cap(scores[j], attention->score_cap);
  }
  float largest = scores[first];
  for (size_t j = first + 1; j < count; j++) largest = scores[j] > largest ? scores[j] : largest;
  float sum = 0;
  for (size_t j = first; j < count; j++) {
    scores[j] = canonical_exp(scores[j] - largest);
    sum += scores[j];
  }
  float *out = attention->out + row * attention->out_stride + head * dimension;
  for (size_t d = 0; d < dimension; d++) {
    float weighted = 0;
    for (size_t j = first; j < count; j++) weighted = fmaf(scores[j], value(cache, kv_head, SLOT(j), d), weighted);
    out[d] = weighted / sum;
  }
#undef SLOT
}

static void attend(const sk_attention *attention, const sk_layer_cache *cache, size_t first, size_t last,
                   size_t kv_head, float *scores) {
  size_t group = attention->query_heads / cache->kv_heads;
  for (size_t row = first; row < last; row++)
    for (size_t i = 0; i < group; i++) attend_head(attention, cache, row, kv_head * group + i, scores);
}

static sk_choice choose(const float *x, size_t count, bool probability) {
  // A NaN is below every number: the first number takes its place.
  sk_choice choice = {0, x[0], 0, 0};
  for (size_t i = 1; i < count; i++)
    if (x[i] > choice.value || (isnan(choice.value) && !isnan(x[i]))) choice = (sk_choice){(int32_t)i, x[i], 0, 0};
  if (!probability) return choice;
  float chains[SUM_CHAINS] = {0};
  for (size_t i = 0; i < count; i++) chains[i % SUM_CHAINS] += canonical_exp(x[i] - choice.value);
  float sum = 0;
  for (size_t i = 0; i < SUM_CHAINS; i++) sum += chains[i];
  choice.probability = 1.0f / sum;
  return choice;
}

static void perturb(const float *x, const int32_t *ids, size_t count, float temperature, uint64_t key, float *out) {
  for (size_t i = 0; i < count; i++)
    out[i] = fmaf(temperature, canonical_gumbel(key, (uint32_t)(ids ? ids[i] : (int32_t)i)), x[i]);
}

static float weigh(const float *x, size_t count, float largest, float scale, float *out) {
  float chains[SUM_CHAINS] = {0};
  for (size_t i = 0; i < count; i++) {
    out[i] = canonical_exp((x[i] - largest) * scale);
    chains[i % SUM_CHAINS] += out[i];
  }
  float sum = 0;
  for (size_t i = 0; i < SUM_CHAINS; i++) sum += chains[i];
  return sum;
}

static float multiply_add(size_t iterations) {
  float sums[12] = {0};
  for (size_t i = 0; i < iterations; i++)
    for (size_t chain = 0; chain < 12; chain++) sums[chain] = fmaf(sums[chain], 0.999999f, 1e-6f);
  float total = 0;
  for (size_t chain = 0; chain < 12; chain++) total += sums[chain];
  return total;
}

static float read_buffer(const float *buffer, size_t count) {
  uint32_t all = 0;
  for (size_t i = 0; i < count; i++) all ^= float_to_bits(buffer[i]);
  return (float)(all & 1);
}

static bool always(void) { return true; }

const sk_kernel_set sk_reference_kernels = {
    .name = "reference",
    .supported = always,
    .tile_rows = 1,
    .int8_tile_rows = 1,
    .matmul = matmul,
    .rmsnorm = rmsnorm,
    .quantize = quantize,
    .add = add,
    .swiglu = swiglu,
    .geglu = geglu,
    .soft_cap = soft_cap_row,
    .bias_silu_add = bias_silu_add,
    .rotate = rotate,
    .attend = attend,
    .choose = choose,
    .perturb = perturb,
    .weigh = weigh,
    .multiply_add = multiply_add,
    .read = read_buffer,
    .lanes = 1,
    .training = &sk_reference_training_kernels,
};
