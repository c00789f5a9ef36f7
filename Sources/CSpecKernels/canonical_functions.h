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

/// NaN stays NaN: it is not above TANH_SMALL.
static inline float canonical_tanh(float x) {
  float magnitude = fabsf(x), square = x * x;
  float numerator = x * fmaf(fmaf(TANH_N2, square, TANH_N1), square, 1.0f);
  float denominator = fmaf(fmaf(TANH_D2, square, TANH_D1), square, 1.0f);
  if (magnitude > TANH_SMALL) {
    float power = canonical_exp(magnitude + magnitude);
    numerator = copysignf(power - 1.0f, x);
    denominator = power + 1.0f;
  }
  return numerator / denominator;
}

/// cap · tanh(x / cap)
static inline float soft_cap(float x, float cap) { return cap * canonical_tanh(x / cap); }

static inline float gelu_tanh(float x) {
  float inner = fmaf(GELU_CUBIC * x, x * x, x);
  return x / (1.0f + canonical_exp(inner * GELU_MINUS_TWICE_ROOT));
}

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
