// The matrix product: tiles of a few positions × a few panels whose accumulators stay in registers.
#include "simd_lanes.h"

/// How a tile reads ahead: a distance in its own streams, or through the panels that come next.
typedef struct {
  size_t distance;   // 0 for the other way
  const char *next;  // NULL to read nothing ahead
  bool all_panels;   // as many panels as the tile has, else one
} readahead;

/// What a tile computes: `packed` and `x` point at the tile's first input column, `columns` says how many. A tile that
/// is not the first of its outputs continues the sums in y; only the last one scales them.
typedef struct {
  const char *packed;
  size_t panel_bytes;
  size_t columns;
  const void *x;
  const float *x_scales;
  float *y;
  size_t y_stride;
  bool is_first, is_last;
  readahead ahead;
} tile_job;

/// Bytes of one column of a panel.
#define COLUMN_BYTES(type) ((type) == SK_F32 ? 64 : (type) == SK_INT8 ? SK_INT8_BLOCK_BYTES / 32 : 32)

/// `left` is what is left of the tile's panels, in bytes. Where the distance leads beyond the end of a panel, the reading
/// goes on in the panel that takes its place in the next tile, `panels` further.
INLINE void read_ahead(readahead *ahead, const char *packed, size_t panel_bytes, size_t panels, size_t lines,
                       size_t left) {
  if (ahead->distance) {
    const size_t beyond = left <= ahead->distance ? (panels - 1) * panel_bytes : 0;
#pragma clang loop unroll(full)
    for (size_t p = 0; p < panels; p++)
#pragma clang loop unroll(full)
      for (size_t line = 0; line < lines; line++)
        __builtin_prefetch(packed + p * panel_bytes + ahead->distance + beyond + line * 64, 0, 2);
  } else if (ahead->next) {
#pragma clang loop unroll(full)
    for (size_t line = 0; line < lines; line++) {
      __builtin_prefetch(ahead->next, 0, 2);
      if (ahead->all_panels)
#pragma clang loop unroll(full)
        for (size_t p = 1; p < panels; p++) __builtin_prefetch(ahead->next + p * panel_bytes, 0, 2);
      ahead->next += 64;
    }
  }
}

// ---- Floating-point weights ----

typedef _Float16 vhalf __attribute__((ext_vector_type(LANES)));

/// The weights of `panels` neighboring panels at one of two input columns; `packed` points at the pair.
INLINE void load_weights(sk_number_type type, size_t panels, const char *packed, size_t panel_bytes, int odd,
                         vfloat *weights) {
  for (size_t p = 0; p < panels; p++, packed += panel_bytes) {
    for (size_t v = 0; v < PANEL_VECTORS; v++) {
      if (type == SK_BF16) {
        vuint pair;
        memcpy(&pair, packed + v * sizeof pair, sizeof pair);
        weights[p * PANEL_VECTORS + v] = (vfloat)(odd ? pair & (vuint)0xffff0000u : pair << 16);
      } else if (type == SK_F16) {
        vhalf halves;
        memcpy(&halves, packed + (odd ? 2 * SK_PANEL : 0) + v * sizeof halves, sizeof halves);
        weights[p * PANEL_VECTORS + v] = __builtin_convertvector(halves, vfloat);
      } else {
        weights[p * PANEL_VECTORS + v] = load((const float *)packed + (odd ? SK_PANEL : 0) + v * LANES);
      }
    }
  }
}

