// Attention of one panel of queries: a line for each key, a lane for each query, so that every sum runs down the lines.
#include "simd_training_product.h"

/// Which lanes of a panel's vector v see the key.
INLINE vint sees(size_t key, size_t first_query, size_t v) {
  return (vint)((int32_t)key - (int32_t)(first_query + v * LANES)) <= LANE_NUMBERS;
}

static void simd_softmax_panel(float *scores, size_t keys, size_t first_query, float scale, float *sums,
                               float *log_sums) {
  vfloat largest[PRODUCT_VECTORS], totals[PRODUCT_VECTORS];
#pragma clang loop unroll(full)
  for (size_t v = 0; v < PRODUCT_VECTORS; v++) {
    largest[v] = load(scores + v * LANES) * (vfloat)scale;
    totals[v] = (vfloat)0.0f;
  }
  for (size_t key = 0; key < keys; key++) {
#pragma clang loop unroll(full)
    for (size_t v = 0; v < PRODUCT_VECTORS; v++) {
      float *line = scores + key * PRODUCT_COLUMNS + v * LANES;
      vfloat score = load(line) * (vfloat)scale;
      store(line, score);
      largest[v] = select_lanes(sees(key, first_query, v) & (score > largest[v]), score, largest[v]);
    }
  }
  for (size_t key = 0; key < keys; key++) {
#pragma clang loop unroll(full)
    for (size_t v = 0; v < PRODUCT_VECTORS; v++) {
      float *line = scores + key * PRODUCT_COLUMNS + v * LANES;
      vfloat weight = exp_lanes(load(line) - largest[v]);
      weight = (vfloat)((vint)weight & sees(key, first_query, v));
      totals[v] += weight;
      store(line, weight);
    }
  }
  for (size_t v = 0; v < PRODUCT_VECTORS; v++) {
    store(sums + v * LANES, totals[v]);
    store(log_sums + v * LANES, largest[v] + log_lanes(totals[v]));
  }
}

static void simd_attention_gradient_panel(float *scores, float *score_gradients, size_t keys, size_t first_query,
                                          float scale, const float *log_sums, size_t dimension, const float *outs,
                                          const float *gradients) {
  vfloat means[PRODUCT_VECTORS], logs[PRODUCT_VECTORS];
#pragma clang loop unroll(full)
  for (size_t v = 0; v < PRODUCT_VECTORS; v++) {
    means[v] = (vfloat)0.0f;
    logs[v] = load(log_sums + v * LANES);
  }
  for (size_t d = 0; d < dimension; d++)
#pragma clang loop unroll(full)
    for (size_t v = 0; v < PRODUCT_VECTORS; v++) {
      const size_t place = d * PRODUCT_COLUMNS + v * LANES;
      means[v] = fma_lanes(load(gradients + place), load(outs + place), means[v]);
    }
  for (size_t key = 0; key < keys; key++) {
#pragma clang loop unroll(full)
    for (size_t v = 0; v < PRODUCT_VECTORS; v++) {
      const size_t place = key * PRODUCT_COLUMNS + v * LANES;
      vfloat weight = exp_lanes(load(scores + place) * (vfloat)scale - logs[v]);
      weight = (vfloat)((vint)weight & sees(key, first_query, v));
      store(scores + place, weight);
      store(score_gradients + place, weight * (load(score_gradients + place) - means[v]) * (vfloat)scale);
    }
  }
}
