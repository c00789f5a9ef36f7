// Constants of the canonical functions, shared by the plain C reference and the SIMD kernels.
#ifndef CANONICAL_H
#define CANONICAL_H

#include <math.h>

// exp(x) = 2^n · p(r), n = x / ln 2 rounded to nearest even, r = x − n ln 2 in two parts, p a polynomial of degree 6
// (a Taylor series whose error over |r| ≤ ln 2 / 2 is below 2 units in the last place).
#define EXP_LOWEST -86.0f    // below this the result is 0
#define EXP_HIGHEST 88.0f    // above this the argument is cut
#define EXP_LOG2E 1.44269504088896341f
#define EXP_LN2_HIGH 0.693359375f
#define EXP_LN2_LOW -2.12194440e-4f
#define EXP_ROUNDING 12582912.0f  // 1.5 · 2^23: adding it leaves the rounded integer in the low bits
#define EXP_C2 0.5f
#define EXP_C3 0.166666666666666657f
#define EXP_C4 0.0416666666666666644f
#define EXP_C5 0.00833333333333333322f
#define EXP_C6 0.00138888888888888894f

// tanh x = x · N(x²) / D(x²) up to TANH_SMALL, the continued fraction x / (1 + x² / (3 + x² / (5 + …))) cut after the 9; its
// error there is below the rounding. Beyond, (e − 1) / (e + 1) with e = exp(2 |x|) and the sign of x.
#define TANH_SMALL 0.5f
#define TANH_N1 0.111111111111111111f    // 105 / 945
#define TANH_N2 0.00105820105820105820f  // 1 / 945
#define TANH_D1 0.444444444444444444f    // 420 / 945
#define TANH_D2 0.0158730158730158730f   // 15 / 945

// GELU with the approximation by tanh, ½ x (1 + tanh u) with u = √(2/π) (x + 0.044715 x³), is x / (1 + exp(−2 u)).
#define GELU_CUBIC 0.044715f
#define GELU_MINUS_TWICE_ROOT -1.59576912160573071f  // −2 √(2/π)

// ln x = ln m + e ln 2 for x = m · 2^e with m in [√½, √2): ln m = 2 artanh z, z = (m − 1) / (m + 1), a series to z^11.
#define LOG_SQRT_HALF_BITS 0x3f3504f3u
#define LOG_C3 0.333333333333333333f
#define LOG_C5 0.2f
#define LOG_C7 0.142857142857142857f
#define LOG_C9 0.111111111111111111f
#define LOG_C11 0.0909090909090909091f

// Noise: 32 bits for each token from two rounds of an integer hash (Wellons' lowbias32) keyed by 64 bits.
#define NOISE_MULTIPLIER_1 0x7feb352du
#define NOISE_MULTIPLIER_2 0x846ca68bu
#define NOISE_LARGEST 0x0.ffffffp0f  // the largest number below 1: its logarithm's argument must not be 0

/// The sum of exponentials over a vocabulary is kept in this many strided chains, added up in rising order.
#define SUM_CHAINS 16

/// 1 / √x, and NaN where x is not finite: a normalization must not turn numbers that have overflowed into zeros.
static inline float inverse_root(float x) { return isfinite(x) ? 1.0f / sqrtf(x) : NAN; }

/// Adds up the chains in rising order.
static inline float sum_of_chains(const float chains[SUM_CHAINS]) {
  float sum = 0;
  for (int i = 0; i < SUM_CHAINS; i++) sum += chains[i];
  return sum;
}

#endif
