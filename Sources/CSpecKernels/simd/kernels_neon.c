// NEON: 4 lanes, 32 registers. Tiles of up to 6 positions × 1 panel keep 24 accumulators.
#if defined(__aarch64__)
#pragma STDC FP_CONTRACT OFF
#include <math.h>
#include <string.h>

#include "kernel_set.h"

#define LANES 4
#define TILE_ROWS 6
#define INT8_TILE_ROWS 6
#define STREAMING_ROWS 2
#define STREAMING_DISTANCE 1024
#define COLUMN_STEP 512
#define PANELS_AT_ONCE(type, rows) ((rows) == 1 ? 4 : (rows) == 2 ? 2 : 1)
#define TILE_CASES                                                                                  \
  TILE_CASE(1, 4) TILE_CASE(1, 1) TILE_CASE(2, 2) TILE_CASE(2, 1) TILE_CASE(1, 2) TILE_CASE(3, 1)   \
  TILE_CASE(4, 1) TILE_CASE(5, 1) TILE_CASE(6, 1)
#define PRODUCT_ROWS 6
#define PRODUCT_COLUMNS 16
#define PRODUCT_CASES PRODUCT_CASE(1) PRODUCT_CASE(2) PRODUCT_CASE(3) PRODUCT_CASE(4) PRODUCT_CASE(5) PRODUCT_CASE(6)
#define SET_OBJECT sk_neon_kernels
#define SET_NAME "neon"

static bool supported(void) { return true; }

#include "simd_kernel_set.h"
#endif
