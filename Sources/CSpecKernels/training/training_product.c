// Products of float32 matrices for training: b is packed into panels of columns, a into tiles of rows, block by block of
// the common dimension, as in Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008). Blocks
// follow each other in rising order and continue the sums in c, so that each output stays one chain.
#include <string.h>

#include "kernel_set.h"

/// Largest block of the common dimension, and tiles of a in a block: what fits beside a panel of b into the second cache.
#define DEPTH_BLOCK 384
#define TILES_AT_ONCE 8

/// Numbers of b that are packed at once.
#define PACKED_NUMBERS ((size_t)1 << 22)

/// Of so many columns all are packed at once, from a part of a long common dimension: a is read and packed anew for the
/// columns that are not.
#define COLUMNS_AT_ONCE 1024

/// Items for each thread: enough that one that is held up leaves work to the others.
#define ITEMS_PER_THREAD 4

typedef struct {
  const sk_training_kernels *kernels;
  const sk_float_product *product;
  size_t depth_block;
  size_t first_depth, depth;           // the part of the common dimension that is packed
  float *panels;                       // [panel][depth][tile_columns]
  size_t first_column, panel_count;    // the columns that are packed
  sk_tiling tiling;                    // of the rows
  size_t tiles_at_once, row_chunks;    // an item is a chunk of tiles ...
  size_t panels_at_once;               // ... times a chunk of panels
  float *memory;
  size_t memory_per_worker;
} multiplication;

static size_t minimum(size_t a, size_t b) { return a < b ? a : b; }

/// One block of the common dimension of one panel of b.
static void pack_panel(const void *job, size_t item, size_t worker) {
  const multiplication *m = job;
  const sk_float_product *p = m->product;
  (void)worker;
  const size_t blocks = (m->depth + m->depth_block - 1) / m->depth_block;
  const size_t panel = item / blocks, first = item % blocks * m->depth_block, k = m->first_depth + first;
  const size_t width = m->kernels->tile_columns, column = m->first_column + panel * width;
  const size_t stride = p->b_transposed ? p->depth : p->columns;
  const float *source = p->b_transposed ? p->b + column * stride + k : p->b + k * stride + column;
  m->kernels->pack(source, stride, p->b_transposed, minimum(width, p->columns - column),
                   minimum(m->depth_block, m->depth - first), m->panels + (panel * m->depth + first) * width, width);
}

/// A tile whose panel may reach beyond the last column of c.
static void multiply_tile(const multiplication *m, size_t rows, size_t depth, const float *a, const float *b, float *c,
                          size_t columns, bool adding, float *edge) {
  const size_t width = m->kernels->tile_columns, stride = m->product->columns;
  if (columns == width) {
    m->kernels->multiply_tile(rows, depth, a, b, c, stride, adding);
    return;
  }
  for (size_t i = 0; adding && i < rows; i++) memcpy(edge + i * width, c + i * stride, columns * sizeof(float));
  m->kernels->multiply_tile(rows, depth, a, b, edge, width, adding);
  for (size_t i = 0; i < rows; i++) memcpy(c + i * stride, edge + i * width, columns * sizeof(float));
}

/// Packs the tiles first ..< last at the block of the common dimension that begins at k.
static void pack_tiles(const multiplication *m, size_t first, size_t last, size_t k, size_t depth, float *out) {
  const sk_float_product *p = m->product;
  const size_t stride = p->a_transposed ? p->rows : p->depth;
  for (size_t tile = first; tile < last; tile++) {
    const size_t row = sk_tile_start(m->tiling, tile), rows = sk_tile_size(m->tiling, tile);
    const float *source = p->a_transposed ? p->a + k * stride + row : p->a + row * stride + k;
    m->kernels->pack(source, stride, !p->a_transposed, rows, depth, out, rows);
    out += rows * depth;
  }
}

