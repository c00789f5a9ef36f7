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

/// A vector of the last `count` numbers, zero beyond them.
INLINE vfloat load_tail(const float *p, size_t count) {
  vfloat v = (vfloat)0.0f;
  memcpy(&v, p, count * sizeof(float));
  return v;
}

#endif
