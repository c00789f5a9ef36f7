// AVX2 and FMA: 8 lanes, 16 registers. Tiles of up to 5 positions × 1 panel keep 10 accumulators: with 12 the weights, the
// activation and what widens them do not fit beside. int8 tiles have up to 6 positions.
#if defined(__x86_64__)
#pragma STDC FP_CONTRACT OFF
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "kernel_set.h"

#define LANES 8
#define TILE_ROWS 5
#define INT8_TILE_ROWS 6
#define STREAMING_ROWS 1
#define STREAMING_DISTANCE 1024
#define COLUMN_STEP 512
#define PANELS_AT_ONCE(type, rows) ((rows) == 1 ? 4 : (rows) == 2 ? 2 : 1)
#define TILE_CASES                                                                                  \
  TILE_CASE(1, 4) TILE_CASE(1, 1) TILE_CASE(2, 2) TILE_CASE(2, 1) TILE_CASE(1, 2) TILE_CASE(3, 1)   \
  TILE_CASE(4, 1) TILE_CASE(5, 1) TILE_CASE(6, 1)
#define ADD_PAIRS(sum, weights, activation) \
  ((sum) + (vint)_mm256_madd_epi16((__m256i)(weights), (__m256i)(activation)))
#define PRODUCT_ROWS 6
#define PRODUCT_COLUMNS 16
#define PRODUCT_CASES PRODUCT_CASE(1) PRODUCT_CASE(2) PRODUCT_CASE(3) PRODUCT_CASE(4) PRODUCT_CASE(5) PRODUCT_CASE(6)
#define SET_OBJECT sk_avx2_kernels
#define SET_NAME "avx2"

static bool supported(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c"); }

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#include "simd_kernel_set.h"
#pragma clang attribute pop
#endif
