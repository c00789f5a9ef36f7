// Kernels for sampling: Gumbel noise, and the weights of a softmax with a temperature.
#include "simd_lanes.h"

INLINE vuint mix_lanes(vuint h) {
  h = (h ^ h >> 16) * (vuint)NOISE_MULTIPLIER_1;
  h = (h ^ h >> 15) * (vuint)NOISE_MULTIPLIER_2;
  return h ^ h >> 16;
}

INLINE vfloat gumbel_lanes(uint64_t key, vuint tokens) {
  vuint hash = mix_lanes(mix_lanes(tokens ^ (vuint)(uint32_t)key) + (vuint)(uint32_t)(key >> 32));
  vfloat v = fma_lanes(__builtin_convertvector((vint)(hash >> 1), vfloat), (vfloat)0x1p-31f, (vfloat)0x1p-32f);
  v = select_lanes(v > (vfloat)NOISE_LARGEST, (vfloat)NOISE_LARGEST, v);
  vfloat rest = (vfloat)1.0f - v, taken = (vfloat)1.0f - rest;
  vfloat exponential = select_lanes(taken > (vfloat)0.0f, -(log_lanes(rest) * v) / taken, v);
  return -log_lanes(exponential);
}

static void simd_perturb(const float *x, const int32_t *ids, size_t count, float temperature, uint64_t key,
                         float *out) {
  vuint places;
  for (size_t lane = 0; lane < LANES; lane++) places[lane] = (uint32_t)lane;
  for (size_t i = 0; i < count; i += LANES, places += (vuint)(uint32_t)LANES) {
    size_t rest = count - i < LANES ? count - i : LANES;
    vuint tokens = places;
    if (ids) memcpy(&tokens, ids + i, rest * sizeof *ids);
    vfloat numbers = rest == LANES ? load(x + i) : load_tail(x + i, rest);
    vfloat sums = fma_lanes((vfloat)temperature, gumbel_lanes(key, tokens), numbers);
    if (rest == LANES) store(out + i, sums);
    else memcpy(out + i, &sums, rest * sizeof(float));
  }
}

static float simd_weigh(const float *x, size_t count, float largest, float scale, float *out) {
  float chains[SUM_CHAINS] = {0};
  vfloat sums[SUM_CHAINS / LANES];
  for (size_t v = 0; v < SUM_CHAINS / LANES; v++) sums[v] = (vfloat)0.0f;
  size_t i = 0;
  for (; i + SUM_CHAINS <= count; i += SUM_CHAINS) {
    for (size_t v = 0; v < SUM_CHAINS / LANES; v++) {
      vfloat weights = exp_lanes((load(x + i + v * LANES) - (vfloat)largest) * (vfloat)scale);
      store(out + i + v * LANES, weights);
      sums[v] += weights;
    }
  }
  for (size_t v = 0; v < SUM_CHAINS / LANES; v++) store(chains + v * LANES, sums[v]);
  for (size_t chain = 0; i < count; i++, chain++) {
    vfloat last = exp_lanes((load_tail(x + i, 1) - (vfloat)largest) * (vfloat)scale);
    out[i] = last[0];
    chains[chain] += last[0];
  }
  float sum = 0;
  for (size_t chain = 0; chain < SUM_CHAINS; chain++) sum += chains[chain];
  return sum;
}
