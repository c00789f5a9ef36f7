// Tiles of the training products and their packing.
#ifndef SIMD_TRAINING_PRODUCT_H
#define SIMD_TRAINING_PRODUCT_H

#include "simd_lanes.h"

#define PRODUCT_VECTORS (PRODUCT_COLUMNS / LANES)

/// `rows` × PRODUCT_COLUMNS sums that stay in registers (rows is a constant at every call).
INLINE void multiply_rows(size_t rows, size_t depth, const float *a, const float *b, float *c, size_t c_stride,
                          bool adding) {
  vfloat sums[PRODUCT_ROWS * PRODUCT_VECTORS];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows * PRODUCT_VECTORS; i++)
    sums[i] = adding ? load(c + i / PRODUCT_VECTORS * c_stride + i % PRODUCT_VECTORS * LANES) : (vfloat)0.0f;
#pragma clang loop unroll_count(2)
  for (size_t k = 0; k < depth; k++, a += rows, b += PRODUCT_COLUMNS) {
    vfloat columns[PRODUCT_VECTORS];
#pragma clang loop unroll(full)
    for (size_t v = 0; v < PRODUCT_VECTORS; v++) columns[v] = load(b + v * LANES);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < rows; i++)
#pragma clang loop unroll(full)
      for (size_t v = 0; v < PRODUCT_VECTORS; v++)
        sums[i * PRODUCT_VECTORS + v] = fma_lanes((vfloat)a[i], columns[v], sums[i * PRODUCT_VECTORS + v]);
  }
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows * PRODUCT_VECTORS; i++)
    store(c + i / PRODUCT_VECTORS * c_stride + i % PRODUCT_VECTORS * LANES, sums[i]);
}

static void simd_multiply_tile(size_t rows, size_t depth, const float *a, const float *b, float *c, size_t c_stride,
                               bool adding) {
#define PRODUCT_CASE(ROWS)                                       \
  case ROWS:                                                     \
    multiply_rows(ROWS, depth, a, b, c, c_stride, adding);       \
    break;
  switch (rows) { PRODUCT_CASES }
#undef PRODUCT_CASE
}

#if LANES == 16
#define LOW_HALVES 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define HIGH_HALVES 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#elif LANES == 8
#define LOW_HALVES 0, 8, 1, 9, 2, 10, 3, 11
#define HIGH_HALVES 4, 12, 5, 13, 6, 14, 7, 15
#else
#define LOW_HALVES 0, 4, 1, 5
#define HIGH_HALVES 2, 6, 3, 7
#endif

/// Transposes a block of LANES × LANES: interleaving each line with the one half a block away, log2(LANES) times.
INLINE void transpose_block(vfloat *lines) {
#pragma clang loop unroll(full)
  for (size_t round = 1; round < LANES; round *= 2) {
    vfloat next[LANES];
#pragma clang loop unroll(full)
    for (size_t i = 0; i < LANES / 2; i++) {
      next[2 * i] = __builtin_shufflevector(lines[i], lines[i + LANES / 2], LOW_HALVES);
      next[2 * i + 1] = __builtin_shufflevector(lines[i], lines[i + LANES / 2], HIGH_HALVES);
    }
#pragma clang loop unroll(full)
    for (size_t i = 0; i < LANES; i++) lines[i] = next[i];
  }
}

/// out[k][out_width] from source[width][k]. A line of out is written in whole vectors: what the last of them writes beyond
/// the line is overwritten by the next line, and after the last one it is spare room.
INLINE void pack_transposed(const float *source, size_t stride, size_t width, size_t depth, float *out,
                            size_t out_width) {
  enum { GROUPS = (PRODUCT_COLUMNS + LANES - 1) / LANES };
  for (size_t k = 0; k < depth; k += LANES) {
    const size_t count = depth - k < LANES ? depth - k : LANES;
    vfloat lines[GROUPS][LANES];
    for (size_t group = 0; group * LANES < out_width; group++) {
#pragma clang loop unroll(full)
      for (size_t i = 0; i < LANES; i++) {
        const size_t row = group * LANES + i;
        const float *p = source + row * stride + k;
        lines[group][i] = row >= width ? (vfloat)0.0f : count == LANES ? load(p) : load_tail(p, count);
      }
      transpose_block(lines[group]);
    }
    for (size_t i = 0; i < count; i++, out += out_width)
      for (size_t group = 0; group * LANES < out_width; group++) store(out + group * LANES, lines[group][i]);
  }
}

INLINE void copy_lines(const float *source, size_t stride, size_t width, size_t depth, float *out) {
  for (size_t k = 0; k < depth; k++) memcpy(out + k * width, source + k * stride, width * sizeof(float));
}

static void simd_pack(const float *source, size_t stride, bool transposed, size_t width, size_t depth, float *out,
                      size_t out_width) {
  if (transposed) {
    pack_transposed(source, stride, width, depth, out, out_width);
    return;
  }
  if (width < out_width) {
    memset(out, 0, depth * out_width * sizeof(float));
    for (size_t k = 0; k < depth; k++)
      memcpy(out + k * out_width, source + k * stride, width * sizeof(float));
    return;
  }
#define PRODUCT_CASE(ROWS)                                \
  case ROWS:                                              \
    copy_lines(source, stride, ROWS, depth, out);         \
    break;
  switch (width) { PRODUCT_CASES PRODUCT_CASE(PRODUCT_COLUMNS) }
#undef PRODUCT_CASE
}

#endif
