// The canonical functions of one number, as the plain C loops use them. Include it only where FP_CONTRACT is OFF.
#ifndef CANONICAL_SCALAR_H
#define CANONICAL_SCALAR_H

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

/// The logarithm of a positive normal number.
static inline float canonical_log(float x) {
  uint32_t bits = float_to_bits(x);
  int32_t n = (int32_t)(bits - LOG_SQRT_HALF_BITS) >> 23;
  float r = bits_to_float(bits - ((uint32_t)n << 23)) - 1.0f;
  float square = r * r;
  float p = LOG_C11;
  p = fmaf(p, r, LOG_C10);
  p = fmaf(p, r, LOG_C9);
  p = fmaf(p, r, LOG_C8);
  p = fmaf(p, r, LOG_C7);
  p = fmaf(p, r, LOG_C6);
  p = fmaf(p, r, LOG_C5);
  p = fmaf(p, r, LOG_C4);
  p = fmaf(p, r, LOG_C3);
  float rest = (p * r) * square;
  rest = fmaf((float)n, LOG_LN2_LOW, rest);
  rest = fmaf(-0.5f, square, rest);
  return fmaf((float)n, LOG_LN2_HIGH, r + rest);
}

static inline uint32_t canonical_mix(uint32_t h) {
  h = (h ^ h >> 16) * NOISE_MULTIPLIER_1;
  h = (h ^ h >> 15) * NOISE_MULTIPLIER_2;
  return h ^ h >> 16;
}

/// Standard Gumbel noise −log(−log(1 − v)) of a token, where v in (0, 1) follows from 31 bits of a hash.
static inline float canonical_gumbel(uint64_t key, uint32_t token) {
  uint32_t hash = canonical_mix(canonical_mix(token ^ (uint32_t)key) + (uint32_t)(key >> 32));
  float v = fmaf((float)(int32_t)(hash >> 1), 0x1p-31f, 0x1p-32f);
  v = v > NOISE_LARGEST ? NOISE_LARGEST : v;
  // −log(1 − v) to full precision for small v too, where the largest noise comes from: 1 − v is rounded, and the
  // quotient makes up for that.
  float rest = 1.0f - v, taken = 1.0f - rest;
  float exponential = taken > 0 ? -(canonical_log(rest) * v) / taken : v;
  return -canonical_log(exponential);
}

#endif
