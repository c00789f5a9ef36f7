// The product of activations and packed weights: positions are brought into tiles, panels are cut into parts for the pool.
#pragma STDC FP_CONTRACT OFF
#include <math.h>
#include <string.h>

#include "kernel_set.h"
#include "operations.h"

/// Bytes of weights that are worth a part of their own.
#define WORTH_A_PART ((size_t)1 << 19)

typedef struct {
  const sk_kernel_set *kernels;
  sk_number_type type;
  const void *packed;
  size_t panels, columns, padded_columns;
  const float *x;
  size_t x_stride, rows;
  void *tiles;
  int16_t *quantized;
  float *scales;
  float *y;
  size_t y_stride;
  size_t chunk;
} product;

typedef float four __attribute__((ext_vector_type(4)));

/// Four columns of four rows, turned over: out gets four neighboring positions of each column.
static inline void interleave_four(const float *x, size_t x_stride, float *out, size_t out_stride) {
  four a, b, c, d;
  memcpy(&a, x, sizeof a);
  memcpy(&b, x + x_stride, sizeof b);
  memcpy(&c, x + 2 * x_stride, sizeof c);
  memcpy(&d, x + 3 * x_stride, sizeof d);
  four ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5), ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  four cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5), cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  four turned[4] = {
      __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5), __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7),
      __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5), __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7),
  };
  for (size_t column = 0; column < 4; column++) memcpy(out + column * out_stride, &turned[column], sizeof(four));
}

/// Interleaves `size` rows: [column][row].
static void interleave_rows(const float *x, size_t x_stride, size_t columns, size_t size, float *out) {
  const size_t whole = columns / 4 * 4;
  size_t i = 0;
  for (; i + 4 <= size; i += 4)
    for (size_t k = 0; k < whole; k += 4) interleave_four(x + i * x_stride + k, x_stride, out + k * size + i, size);
  for (; i < size; i++)
    for (size_t k = 0; k < whole; k++) out[k * size + i] = x[i * x_stride + k];
  for (size_t k = whole; k < columns; k++)
    for (size_t row = 0; row < size; row++) out[k * size + row] = x[row * x_stride + k];
}

/// Interleaves the positions of the tiles first ..< last: [tile][column][position].
static void pack_float_tiles(const void *job, size_t first, size_t last) {
  const product *p = job;
  sk_tiling tiling = sk_product_tiling(p->kernels, p->type, p->rows);
  for (size_t t = first; t < last; t++) {
    size_t size = sk_tile_size(tiling, t), row = sk_tile_start(tiling, t);
    float *out = (float *)p->tiles + row * p->padded_columns;
    interleave_rows(p->x + row * p->x_stride, p->x_stride, p->columns, size, out);
    for (size_t i = p->columns * size; i < p->padded_columns * size; i++) out[i] = 0;
  }
}

/// Rounds the positions of the tiles first ..< last to int16 and interleaves their pairs: [tile][column / 2][position][2].
static void pack_int16_tiles(const void *job, size_t first, size_t last) {
  const product *p = job;
  sk_tiling tiling = sk_product_tiling(p->kernels, p->type, p->rows);
  const size_t pairs = p->padded_columns / 2;
  for (size_t t = first; t < last; t++) {
    size_t size = sk_tile_size(tiling, t), row = sk_tile_start(tiling, t);
    int32_t *out = (int32_t *)p->tiles + row * pairs;
    for (size_t i = 0; i < size; i++) {
      int16_t *numbers = p->quantized + (row + i) * p->padded_columns;
      const float *x = p->x + (row + i) * p->x_stride;
      size_t kept = 0;
      // No whole number stands for one that is not finite: all products of its row become NaN.
      if (sk_first_unfit(SK_F32, x, p->columns, SK_F32) < p->columns) {
        p->scales[row + i] = NAN;
      } else {
        p->scales[row + i] = p->kernels->quantize(x, p->columns, numbers);
        kept = p->columns;
      }
      memset(numbers + kept, 0, (p->padded_columns - kept) * sizeof *numbers);
      for (size_t pair = 0; pair < pairs; pair++) memcpy(out + pair * size + i, numbers + 2 * pair, 4);
    }
  }
}

/// Brings x into the form that the kernels read. False if there is no memory.
static bool pack_positions(sk_context *context, product *p) {
  const bool is_int8 = p->type == SK_INT8;
  if (!is_int8 && p->rows == 1 && p->columns == p->padded_columns) {
    p->tiles = (float *)p->x;  // one position is its own tile; kernels only read it
    return true;
  }
  const size_t numbers = p->rows * p->padded_columns;
  float *memory = sk_scratch(context, is_int8 ? numbers + p->rows : numbers);
  if (!memory) return false;
  p->tiles = memory;
  if (is_int8) {
    p->quantized = (int16_t *)(memory + numbers / 2);
    p->scales = memory + numbers;
  }
  sk_tiling tiling = sk_product_tiling(p->kernels, p->type, p->rows);
  sk_over_rows(context, tiling.count, tiling.size * p->columns, p, is_int8 ? pack_int16_tiles : pack_float_tiles);
  return true;
}

static void run_panels(void *context, int part) {
  const product *p = context;
  size_t first = (size_t)part * p->chunk, last = first + p->chunk < p->panels ? first + p->chunk : p->panels;
  p->kernels->matmul(p->type, p->packed, p->padded_columns, first, last, p->tiles, p->scales, p->rows, p->y,
                     p->y_stride);
}

bool sk_matmul(sk_context *context, sk_number_type type, const void *packed, size_t rows_out, size_t columns,
               const float *x, size_t x_stride, size_t rows, float *y, size_t y_stride) {
  product p = {
      .kernels = context->kernels, .type = type, .packed = packed, .panels = (rows_out + SK_PANEL - 1) / SK_PANEL,
      .columns = columns, .padded_columns = sk_padded_columns(type, columns), .x = x, .x_stride = x_stride,
      .rows = rows, .y = y, .y_stride = y_stride,
  };
  if (rows == 0) return true;
  const size_t bytes = sk_packed_bytes(type, rows_out, columns);
  if (!pack_positions(context, &p)) return false;
  // A large matrix is cut into quarters of each thread's share: a thread that is held up leaves work to the others. A
  // small one is read in one stream by each thread.
  size_t threads = (size_t)sk_pool_threads(context->pool);
  size_t quarters = bytes / threads / WORTH_A_PART;
  size_t parts = threads == 1 ? 1 : threads * (quarters < 1 ? 1 : quarters > 4 ? 4 : quarters);
  p.chunk = sk_round_up((p.panels + parts - 1) / parts, 4);
  sk_pool_reads(context->pool, packed, bytes);
  sk_pool_run(context->pool, (int)((p.panels + p.chunk - 1) / p.chunk), run_panels, &p);
  return true;
}
