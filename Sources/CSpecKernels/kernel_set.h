// What a kernel set implements: single-threaded work on ranges. operations.c spreads the ranges over the pool.
#ifndef KERNEL_SET_H
#define KERNEL_SET_H

#include "CSpecKernels.h"

struct sk_kernel_set {
  const char *name;
  bool (*supported)(void);

  /// Positions that one matrix tile computes at once; x is packed [tile][k][positions of the tile].
  size_t tile_rows;

  /// Panels first ..< last of y = x · wᵀ for `rows` positions packed in tiles; columns is even.
  void (*matmul)(sk_number_type type, const void *packed, size_t columns, size_t first, size_t last,
                 const float *x_tiles, size_t rows, float *y, size_t y_stride);

  void (*rmsnorm)(const float *x, size_t x_stride, size_t rows, size_t width, const float *weight, float epsilon,
                  float *y, size_t y_stride);

  /// out[i] = silu(gate[i]) · up[i]
  void (*swiglu)(const float *gate, const float *up, size_t count, float *out);

  /// x[i] = residual[i] + silu(x[i] + bias[i])
  void (*bias_silu_add)(float *x, const float *bias, const float *residual, size_t count);

  /// One row and one key/value head: all query heads of its group. `scores` holds at least
  /// (query heads of the group) · (visible slots rounded up to SK_PANEL, twice) floats.
  void (*attend)(const sk_attention *attention, const sk_layer_cache *cache, size_t row, size_t kv_head,
                 float *scores);

  sk_choice (*choose)(const float *x, size_t count, bool probability);
};

extern const sk_kernel_set sk_reference_kernels;
#if defined(__x86_64__)
extern const sk_kernel_set sk_avx2_kernels;
extern const sk_kernel_set sk_avx512_kernels;
#elif defined(__aarch64__)
extern const sk_kernel_set sk_neon_kernels;
#endif

static inline size_t sk_round_up(size_t n, size_t unit) { return (n + unit - 1) / unit * unit; }

/// Sizes of the near-equal tiles that `rows` positions are split into: the first `rows % count` have one more.
typedef struct {
  size_t count, size, larger;
} sk_tiling;

static inline sk_tiling sk_tile(size_t rows, size_t tile_rows) {
  size_t count = (rows + tile_rows - 1) / tile_rows;
  return (sk_tiling){count, rows / count, rows % count};
}

static inline size_t sk_tile_size(sk_tiling tiling, size_t index) {
  return tiling.size + (index < tiling.larger ? 1 : 0);
}

#endif
