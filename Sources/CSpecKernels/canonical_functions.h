// The canonical functions of one number, for the plain C reference. Including files set FP_CONTRACT OFF.
#ifndef CANONICAL_FUNCTIONS_H
#define CANONICAL_FUNCTIONS_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "canonical.h"

static inline float bits_to_float(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static inline uint32_t float_to_bits(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static inline float canonical_exp(float x) {
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

static inline float silu(float x) { return x / (1.0f + canonical_exp(-x)); }

/// ln x for normal x > 0.
static inline float canonical_log(float x) {
  int32_t exponent = (int32_t)(float_to_bits(x) - LOG_SQRT_HALF_BITS) >> 23;
  float m = bits_to_float(float_to_bits(x) - ((uint32_t)exponent << 23));
  float z = (m - 1.0f) / (m + 1.0f), square = z * z;
  float p = LOG_C11;
  p = fmaf(p, square, LOG_C9);
  p = fmaf(p, square, LOG_C7);
  p = fmaf(p, square, LOG_C5);
  p = fmaf(p, square, LOG_C3);
  p = fmaf(p, square, 1.0f);
  float e = (float)exponent, twice = 2.0f * z;
  return fmaf(e, EXP_LN2_HIGH, fmaf(twice, p, e * EXP_LN2_LOW));
}

#endif