/// `rows` positions × `panels` panels of float weights (type, rows and panels are constants at every call).
INLINE void float_tile(sk_number_type type, size_t rows, size_t panels, tile_job job) {
  const size_t vectors = panels * PANEL_VECTORS;
  const size_t pair_bytes = 2 * COLUMN_BYTES(type);
  const float *x = job.x;
  vfloat sums[TILE_ROWS * 8 * PANEL_VECTORS];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++)
      sums[i * vectors + v] = job.is_first ? (vfloat)0.0f : load(job.y + i * job.y_stride + v * LANES);
  for (size_t column = 0; column < job.columns; column += 2) {
    read_ahead(&job.ahead, job.packed, job.panel_bytes, panels, pair_bytes / 64,
               (job.columns - column) * COLUMN_BYTES(type));
#pragma clang loop unroll(full)
    for (int odd = 0; odd < 2; odd++) {
      vfloat weights[8 * PANEL_VECTORS];
      load_weights(type, panels, job.packed, job.panel_bytes, odd, weights);
#pragma clang loop unroll(full)
      for (size_t i = 0; i < rows; i++) {
        vfloat activation = (vfloat)x[i];
#pragma clang loop unroll(full)
        for (size_t v = 0; v < vectors; v++)
          sums[i * vectors + v] = fma_lanes(weights[v], activation, sums[i * vectors + v]);
      }
      x += rows;
    }
    job.packed += pair_bytes;
  }
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) store(job.y + i * job.y_stride + v * LANES, sums[i * vectors + v]);
}

// ---- int8 weights ----

typedef int8_t vbytes __attribute__((ext_vector_type(2 * LANES)));
typedef int16_t vshorts __attribute__((ext_vector_type(2 * LANES)));
typedef uint16_t vscales __attribute__((ext_vector_type(LANES)));

#if !defined(ADD_PAIRS)
/// sum + low · low + high · high of each lane's two 16-bit numbers, exactly.
INLINE vint add_pairs(vint sum, vshorts weights, vshorts activation) {
  vint w = (vint)weights, x = (vint)activation;
  return sum + ((w << 16) >> 16) * ((x << 16) >> 16) + (w >> 16) * (x >> 16);
}
#define ADD_PAIRS add_pairs
#endif

/// `rows` positions × `panels` panels of int8 weights: the products of a block are exact integers, the blocks a chain.
INLINE void int8_tile(size_t rows, size_t panels, tile_job job) {
  const size_t vectors = panels * PANEL_VECTORS;
  const int32_t *x = job.x;
  vfloat sums[TILE_ROWS * 8 * PANEL_VECTORS];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++)
      sums[i * vectors + v] = job.is_first ? (vfloat)0.0f : load(job.y + i * job.y_stride + v * LANES);
  for (size_t column = 0; column < job.columns; column += 32) {
    vint products[TILE_ROWS * 8 * PANEL_VECTORS];
#pragma clang loop unroll(full)
    for (size_t i = 0; i < rows * vectors; i++) products[i] = (vint)0;
    const char *pairs = job.packed + 2 * SK_PANEL;
    // Not unrolled: the compiler would finish one sum after the other, each waiting for its own latency.
#pragma clang loop unroll(disable)
    for (size_t line = 0; line < 8; line++) {
      read_ahead(&job.ahead, pairs, job.panel_bytes, panels, 1, (job.columns - column) * COLUMN_BYTES(SK_INT8));
#pragma clang loop unroll(full)
      for (size_t pair = 0; pair < 2; pair++) {
        vshorts weights[8 * PANEL_VECTORS];
#pragma clang loop unroll(full)
        for (size_t v = 0; v < vectors; v++) {
          vbytes bytes;
          memcpy(&bytes, pairs + v / PANEL_VECTORS * job.panel_bytes + v % PANEL_VECTORS * sizeof bytes, sizeof bytes);
          weights[v] = __builtin_convertvector(bytes, vshorts);
        }
#pragma clang loop unroll(full)
        for (size_t i = 0; i < rows; i++) {
          vshorts activation = (vshorts)(vint)x[i];
#pragma clang loop unroll(full)
          for (size_t v = 0; v < vectors; v++)
            products[i * vectors + v] = ADD_PAIRS(products[i * vectors + v], weights[v], activation);
        }
        x += rows;
        pairs += 2 * SK_PANEL;
      }
    }
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) {
      vscales bits;
      memcpy(&bits, job.packed + v / PANEL_VECTORS * job.panel_bytes + v % PANEL_VECTORS * sizeof bits, sizeof bits);
      vfloat scale = (vfloat)(__builtin_convertvector(bits, vuint) << 16);
#pragma clang loop unroll(full)
      for (size_t i = 0; i < rows; i++)
        sums[i * vectors + v] =
            fma_lanes(__builtin_convertvector(products[i * vectors + v], vfloat), scale, sums[i * vectors + v]);
    }
    job.packed += SK_INT8_BLOCK_BYTES;
  }
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) {
      vfloat sum = sums[i * vectors + v];
      store(job.y + i * job.y_stride + v * LANES, job.is_last ? sum * (vfloat)job.x_scales[i] : sum);
    }
  }
}

