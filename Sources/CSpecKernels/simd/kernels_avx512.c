// AVX-512 with its vector neural network instructions: 16 lanes, 32 registers. Tiles of up to 8 positions × 3 panels
// keep 24 accumulators with fewer reads than 12 × 2 (measured on Zen 4: 3 to 7 % faster); few positions run over 4 or 8
// panels, whose streams keep more of memory in flight. int8 tiles need accumulators for the block as well.
#if defined(__x86_64__)
#pragma STDC FP_CONTRACT OFF
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "kernel_set.h"

#define LANES 16
#define TILE_ROWS 8
#define INT8_TILE_ROWS 12
#define STREAMING_ROWS 2
#define STREAMING_DISTANCE 2048
#define COLUMN_STEP 1024
// float32 panels of few positions wait for memory, and three streams of them longer than two.
#define FLOAT_PANELS(type, rows) ((rows) <= 5 ? 4 : (type) == SK_F32 && (rows) < 8 ? 2 : 3)
#define PANELS_AT_ONCE(type, rows) \
  ((rows) == 1 ? 8 : (type) != SK_INT8 ? FLOAT_PANELS(type, rows) : (rows) == 2 ? 4 : 2)
#define TILE_CASES                                                                                 \
  TILE_CASE(1, 8) TILE_CASE(1, 4) TILE_CASE(1, 1) TILE_CASE(2, 4) TILE_CASE(2, 1) TILE_CASE(3, 4)  \
  TILE_CASE(3, 2) TILE_CASE(3, 1) TILE_CASE(4, 4) TILE_CASE(4, 2) TILE_CASE(4, 1) TILE_CASE(5, 4)  \
  TILE_CASE(5, 3) TILE_CASE(5, 2) TILE_CASE(5, 1) TILE_CASE(6, 3) TILE_CASE(6, 2) TILE_CASE(6, 1)  \
  TILE_CASE(7, 3) TILE_CASE(7, 2) TILE_CASE(7, 1) TILE_CASE(8, 3) TILE_CASE(8, 2) TILE_CASE(8, 1)  \
  TILE_CASE(9, 2) TILE_CASE(9, 1) TILE_CASE(10, 2) TILE_CASE(10, 1) TILE_CASE(11, 2)               \
  TILE_CASE(11, 1) TILE_CASE(12, 2) TILE_CASE(12, 1)
#define ADD_PAIRS(sum, weights, activation) \
  ((vint)_mm512_dpwssd_epi32((__m512i)(sum), (__m512i)(weights), (__m512i)(activation)))
#define PRODUCT_ROWS 12
#define PRODUCT_COLUMNS 32
#define PRODUCT_CASES PRODUCT_CASE(1) PRODUCT_CASE(2) PRODUCT_CASE(3) PRODUCT_CASE(4) PRODUCT_CASE(5) PRODUCT_CASE(6) \
  PRODUCT_CASE(7) PRODUCT_CASE(8) PRODUCT_CASE(9) PRODUCT_CASE(10) PRODUCT_CASE(11) PRODUCT_CASE(12)
#define SET_OBJECT sk_avx512_kernels
#define SET_NAME "avx512"

static bool supported(void) {
  return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
}

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma,f16c"))), apply_to = function)
#include "simd_kernel_set.h"
#pragma clang attribute pop
#endif
