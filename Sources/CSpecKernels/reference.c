// The specification: canonical arithmetic as plain loops. Every other kernel set must give these bits.
#pragma STDC FP_CONTRACT OFF
#include <math.h>
#include <string.h>

#include "canonical.h"
#include "kernel_set.h"

static float bits_to_float(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static uint32_t float_to_bits(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static float canonical_exp(float x) {
  float cut = x < EXP_LOWEST ? EXP_LOWEST : x;
  cut = cut > EXP_HIGHEST ? EXP_HIGHEST : cut;
  float shifted = fmaf(cut, EXP_LOG2E, EXP_ROUNDING);
  float n = shifted - EXP_ROUNDING;
  float r = fmaf(n, -EXP_LN2_HIGH, cut);
  r = fmaf(n, -EXP_LN2_LOW, r);
  float p = EXP_C6;
  p = fmaf(p, r, EXP_C5);
  p = fmaf(p, r, EXP_C4);
  p = fmaf(p, r, EXP_C3);
  p = fmaf(p, r, EXP_C2);
  p = fmaf(p, r, 1.0f);
  p = fmaf(p, r, 1.0f);
  uint32_t exponent = float_to_bits(shifted) << 23;  // the constant's own bits are shifted out
  float result = bits_to_float(float_to_bits(p) + exponent);
  return x < EXP_LOWEST ? 0.0f : result;
}

static float silu(float x) { return x / (1.0f + canonical_exp(-x)); }

/// The weight of output row `row` at input `column` in a packed matrix.
static float packed_weight(sk_number_type type, const void *packed, size_t columns, size_t row, size_t column) {
  size_t panel = row / SK_PANEL, lane = row % SK_PANEL;
  if (type == SK_BF16) {
    const uint16_t *pairs = (const uint16_t *)packed + panel * columns * SK_PANEL;
    uint32_t bits = pairs[(column / 2 * SK_PANEL + lane) * 2 + column % 2];
    return bits_to_float(bits << 16);
  }
  const float *weights = (const float *)packed + panel * columns * SK_PANEL;
  return weights[column * SK_PANEL + lane];
}

static void matmul(sk_number_type type, const void *packed, size_t columns, size_t first, size_t last,
                   const float *x_tiles, size_t rows, float *y, size_t y_stride) {
  // Tiles of one position: x_tiles is x itself.
  for (size_t i = 0; i < rows; i++) {
    const float *x = x_tiles + i * columns;
    for (size_t row = first * SK_PANEL; row < last * SK_PANEL; row++) {
      float sum = 0;
      for (size_t column = 0; column < columns; column++)
        sum = fmaf(packed_weight(type, packed, columns, row, column), x[column], sum);
      y[i * y_stride + row] = sum;
    }
  }
}

static void rmsnorm(const float *x, size_t x_stride, size_t rows, size_t width, const float *weight, float epsilon,
                    float *y, size_t y_stride) {
  for (size_t row = 0; row < rows; row++, x += x_stride, y += y_stride) {
    float sum = 0;
    for (size_t i = 0; i < width; i++) sum = fmaf(x[i], x[i], sum);
    float scale = 1.0f / sqrtf(sum / (float)width + epsilon);
    for (size_t i = 0; i < width; i++) y[i] = (x[i] * scale) * weight[i];
  }
}

static void swiglu(const float *gate, const float *up, size_t count, float *out) {
  for (size_t i = 0; i < count; i++) out[i] = silu(gate[i]) * up[i];
}

static void bias_silu_add(float *x, const float *bias, const float *residual, size_t count) {
  for (size_t i = 0; i < count; i++) x[i] = residual[i] + silu(x[i] + bias[i]);
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
  float scale = 1.0f / sqrtf((float)dimension);
#define SLOT(j) (path && (j) >= attention->prefix ? (size_t)path[(j) - attention->prefix] : (j))
  for (size_t j = 0; j < count; j++) {
    float sum = 0;
    for (size_t d = 0; d < dimension; d++) sum = fmaf(key(cache, kv_head, SLOT(j), d), query[d], sum);
    scores[j] = sum * scale;
  }
  float largest = scores[0];
  for (size_t j = 1; j < count; j++) largest = scores[j] > largest ? scores[j] : largest;
  float sum = 0;
  for (size_t j = 0; j < count; j++) {
    scores[j] = canonical_exp(scores[j] - largest);
    sum += scores[j];
  }
  float *out = attention->out + row * attention->out_stride + head * dimension;
  for (size_t d = 0; d < dimension; d++) {
    float weighted = 0;
    for (size_t j = 0; j < count; j++) weighted = fmaf(scores[j], value(cache, kv_head, SLOT(j), d), weighted);
    out[d] = weighted / sum;
  }
#undef SLOT
}

static void attend(const sk_attention *attention, const sk_layer_cache *cache, size_t row, size_t kv_head,
                   float *scores) {
  size_t group = attention->query_heads / cache->kv_heads;
  for (size_t i = 0; i < group; i++) attend_head(attention, cache, row, kv_head * group + i, scores);
}

static sk_choice choose(const float *x, size_t count, bool probability) {
  sk_choice choice = {0, x[0], 0};
  for (size_t i = 1; i < count; i++)
    if (x[i] > choice.value) choice = (sk_choice){(int32_t)i, x[i], 0};
  if (!probability) return choice;
  float chains[SUM_CHAINS] = {0};
  for (size_t i = 0; i < count; i++) chains[i % SUM_CHAINS] += canonical_exp(x[i] - choice.value);
  float sum = 0;
  for (size_t i = 0; i < SUM_CHAINS; i++) sum += chains[i];
  choice.probability = 1.0f / sum;
  return choice;
}

static bool always(void) { return true; }

const sk_kernel_set sk_reference_kernels = {
    .name = "reference",
    .supported = always,
    .tile_rows = 1,
    .matmul = matmul,
    .rmsnorm = rmsnorm,
    .swiglu = swiglu,
    .bias_silu_add = bias_silu_add,
    .attend = attend,
    .choose = choose,
};
