// What a kernel set implements: single-threaded work on ranges. operations.c and its neighbors spread
// the ranges over the pool.
#ifndef KERNEL_SET_H
#define KERNEL_SET_H

#include "CSpecKernels.h"
#include "training_kernels.h"

/// Query heads that attention may keep scores of at once.
#define SK_ATTENTION_QUERIES 4

struct sk_kernel_set {
  const char *name;
  bool (*supported)(void);

  /// Positions that one matrix tile computes at once: with weights of floating point, and with int8, which needs
  /// accumulators for the block as well.
  size_t tile_rows, int8_tile_rows;

  /// Panels first ..< last of y = x · wᵀ for `rows` positions. x is packed in tiles, [tile][column][position], as
  /// float32; for int8 weights as pairs of neighboring columns in int16, [tile][column / 2][position][2], with a scale
  /// for each position. `columns` is padded as sk_padded_columns says.
  void (*matmul)(sk_number_type type, const void *packed, size_t columns, size_t first, size_t last,
                 const void *x_tiles, const float *x_scales, size_t rows, float *y, size_t y_stride);

  /// Rounds a row of finite numbers to int16 units of its largest magnitude / 32767 and returns that unit; 0 for a row of
  /// zeros.
  float (*quantize)(const float *x, size_t count, int16_t *out);

  void (*rmsnorm)(const float *x, size_t x_stride, size_t rows, size_t width, const float *weight, float epsilon,
                  float *y, size_t y_stride);

  /// y[i] += x[i]
  void (*add)(const float *x, size_t count, float *y);

  /// out[i] = silu(gate[i]) · up[i]
  void (*swiglu)(const float *gate, const float *up, size_t count, float *out);

  /// out[i] = gelu(gate[i]) · up[i], with the approximation of GELU by tanh
  void (*geglu)(const float *gate, const float *up, size_t count, float *out);

  /// x[i] = cap · tanh(x[i] / cap)
  void (*soft_cap)(float *x, float cap, size_t count);

  /// x[i] = residual[i] + silu(x[i] + bias[i])
  void (*bias_silu_add)(float *x, const float *bias, const float *residual, size_t count);

  /// Rotates the first 2 · pairs dimensions of neighboring heads of a row in place by a line of the rotary table. The
  /// half-split form: dimension i turns with dimension i + pairs; both products are rounded, then added.
  void (*rotate)(float *heads, size_t count, size_t dimension, size_t pairs, const float *line);

  /// The rows first ..< last and one key/value head: all query heads of its group. `scores` holds
  /// SK_ATTENTION_QUERIES · capacity floats.
  void (*attend)(const sk_attention *attention, const sk_layer_cache *cache, size_t first, size_t last, size_t kv_head,
                 float *scores);

  /// The largest by the rule of sk_choice; is_finite stays 0.
  sk_choice (*choose)(const float *x, size_t count, bool probability);

  /// out[i] = x[i] + temperature · g, where g is the Gumbel noise that the key gives the token ids[i], or i where ids is
  /// NULL. out may be x.
  void (*perturb)(const float *x, const int32_t *ids, size_t count, float temperature, uint64_t key, float *out);

  /// out[i] = exp((x[i] − largest) · scale), and their sum over SUM_CHAINS chains.
  float (*weigh)(const float *x, size_t count, float largest, float scale, float *out);

  /// Runs 12 · lanes multiply-adds in registers for each iteration; sk_measure_multiply_add counts them.
  float (*multiply_add)(size_t iterations);

  /// Reads a buffer once, in four streams.
  float (*read)(const float *buffer, size_t count);

  /// Lanes of a vector: what multiply_add computes at once.
  size_t lanes;

  /// Gradients, losses and optimizers.
  const sk_training_kernels *training;
};

extern const sk_kernel_set sk_reference_kernels;
#if defined(__x86_64__)
extern const sk_kernel_set sk_avx2_kernels;
extern const sk_kernel_set sk_avx512_kernels;
#elif defined(__aarch64__)
extern const sk_kernel_set sk_neon_kernels;
#endif

/// Bytes of an int8 panel's block of 32 columns: 16 bf16 scales, then [column / 2][16][2] weights.
#define SK_INT8_BLOCK_BYTES 544

/// `count` floats of the context's scratch memory, on a cache line; NULL if there is no memory.
float *sk_scratch(sk_context *context, size_t count);

static inline size_t sk_round_up(size_t n, size_t unit) { return (n + unit - 1) / unit * unit; }

/// Columns of a packed matrix: pairs, or whole blocks of int8, filled up with zeros.
static inline size_t sk_padded_columns(sk_number_type type, size_t columns) {
  return sk_round_up(columns, type == SK_INT8 ? 32 : 2);
}

/// Packs the source rows first ..< last up to the first that does not fit; see sk_pack_rows.
bool sk_pack_range(sk_number_type type, void *packed, size_t columns, size_t first_row, sk_number_type source_type,
                   const void *source, size_t first, size_t last);

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

/// How a product's positions are split.
static inline sk_tiling sk_product_tiling(const sk_kernel_set *kernels, sk_number_type type, size_t rows) {
  return sk_tile(rows, type == SK_INT8 ? kernels->int8_tile_rows : kernels->tile_rows);
}

/// The first position of a tile.
static inline size_t sk_tile_start(sk_tiling tiling, size_t index) {
  return index * tiling.size + (index < tiling.larger ? index : tiling.larger);
}

#endif
