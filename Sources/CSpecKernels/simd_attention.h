// Attention of one row and one key/value head over the cache.
#ifndef SIMD_ATTENTION_H
#define SIMD_ATTENTION_H

#include "simd_lanes.h"

/// Scores of the key blocks first ..< last for one query head: lanes are slots.
INLINE void score_blocks(const sk_layer_cache *cache, size_t kv_head, const float *query, size_t first, size_t last,
                         float scale, float *scores) {
  const size_t dimension = cache->head_dimension;
  const float *keys = cache->keys + (kv_head * cache->capacity + first * SK_PANEL) * dimension;
  size_t block = first;
  for (; block + 4 / PANEL_VECTORS <= last && PANEL_VECTORS <= 4; block += 4 / PANEL_VECTORS) {
    // Four vectors at once hide the latency of the chains.
    vfloat sums[4] = {(vfloat)0.0f, (vfloat)0.0f, (vfloat)0.0f, (vfloat)0.0f};
    for (size_t d = 0; d < dimension; d++) {
      vfloat q = (vfloat)query[d];
#pragma clang loop unroll(full)
      for (size_t v = 0; v < 4; v++) {
        const float *line = keys + (v / PANEL_VECTORS * dimension + d) * SK_PANEL + v % PANEL_VECTORS * LANES;
        sums[v] = fma_lanes(load(line), q, sums[v]);
      }
    }
#pragma clang loop unroll(full)
    for (size_t v = 0; v < 4; v++) store(scores + v * LANES, sums[v] * (vfloat)scale);
    scores += 4 * LANES;
    keys += 4 / PANEL_VECTORS * dimension * SK_PANEL;
  }
  for (; block < last; block++) {
    vfloat sums[PANEL_VECTORS];
    for (size_t v = 0; v < PANEL_VECTORS; v++) sums[v] = (vfloat)0.0f;
    for (size_t d = 0; d < dimension; d++)
      for (size_t v = 0; v < PANEL_VECTORS; v++)
        sums[v] = fma_lanes(load(keys + d * SK_PANEL + v * LANES), (vfloat)query[d], sums[v]);
    for (size_t v = 0; v < PANEL_VECTORS; v++) store(scores + v * LANES, sums[v] * (vfloat)scale);
    scores += SK_PANEL;
    keys += dimension * SK_PANEL;
  }
}

INLINE float largest_of(const float *x, size_t count) {
  size_t i = 0;
  float largest = x[0];
  if (count >= LANES) {
    vfloat lanes = load(x);
    for (i = LANES; i + LANES <= count; i += LANES) {
      vfloat next = load(x + i);
      lanes = select_lanes(next > lanes, next, lanes);
    }
    largest = lanes[0];
    for (size_t lane = 1; lane < LANES; lane++) largest = lanes[lane] > largest ? lanes[lane] : largest;
  }
  for (; i < count; i++) largest = x[i] > largest ? x[i] : largest;
  return largest;
}

/// One pass over the values for `heads` query heads and `vectors` vectors of dimensions (constants at every call):
/// out = Σ weight · value / Σ weight, where the sum of weights is its own chain. Lanes are dimensions.
INLINE void weigh_values(size_t heads, size_t vectors, size_t prefix, const int32_t *path, size_t count,
                         const float *values, size_t value_stride, const float *weights, size_t weight_stride,
                         float *out, size_t out_stride, size_t out_count) {
  vfloat sums[8];
  float totals[2] = {0, 0};
#pragma clang loop unroll(full)
  for (size_t i = 0; i < heads * vectors; i++) sums[i] = (vfloat)0.0f;
  const float *line = values;
  for (size_t j = 0; j < count; j++, line += value_stride) {
    if (path && j >= prefix) line = values + (size_t)path[j - prefix] * value_stride;
#pragma clang loop unroll(full)
    for (size_t h = 0; h < heads; h++) {
      float weight = weights[h * weight_stride + j];
      totals[h] += weight;
#pragma clang loop unroll(full)
      for (size_t v = 0; v < vectors; v++)
        sums[h * vectors + v] = fma_lanes((vfloat)weight, load(line + v * LANES), sums[h * vectors + v]);
    }
  }
  for (size_t h = 0; h < heads; h++) {
    float block[4 * LANES];
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) store(block + v * LANES, sums[h * vectors + v] / (vfloat)totals[h]);
    memcpy(out + h * out_stride, block, out_count * sizeof(float));
  }
}