// ---- Tiles of every shape ----

#define TILE_FUNCTION(NAME, CASES)                                                              \
  static __attribute__((noinline)) void NAME(size_t rows, size_t panels, const tile_job *job) { \
    switch (rows * 16 + panels) { CASES }                                                       \
    __builtin_unreachable();                                                                    \
  }

#define TILE_CASE(ROWS, PANELS)              \
  case (ROWS) * 16 + (PANELS):               \
    TILE_BODY(ROWS, PANELS)                  \
    return;

#define TILE_BODY(ROWS, PANELS) float_tile(SK_F32, ROWS, PANELS, *job);
TILE_FUNCTION(tile_f32, TILE_CASES)
#undef TILE_BODY
#define TILE_BODY(ROWS, PANELS) float_tile(SK_BF16, ROWS, PANELS, *job);
TILE_FUNCTION(tile_bf16, TILE_CASES)
#undef TILE_BODY
#define TILE_BODY(ROWS, PANELS) float_tile(SK_F16, ROWS, PANELS, *job);
TILE_FUNCTION(tile_f16, TILE_CASES)
#undef TILE_BODY
#define TILE_BODY(ROWS, PANELS) int8_tile(ROWS, PANELS, *job);
TILE_FUNCTION(tile_int8, TILE_CASES)
#undef TILE_BODY

static void run_tile(sk_number_type type, size_t rows, size_t panels, const tile_job *job) {
  switch (type) {
    case SK_F32: tile_f32(rows, panels, job); return;
    case SK_BF16: tile_bf16(rows, panels, job); return;
    case SK_F16: tile_f16(rows, panels, job); return;
    default: tile_int8(rows, panels, job); return;
  }
}

// Where several tiles share the weights, they go through the inputs in steps of COLUMN_STEP columns, so that a step's
// panels and activations stay in the second-level cache. Sums continue from step to step in the same order.

/// Positions are computed in blocks of this many tiles, for the same reason.
#define BLOCK_TILES (132 / TILE_ROWS)

/// With at least this many tiles it pays to widen 16-bit weights once for all of them.
#define WIDENING_TILES 8

/// Most panels that are widened at once.
#define WIDENED_PANELS 2

/// Writes the step's weights of some panels as float32 panels.
static void widen_panels(sk_number_type type, size_t panels, const char *packed, size_t panel_bytes, size_t columns,
                         float *out) {
  for (size_t p = 0; p < panels; p++, packed += panel_bytes) {
    for (size_t column = 0; column < columns; column += 2, out += 2 * SK_PANEL) {
      const char *pair = packed + column * COLUMN_BYTES(type);
      for (int odd = 0; odd < 2; odd++) {
        vfloat weights[PANEL_VECTORS];
        if (type == SK_F16) load_weights(SK_F16, 1, pair, 0, odd, weights);
        else load_weights(SK_BF16, 1, pair, 0, odd, weights);
        for (size_t v = 0; v < PANEL_VECTORS; v++) store(out + (size_t)odd * SK_PANEL + v * LANES, weights[v]);
      }
    }
  }
}

