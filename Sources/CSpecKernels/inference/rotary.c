// Cosines and sines of the rotary position embedding, in double precision with the project's own series, so that every
// platform gives the same table. The angle is formed as the reference implementation of Llama forms it: an inverse
// frequency rounded to float32, times the position in float32.
#pragma STDC FP_CONTRACT OFF
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "kernel_set.h"

#define LN2 0.69314718055994530942
#define PI_HALF_HIGH 1.57079632679489655800e+00
#define PI_HALF_LOW 6.12323399573676603587e-17

/// ln x for finite x > 0, NaN for all else: x = m · 2^e with m in [√½, √2), ln m = 2 artanh((m − 1) / (m + 1)).
double sk_natural_log(double x) {
  if (!(x > 0) || !isfinite(x)) return NAN;
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  int exponent = (int)(bits >> 52 & 0x7ff) - 1023;
  bits = (bits & 0x000fffffffffffffull) | 0x3ff0000000000000ull;
  double mantissa;
  memcpy(&mantissa, &bits, sizeof mantissa);
  if (mantissa > 1.41421356237309504880) {
    mantissa /= 2;
    exponent++;
  }
  double z = (mantissa - 1) / (mantissa + 1), square = z * z, sum = 0;
  for (int term = 29; term >= 1; term -= 2) sum = sum * square + 1.0 / term;
  return 2 * z * sum + exponent * LN2;
}

/// e^x for |x| < 700: x = n ln 2 + r, a Taylor series for e^r.
static double exponential(double x) {
  double scaled = x / LN2;
  int n = (int)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
  double r = x - n * LN2, sum = 1;
  for (int term = 18; term >= 1; term--) sum = 1 + sum * r / term;
  uint64_t bits = (uint64_t)(n + 1023) << 52;
  double power;
  memcpy(&power, &bits, sizeof power);
  return sum * power;
}

static void cosine_and_sine(double angle, float *cosine, float *sine) {
  int64_t quarter = (int64_t)(angle / PI_HALF_HIGH + 0.5);
  double r = (angle - (double)quarter * PI_HALF_HIGH) - (double)quarter * PI_HALF_LOW;
  double square = r * r, c = 1, s = 1;
  for (int term = 22; term >= 2; term -= 2) {
    c = 1 - c * square / (double)(term * (term - 1));
    s = 1 - s * square / (double)(term * (term + 1));
  }
  s *= r;
  switch (quarter & 3) {
    case 0: *cosine = (float)c, *sine = (float)s; break;
    case 1: *cosine = (float)-s, *sine = (float)c; break;
    case 2: *cosine = (float)-c, *sine = (float)-s; break;
    default: *cosine = (float)s, *sine = (float)-c; break;
  }
}

void sk_inverse_frequencies(double theta, size_t dimension, float *out) {
  const double log_theta = sk_natural_log(theta);
  for (size_t i = 0; i < dimension / 2; i++)
    out[i] = (float)exponential(-log_theta * (double)(2 * i) / (double)dimension);
}

void sk_rotary_lines(const float *inverse_frequencies, size_t pairs, float factor, size_t first, size_t count,
                     float *out) {
  for (size_t line = 0; line < count; line++, out += 2 * pairs) {
    for (size_t i = 0; i < pairs; i++) {
      float angle = (float)(first + line) * inverse_frequencies[i], cosine, sine;
      cosine_and_sine((double)angle, &cosine, &sine);
      out[i] = cosine * factor;
      out[pairs + i] = sine * factor;
    }
  }
}