static void simd_attend(const sk_attention *attention, const sk_layer_cache *cache, size_t row, size_t kv_head,
                        float *scores) {
  const size_t group = attention->query_heads / cache->kv_heads, dimension = cache->head_dimension;
  const size_t prefix = attention->prefix;
  const int32_t *path = NULL;
  size_t path_count = row + 1, last_slot = prefix + row;
  if (attention->path_slots) {
    path = attention->path_slots + attention->path_offsets[row];
    path_count = (size_t)(attention->path_offsets[row + 1] - attention->path_offsets[row]);
    last_slot = (size_t)path[path_count - 1];
  }
  const size_t count = prefix + path_count;
  const size_t blocks = last_slot / SK_PANEL + 1;
  // A tree's rows score whole blocks and then bring the slots on their path together.
  const size_t prefix_blocks = path ? prefix / SK_PANEL : blocks;
  const size_t stride = blocks * SK_PANEL;
  const float scale = 1.0f / sqrtf((float)dimension);
  for (size_t h = 0; h < group; h++) {
    const float *query =
        attention->queries + row * attention->query_stride + (kv_head * group + h) * dimension;
    float *line = scores + h * stride;
    score_blocks(cache, kv_head, query, 0, prefix_blocks, scale, line);
    if (path) {
      float *tail = scores + group * stride;
      score_blocks(cache, kv_head, query, prefix_blocks, blocks, scale, tail);
      size_t start = prefix_blocks * SK_PANEL;
      memcpy(line + start, tail, (prefix - start) * sizeof(float));
      for (size_t j = 0; j < path_count; j++) line[prefix + j] = tail[(size_t)path[j] - start];
    }
    float largest = largest_of(line, count);
    size_t j = 0;
    for (; j + LANES <= count; j += LANES) store(line + j, exp_lanes(load(line + j) - (vfloat)largest));
    if (j < count) {
      vfloat last = exp_lanes(load_tail(line + j, count - j) - (vfloat)largest);
      memcpy(line + j, &last, (count - j) * sizeof(float));
    }
  }
  const size_t value_stride = sk_round_up(dimension, SK_PANEL);
  const float *values = cache->values + kv_head * cache->capacity * value_stride;
  float *out = attention->out + row * attention->out_stride + kv_head * group * dimension;
  for (size_t first = 0, vectors; first < dimension; first += vectors * LANES) {
    size_t remaining = (dimension - first + LANES - 1) / LANES;
    vectors = remaining >= 4 ? 4 : remaining >= 2 ? 2 : 1;
    size_t width = dimension - first < vectors * LANES ? dimension - first : vectors * LANES;
    for (size_t h = 0, heads; h < group; h += heads) {
      heads = group - h >= 2 ? 2 : 1;
#define WEIGH(HEADS, VECTORS)                                                                       \
  case (HEADS) * 8 + (VECTORS):                                                                     \
    weigh_values(HEADS, VECTORS, prefix, path, count, values + first, value_stride, scores + h * stride, stride, \
                 out + h * dimension + first, dimension, width);                                    \
    break;
      switch (heads * 8 + vectors) {
        WEIGH(1, 1) WEIGH(1, 2) WEIGH(1, 4) WEIGH(2, 1) WEIGH(2, 2) WEIGH(2, 4)
      }
#undef WEIGH
    }
  }
}

#endif