/// The tiles first ..< last over one step of columns, for some panels. `job` is at the step's weights and at the
/// block's outputs; its x is at the block's first tile.
static void run_block(sk_number_type type, size_t panels, sk_tiling tiling, size_t first, size_t last,
                      size_t all_columns, size_t column, tile_job job) {
  const size_t number_bytes = type == SK_INT8 ? 2 : 4;
  const bool is_streaming = tiling.count == 1 && sk_tile_size(tiling, 0) <= STREAMING_ROWS;
  const size_t panel_bytes = job.panel_bytes;
  const char *x = job.x, *next = job.packed + panels * panel_bytes;
  float widened[WIDENED_PANELS * COLUMN_STEP * SK_PANEL];
  const bool is_widened =
      (type == SK_BF16 || type == SK_F16) && last - first >= WIDENING_TILES && panels <= WIDENED_PANELS;
  if (is_widened) {
    widen_panels(type, panels, job.packed, job.panel_bytes, job.columns, widened);
    job.packed = (const char *)widened;
    job.panel_bytes = job.columns * COLUMN_BYTES(SK_F32);
    type = SK_F32;
  }
  for (size_t t = first; t < last; t++) {
    const size_t size = sk_tile_size(tiling, t);
    // The first tiles bring the next panels' weights closer, each tile one panel: all at once, they would be waited for.
    job.ahead = (readahead){.distance = is_streaming ? STREAMING_DISTANCE : 0, .all_panels = last - first < panels};
    if (t - first < panels) job.ahead.next = next + (t - first) * panel_bytes;
    job.x = x + column * size * number_bytes;
    run_tile(type, size, panels, &job);
    x += size * all_columns * number_bytes;
    // Only int8 activations have scales: a null pointer must not be moved.
    if (job.x_scales) job.x_scales += size;
    job.y += size * job.y_stride;
  }
}

/// How many panels the next tiles take: as many as there are at once, and of a rest as many as there are tiles for.
static size_t panels_of(size_t step, size_t left, size_t rows) {
  if (step == 3 && left == 4) return 2;
  if (left >= step) return step;
  if (step > 4 && left >= 4) return 4;
  return rows > 2 && step > 2 && left >= 2 ? 2 : 1;
}

static void simd_matmul(sk_number_type type, const void *packed, size_t columns, size_t first, size_t last,
                        const void *x_tiles, const float *x_scales, size_t rows, float *y, size_t y_stride) {
  const size_t panel_bytes = sk_packed_bytes(type, SK_PANEL, columns);
  const sk_tiling tiling = sk_tile(rows, type == SK_INT8 ? INT8_TILE_ROWS : TILE_ROWS);
  const size_t largest = sk_tile_size(tiling, 0);
  const size_t step = PANELS_AT_ONCE(type, largest);
  const size_t columns_step = tiling.count == 1 ? columns : COLUMN_STEP;
  size_t row = 0;
  for (size_t block = 0; block < tiling.count; block += BLOCK_TILES) {
    const size_t block_end = block + BLOCK_TILES < tiling.count ? block + BLOCK_TILES : tiling.count;
    for (size_t column = 0; column < columns; column += columns_step) {
      const size_t count = columns - column < columns_step ? columns - column : columns_step;
      for (size_t panel = first, panels; panel < last; panel += panels) {
        const size_t left = last - panel;
        panels = panels_of(step, left, largest);
        tile_job job = {
            .packed = (const char *)packed + panel * panel_bytes + column * COLUMN_BYTES(type),
            .panel_bytes = panel_bytes,
            .columns = count,
            .x = (const char *)x_tiles + row * columns * (type == SK_INT8 ? 2 : 4),
            .x_scales = x_scales ? x_scales + row : NULL,
            .y = y + row * y_stride + panel * SK_PANEL,
            .y_stride = y_stride,
            .is_first = column == 0,
            .is_last = column + count == columns,
        };
        run_block(type, panels, tiling, block, block_end, columns, column, job);
      }
    }
    for (size_t t = block; t < block_end; t++) row += sk_tile_size(tiling, t);
  }
}