static void multiply_item(const void *job, size_t item, size_t worker) {
  const multiplication *m = job;
  const sk_float_product *p = m->product;
  const size_t width = m->kernels->tile_columns;
  const size_t first = item % m->row_chunks * m->tiles_at_once, last = minimum(first + m->tiles_at_once, m->tiling.count);
  const size_t first_panel = item / m->row_chunks * m->panels_at_once;
  const size_t last_panel = minimum(first_panel + m->panels_at_once, m->panel_count);
  float *edge = m->memory + worker * m->memory_per_worker, *tiles = edge + m->kernels->tile_rows * width;
  for (size_t k = 0; k < m->depth; k += m->depth_block) {
    const size_t depth = minimum(m->depth_block, m->depth - k);
    const bool adding = p->adding || m->first_depth + k > 0;
    pack_tiles(m, first, last, m->first_depth + k, depth, tiles);
    for (size_t panel = first_panel; panel < last_panel; panel++) {
      const float *b = m->panels + (panel * m->depth + k) * width, *a = tiles;
      const size_t column = m->first_column + panel * width;
      for (size_t tile = first; tile < last; tile++) {
        const size_t rows = sk_tile_size(m->tiling, tile);
        float *c = p->c + sk_tile_start(m->tiling, tile) * p->columns + column;
        multiply_tile(m, rows, depth, a, b, c, minimum(width, p->columns - column), adding, edge);
        a += rows * depth;
      }
    }
  }
}

/// Cuts tiles and panels into items.
static void cut(multiplication *m, size_t threads) {
  const size_t wanted = threads == 1 ? 1 : threads * ITEMS_PER_THREAD;
  m->tiles_at_once = minimum(TILES_AT_ONCE, (m->tiling.count + wanted - 1) / wanted);
  m->row_chunks = (m->tiling.count + m->tiles_at_once - 1) / m->tiles_at_once;
  const size_t column_chunks = minimum(m->panel_count, (wanted + m->row_chunks - 1) / m->row_chunks);
  m->panels_at_once = (m->panel_count + column_chunks - 1) / column_chunks;
}

/// Multiplies with the part of b that is packed at once, for all columns.
static void multiply_part(sk_context *context, multiplication *m, size_t panels) {
  const size_t width = m->kernels->tile_columns, threads = (size_t)sk_pool_threads(context->pool);
  const size_t blocks = (m->depth + m->depth_block - 1) / m->depth_block;
  for (m->first_column = 0; m->first_column < m->product->columns; m->first_column += panels * width) {
    m->panel_count = minimum(panels, (m->product->columns - m->first_column + width - 1) / width);
    sk_each_item(context, m->panel_count * blocks, m, pack_panel);
    cut(m, threads);
    sk_each_item(context, m->row_chunks * ((m->panel_count + m->panels_at_once - 1) / m->panels_at_once), m,
                 multiply_item);
  }
}

bool sk_multiply_floats(sk_context *context, const sk_float_product *product) {
  const sk_training_kernels *kernels = context->kernels->training;
  const size_t width = kernels->tile_columns, threads = (size_t)sk_pool_threads(context->pool);
  multiplication m = {.kernels = kernels, .product = product};
  const size_t depth_blocks = (product->depth + DEPTH_BLOCK - 1) / DEPTH_BLOCK;
  m.depth_block = sk_round_up((product->depth + depth_blocks - 1) / depth_blocks, 16);
  m.tiling = sk_tile(product->rows, kernels->tile_rows);
  const size_t columns = sk_round_up(minimum(product->columns, COLUMNS_AT_ONCE), width);
  const size_t blocks = PACKED_NUMBERS / columns / m.depth_block;
  const size_t depth = minimum(product->depth, blocks * m.depth_block);
  const size_t panels = minimum((product->columns + width - 1) / width, PACKED_NUMBERS / (depth * width));
  // A tile, the packed tiles, and room for what packing writes beyond them.
  m.memory_per_worker = sk_round_up(kernels->tile_rows * width + TILES_AT_ONCE * kernels->tile_rows * m.depth_block + width, 16);
  m.panels = sk_scratch(context, panels * depth * width + threads * m.memory_per_worker);
  if (!m.panels) return false;
  m.memory = m.panels + panels * depth * width;
  for (; m.first_depth < product->depth; m.first_depth += depth) {
    m.depth = minimum(depth, product->depth - m.first_depth);
    multiply_part(context, &m, panels);
  }
  return true;
}
