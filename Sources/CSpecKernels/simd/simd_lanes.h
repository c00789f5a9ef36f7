// Vectors of LANES floats: the vocabulary of the SIMD kernels.
#ifndef SIMD_LANES_H
#define SIMD_LANES_H

#include <math.h>
#include <string.h>

#include "canonical.h"
#include "kernel_set.h"

#define INLINE static inline __attribute__((always_inline))

typedef float vfloat __attribute__((ext_vector_type(LANES)));
typedef int32_t vint __attribute__((ext_vector_type(LANES)));
typedef int16_t vnarrow __attribute__((ext_vector_type(LANES)));
typedef uint32_t vuint __attribute__((ext_vector_type(LANES)));

/// Vectors per panel.
#define PANEL_VECTORS (SK_PANEL / LANES)

INLINE vfloat load(const float *p) {
  vfloat v;
  memcpy(&v, p, sizeof v);
  return v;
}

INLINE void store(float *p, vfloat v) { memcpy(p, &v, sizeof v); }

INLINE vfloat fma_lanes(vfloat a, vfloat b, vfloat c) { return __builtin_elementwise_fma(a, b, c); }

INLINE vfloat select_lanes(vint mask, vfloat yes, vfloat no) {
  return (vfloat)(((vint)yes & mask) | ((vint)no & ~mask));
}

INLINE vfloat exp_lanes(vfloat x) {
  vint vanishing = x < (vfloat)EXP_LOWEST;
  vfloat cut = select_lanes(vanishing, (vfloat)EXP_LOWEST, x);
  cut = select_lanes(cut > (vfloat)EXP_HIGHEST, (vfloat)EXP_HIGHEST, cut);
  vfloat shifted = fma_lanes(cut, (vfloat)EXP_LOG2E, (vfloat)EXP_ROUNDING);
  vfloat n = shifted - (vfloat)EXP_ROUNDING;
  vfloat r = fma_lanes(n, (vfloat)-EXP_LN2_HIGH, cut);
  r = fma_lanes(n, (vfloat)-EXP_LN2_LOW, r);
  vfloat p = (vfloat)EXP_C6;
  p = fma_lanes(p, r, (vfloat)EXP_C5);
  p = fma_lanes(p, r, (vfloat)EXP_C4);
  p = fma_lanes(p, r, (vfloat)EXP_C3);
  p = fma_lanes(p, r, (vfloat)EXP_C2);
  p = fma_lanes(p, r, (vfloat)1.0f);
  p = fma_lanes(p, r, (vfloat)1.0f);
  vuint bits = (vuint)p + ((vuint)shifted << 23);
  return (vfloat)((vint)bits & ~vanishing);
}

INLINE vfloat silu_lanes(vfloat x) { return x / ((vfloat)1.0f + exp_lanes(-x)); }

INLINE vfloat tanh_lanes(vfloat x) {
  vfloat magnitude = __builtin_elementwise_abs(x), square = x * x;
  vfloat power = exp_lanes(magnitude + magnitude), above = power - (vfloat)1.0f;
  vint sign = (vint)x & (vint)INT32_MIN, is_large = magnitude > (vfloat)TANH_SMALL;
  vfloat numerator = x * fma_lanes(fma_lanes((vfloat)TANH_N2, square, (vfloat)TANH_N1), square, (vfloat)1.0f);
  vfloat denominator = fma_lanes(fma_lanes((vfloat)TANH_D2, square, (vfloat)TANH_D1), square, (vfloat)1.0f);
  numerator = select_lanes(is_large, (vfloat)((vint)above | sign), numerator);
  return numerator / select_lanes(is_large, power + (vfloat)1.0f, denominator);
}

/// cap · tanh(x / cap)
INLINE vfloat soft_cap_lanes(vfloat x, float cap) { return (vfloat)cap * tanh_lanes(x / (vfloat)cap); }

INLINE vfloat gelu_tanh_lanes(vfloat x) {
  vfloat inner = fma_lanes((vfloat)GELU_CUBIC * x, x * x, x);
  return x / ((vfloat)1.0f + exp_lanes(inner * (vfloat)GELU_MINUS_TWICE_ROOT));
}

/// A vector of the last `count` numbers, zero beyond them.
INLINE vfloat load_tail(const float *p, size_t count) {
  vfloat v = (vfloat)0.0f;
  memcpy(&v, p, count * sizeof(float));
  return v;
}

/// Numbers of a row of `count` in the vector that begins at `at`.
INLINE size_t rest_at(size_t count, size_t at) {
  return at >= count ? 0 : count - at < LANES ? count - at : LANES;
}

/// The first `rest` numbers, zero beyond them.
INLINE vfloat load_some(const float *p, size_t rest) { return rest == LANES ? load(p) : load_tail(p, rest); }

INLINE void store_some(float *p, vfloat v, size_t rest) {
  if (rest == LANES) store(p, v);
  else memcpy(p, &v, rest * sizeof(float));
}

#if LANES == 16
#define LANE_NUMBERS ((vint){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
#elif LANES == 8
#define LANE_NUMBERS ((vint){0, 1, 2, 3, 4, 5, 6, 7})
#else
#define LANE_NUMBERS ((vint){0, 1, 2, 3})
#endif

/// Zero beyond the first `rest` lanes.
INLINE vfloat keep_some(vfloat v, size_t rest) {
  return rest == LANES ? v : (vfloat)((vint)v & (LANE_NUMBERS < (vint)(int32_t)rest));
}

/// ln x for normal x > 0.
INLINE vfloat log_lanes(vfloat x) {
  vint exponent = (vint)((vuint)x - (vuint)LOG_SQRT_HALF_BITS) >> 23;
  vfloat m = (vfloat)((vuint)x - ((vuint)exponent << 23));
  vfloat z = (m - (vfloat)1.0f) / (m + (vfloat)1.0f), square = z * z;
  vfloat p = (vfloat)LOG_C11;
  p = fma_lanes(p, square, (vfloat)LOG_C9);
  p = fma_lanes(p, square, (vfloat)LOG_C7);
  p = fma_lanes(p, square, (vfloat)LOG_C5);
  p = fma_lanes(p, square, (vfloat)LOG_C3);
  p = fma_lanes(p, square, (vfloat)1.0f);
  vfloat e = __builtin_convertvector(exponent, vfloat), twice = (vfloat)2.0f * z;
  return fma_lanes(e, (vfloat)EXP_LN2_HIGH, fma_lanes(twice, p, e * (vfloat)EXP_LN2_LOW));
}

/// Vectors that hold the chains of a row's sum.
#define CHAIN_VECTORS (SUM_CHAINS / LANES)

INLINE float add_chains(const vfloat *chains) {
  float sums[SUM_CHAINS];
  for (size_t v = 0; v < CHAIN_VECTORS; v++) store(sums + v * LANES, chains[v]);
  return sum_of_chains(sums);
}

/// Runs the statement that follows for every vector of a row: `at` is where it begins, `rest` how many numbers it has, `v`
/// which vector of the chains it belongs to.
#define EACH_VECTOR(count)                                                         \
  for (size_t block = 0; block < (count); block += SUM_CHAINS)                     \
    _Pragma("clang loop unroll(full)") for (size_t v = 0; v < CHAIN_VECTORS; v++) \
      for (size_t at = block + v * LANES, rest = rest_at((count), at); rest > 0; rest = 0)

#endif
