// The SIMD kernels, written once over vectors of LANES floats. A kernels_*.c file defines LANES, the tile shapes and
// the set's name, switches its instruction set on and includes this file. Lanes hold different outputs; see reference.c for the order
// of operations that each of them keeps.
#include <math.h>
#include <string.h>

#include "canonical.h"
#include "kernel_set.h"

#define INLINE static inline __attribute__((always_inline))

typedef float vfloat __attribute__((ext_vector_type(LANES)));
typedef int32_t vint __attribute__((ext_vector_type(LANES)));
typedef uint32_t vuint __attribute__((ext_vector_type(LANES)));

/// Vectors per panel.
#define PANEL_VECTORS (SK_PANEL / LANES)

INLINE vfloat load(const float *p) {
  vfloat v;
  memcpy(&v, p, sizeof v);
  return v;
}

INLINE void store(float *p, vfloat v) { memcpy(p, &v, sizeof v); }

INLINE vfloat fma_lanes(vfloat a, vfloat b, vfloat c) { return __builtin_elementwise_fma(a, b, c); }

INLINE vfloat select_lanes(vint mask, vfloat yes, vfloat no) {
  return (vfloat)(((vint)yes & mask) | ((vint)no & ~mask));
}

INLINE vfloat exp_lanes(vfloat x) {
  vint vanishing = x < (vfloat)EXP_LOWEST;
  vfloat cut = select_lanes(vanishing, (vfloat)EXP_LOWEST, x);
  cut = select_lanes(cut > (vfloat)EXP_HIGHEST, (vfloat)EXP_HIGHEST, cut);
  vfloat shifted = fma_lanes(cut, (vfloat)EXP_LOG2E, (vfloat)EXP_ROUNDING);
  vfloat n = shifted - (vfloat)EXP_ROUNDING;
  vfloat r = fma_lanes(n, (vfloat)-EXP_LN2_HIGH, cut);
  r = fma_lanes(n, (vfloat)-EXP_LN2_LOW, r);
  vfloat p = (vfloat)EXP_C6;
  p = fma_lanes(p, r, (vfloat)EXP_C5);
  p = fma_lanes(p, r, (vfloat)EXP_C4);
  p = fma_lanes(p, r, (vfloat)EXP_C3);
  p = fma_lanes(p, r, (vfloat)EXP_C2);
  p = fma_lanes(p, r, (vfloat)1.0f);
  p = fma_lanes(p, r, (vfloat)1.0f);
  vuint bits = (vuint)p + ((vuint)shifted << 23);
  return (vfloat)((vint)bits & ~vanishing);
}

INLINE vfloat silu_lanes(vfloat x) { return x / ((vfloat)1.0f + exp_lanes(-x)); }

// ---- Matrix product ----

/// The weights of `panels` neighbouring panels at one input column; `packed` points at its pair of columns.
INLINE void load_weights(sk_number_type type, size_t panels, const char *packed, size_t panel_bytes, int odd,
                         vfloat *weights) {
  for (size_t p = 0; p < panels; p++, packed += panel_bytes) {
    for (size_t v = 0; v < PANEL_VECTORS; v++) {
      if (type == SK_BF16) {
        vuint pair;
        memcpy(&pair, packed + v * sizeof pair, sizeof pair);
        weights[p * PANEL_VECTORS + v] = (vfloat)(odd ? pair & (vuint)0xffff0000u : pair << 16);
      } else {
        weights[p * PANEL_VECTORS + v] = load((const float *)packed + (odd ? SK_PANEL : 0) + v * LANES);
      }
    }
  }
}

/// How a tile reads ahead: a distance in its own stream, or a stride through the panel that comes next.
typedef struct {
  size_t distance;
  const char *next;
  size_t stride;
} readahead;

/// `rows` positions × `panels` panels, all accumulators in registers (rows and panels are constants at every call).
INLINE void tile(sk_number_type type, size_t rows, size_t panels, const char *packed, size_t panel_bytes,
                 size_t columns, const float *x, float *y, size_t y_stride, readahead ahead) {
  const size_t vectors = panels * PANEL_VECTORS;
  const size_t pair_bytes = type == SK_BF16 ? 64 : 128;
  vfloat sums[TILE_ROWS * 8 * PANEL_VECTORS];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows * vectors; i++) sums[i] = (vfloat)0.0f;
  for (size_t column = 0; column < columns; column += 2) {
    if (ahead.distance) {
#pragma clang loop unroll(full)
      for (size_t p = 0; p < panels; p++) {
        __builtin_prefetch(packed + p * panel_bytes + ahead.distance, 0, 3);
        if (type == SK_F32) __builtin_prefetch(packed + p * panel_bytes + ahead.distance + 64, 0, 3);
      }
    } else {
      __builtin_prefetch(ahead.next, 0, 2);
      ahead.next += ahead.stride;
      if (type == SK_F32) {
        __builtin_prefetch(ahead.next, 0, 2);
        ahead.next += ahead.stride;
      }
    }
#pragma clang loop unroll(full)
    for (int odd = 0; odd < 2; odd++) {
      vfloat weights[8 * PANEL_VECTORS];
      load_weights(type, panels, packed, panel_bytes, odd, weights);
#pragma clang loop unroll(full)
      for (size_t i = 0; i < rows; i++) {
        vfloat activation = (vfloat)x[i];
#pragma clang loop unroll(full)
        for (size_t v = 0; v < vectors; v++)
          sums[i * vectors + v] = fma_lanes(weights[v], activation, sums[i * vectors + v]);
      }
      x += rows;
    }
    packed += pair_bytes;
  }
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) store(y + i * y_stride + v * LANES, sums[i * vectors + v]);
  }
}

#define TILE_CASE(ROWS, PANELS)                                                                     \
  case (ROWS) * 16 + (PANELS):                                                                      \
    tile(type, ROWS, PANELS, packed, panel_bytes, columns, x, y, y_stride, ahead);                  \
    return;

#define TILE_FUNCTION(NAME, TYPE)                                                                   \
  static __attribute__((noinline)) void NAME(size_t rows, size_t panels, const char *packed,        \
                                             size_t panel_bytes, size_t columns, const float *x,    \
                                             float *y, size_t y_stride, readahead ahead) {          \
    const sk_number_type type = TYPE;                                                               \
    switch (rows * 16 + panels) { TILE_CASES }                                                      \
    __builtin_unreachable();                                                                        \
  }

TILE_FUNCTION(tile_f32, SK_F32)
TILE_FUNCTION(tile_bf16, SK_BF16)

/// Positions are computed in blocks of this many, so that their packed activations stay in the second-level cache.
#define BLOCK_TILES 16

static void simd_matmul(sk_number_type type, const void *packed, size_t columns, size_t first, size_t last,
                        const float *x_tiles, size_t rows, float *y, size_t y_stride) {
  const size_t panel_bytes = sk_packed_bytes(type, SK_PANEL, columns);
  const sk_tiling tiling = sk_tile(rows, TILE_ROWS);
  const size_t step = PANELS_AT_ONCE(sk_tile_size(tiling, 0));
  for (size_t block = 0; block < tiling.count; block += BLOCK_TILES) {
    size_t block_end = block + BLOCK_TILES < tiling.count ? block + BLOCK_TILES : tiling.count;
    const float *x_block = x_tiles;
    float *y_block = y;
    for (size_t panel = first, panels; panel < last; panel += panels) {
      panels = panel + step <= last ? step : 1;
      const char *weights = (const char *)packed + panel * panel_bytes;
      x_tiles = x_block;
      y = y_block;
      for (size_t t = block; t < block_end; t++) {
        size_t size = sk_tile_size(tiling, t);
        // A single narrow tile streams the weights; otherwise the tiles share the reading of the next panels.
        readahead ahead = {.next = weights};
        if (tiling.count == 1 && size <= 2) ahead.distance = 512;
        else if (t < 2) {
          size_t share = block_end - block > 1 ? 2 : 1;
          ahead.next = weights + panels * panel_bytes + (t - block) * (panels * panel_bytes / share);
          ahead.stride = 64 * panels / share;
        }
        if (type == SK_BF16) tile_bf16(size, panels, weights, panel_bytes, columns, x_tiles, y + panel * SK_PANEL, y_stride, ahead);
        else tile_f32(size, panels, weights, panel_bytes, columns, x_tiles, y + panel * SK_PANEL, y_stride, ahead);
        x_tiles += size * columns;
        y += size * y_stride;
      }
    }
  }
}

// ---- Element-wise ----

static void simd_rmsnorm(const float *x, size_t x_stride, size_t rows, size_t width, const float *weight,
                         float epsilon, float *y, size_t y_stride) {
  for (size_t row = 0; row < rows; row += 4) {
    // Four rows at once hide the latency of each row's one chain.
    size_t count = rows - row < 4 ? rows - row : 4;
    const float *lines[4];
    float sums[4] = {0};
    for (size_t i = 0; i < 4; i++) lines[i] = x + (row + (i < count ? i : 0)) * x_stride;
    for (size_t i = 0; i < width; i++)
      for (size_t r = 0; r < 4; r++) sums[r] = fmaf(lines[r][i], lines[r][i], sums[r]);
    for (size_t r = 0; r < count; r++) {
      float scale = 1.0f / sqrtf(sums[r] / (float)width + epsilon);
      float *out = y + (row + r) * y_stride;
      size_t i = 0;
      for (; i + LANES <= width; i += LANES)
        store(out + i, (load(lines[r] + i) * (vfloat)scale) * load(weight + i));
      for (; i < width; i++) out[i] = (lines[r][i] * scale) * weight[i];
    }
  }
}

/// A vector of the last `count` numbers, zero beyond them.
INLINE vfloat load_tail(const float *p, size_t count) {
  vfloat v = (vfloat)0.0f;
  memcpy(&v, p, count * sizeof(float));
  return v;
}

static void simd_swiglu(const float *gate, const float *up, size_t count, float *out) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) store(out + i, silu_lanes(load(gate + i)) * load(up + i));
  if (i < count) {
    vfloat last = silu_lanes(load_tail(gate + i, count - i)) * load_tail(up + i, count - i);
    memcpy(out + i, &last, (count - i) * sizeof(float));
  }
}

static void simd_bias_silu_add(float *x, const float *bias, const float *residual, size_t count) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES)
    store(x + i, load(residual + i) + silu_lanes(load(x + i) + load(bias + i)));
  if (i < count) {
    size_t rest = count - i;
    vfloat sum = load_tail(x + i, rest) + load_tail(bias + i, rest);
    vfloat last = load_tail(residual + i, rest) + silu_lanes(sum);
    memcpy(x + i, &last, rest * sizeof(float));
  }
}

// ---- Attention ----

/// Scores of the key blocks first ..< last for one query head: lanes are slots.
INLINE void score_blocks(const sk_layer_cache *cache, size_t kv_head, const float *query, size_t first, size_t last,
                         float scale, float *scores) {
  const size_t dimension = cache->head_dimension;
  const float *keys = cache->keys + (kv_head * cache->capacity + first * SK_PANEL) * dimension;
  size_t block = first;
  for (; block + 4 / PANEL_VECTORS <= last && PANEL_VECTORS <= 4; block += 4 / PANEL_VECTORS) {
    // Four vectors at once hide the latency of the chains.
    vfloat sums[4] = {(vfloat)0.0f, (vfloat)0.0f, (vfloat)0.0f, (vfloat)0.0f};
    for (size_t d = 0; d < dimension; d++) {
      vfloat q = (vfloat)query[d];
#pragma clang loop unroll(full)
      for (size_t v = 0; v < 4; v++) {
        const float *line = keys + (v / PANEL_VECTORS * dimension + d) * SK_PANEL + v % PANEL_VECTORS * LANES;
        sums[v] = fma_lanes(load(line), q, sums[v]);
      }
    }
#pragma clang loop unroll(full)
    for (size_t v = 0; v < 4; v++) store(scores + v * LANES, sums[v] * (vfloat)scale);
    scores += 4 * LANES;
    keys += 4 / PANEL_VECTORS * dimension * SK_PANEL;
  }
  for (; block < last; block++) {
    vfloat sums[PANEL_VECTORS];
    for (size_t v = 0; v < PANEL_VECTORS; v++) sums[v] = (vfloat)0.0f;
    for (size_t d = 0; d < dimension; d++)
      for (size_t v = 0; v < PANEL_VECTORS; v++)
        sums[v] = fma_lanes(load(keys + d * SK_PANEL + v * LANES), (vfloat)query[d], sums[v]);
    for (size_t v = 0; v < PANEL_VECTORS; v++) store(scores + v * LANES, sums[v] * (vfloat)scale);
    scores += SK_PANEL;
    keys += dimension * SK_PANEL;
  }
}

INLINE float largest_of(const float *x, size_t count) {
  size_t i = 0;
  float largest = x[0];
  if (count >= LANES) {
    vfloat lanes = load(x);
    for (i = LANES; i + LANES <= count; i += LANES) {
      vfloat next = load(x + i);
      lanes = select_lanes(next > lanes, next, lanes);
    }
    largest = lanes[0];
    for (size_t lane = 1; lane < LANES; lane++) largest = lanes[lane] > largest ? lanes[lane] : largest;
  }
  for (; i < count; i++) largest = x[i] > largest ? x[i] : largest;
  return largest;
}

/// One pass over the values for `heads` query heads and `vectors` vectors of dimensions (constants at every call):
/// out = Σ weight · value / Σ weight, where the sum of weights is its own chain. Lanes are dimensions.
INLINE void weigh_values(size_t heads, size_t vectors, size_t prefix, const int32_t *path, size_t count,
                         const float *values, size_t value_stride, const float *weights, size_t weight_stride,
                         float *out, size_t out_stride, size_t out_count) {
  vfloat sums[8];
  float totals[2] = {0, 0};
#pragma clang loop unroll(full)
  for (size_t i = 0; i < heads * vectors; i++) sums[i] = (vfloat)0.0f;
  const float *line = values;
  for (size_t j = 0; j < count; j++, line += value_stride) {
    if (path && j >= prefix) line = values + (size_t)path[j - prefix] * value_stride;
#pragma clang loop unroll(full)
    for (size_t h = 0; h < heads; h++) {
      float weight = weights[h * weight_stride + j];
      totals[h] += weight;
#pragma clang loop unroll(full)
      for (size_t v = 0; v < vectors; v++)
        sums[h * vectors + v] = fma_lanes((vfloat)weight, load(line + v * LANES), sums[h * vectors + v]);
    }
  }
  for (size_t h = 0; h < heads; h++) {
    float block[4 * LANES];
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) store(block + v * LANES, sums[h * vectors + v] / (vfloat)totals[h]);
    memcpy(out + h * out_stride, block, out_count * sizeof(float));
  }
}

static void simd_attend(const sk_attention *attention, const sk_layer_cache *cache, size_t row, size_t kv_head,
                        float *scores) {
  const size_t group = attention->query_heads / cache->kv_heads, dimension = cache->head_dimension;
  const size_t prefix = attention->prefix;
  const int32_t *path = NULL;
  size_t path_count = row + 1, last_slot = prefix + row;
  if (attention->path_slots) {
    path = attention->path_slots + attention->path_offsets[row];
    path_count = (size_t)(attention->path_offsets[row + 1] - attention->path_offsets[row]);
    last_slot = (size_t)path[path_count - 1];
  }
  const size_t count = prefix + path_count;
  const size_t blocks = last_slot / SK_PANEL + 1;
  // A tree's rows score whole blocks and then bring the slots on their path together.
  const size_t prefix_blocks = path ? prefix / SK_PANEL : blocks;
  const size_t stride = blocks * SK_PANEL;
  const float scale = 1.0f / sqrtf((float)dimension);
  for (size_t h = 0; h < group; h++) {
    const float *query =
        attention->queries + row * attention->query_stride + (kv_head * group + h) * dimension;
    float *line = scores + h * stride;
    score_blocks(cache, kv_head, query, 0, prefix_blocks, scale, line);
    if (path) {
      float *tail = scores + group * stride;
      score_blocks(cache, kv_head, query, prefix_blocks, blocks, scale, tail);
      size_t start = prefix_blocks * SK_PANEL;
      memcpy(line + start, tail, (prefix - start) * sizeof(float));
      for (size_t j = 0; j < path_count; j++) line[prefix + j] = tail[(size_t)path[j] - start];
    }
    float largest = largest_of(line, count);
    size_t j = 0;
    for (; j + LANES <= count; j += LANES) store(line + j, exp_lanes(load(line + j) - (vfloat)largest));
    if (j < count) {
      vfloat last = exp_lanes(load_tail(line + j, count - j) - (vfloat)largest);
      memcpy(line + j, &last, (count - j) * sizeof(float));
    }
  }
  const size_t value_stride = sk_round_up(dimension, SK_PANEL);
  const float *values = cache->values + kv_head * cache->capacity * value_stride;
  float *out = attention->out + row * attention->out_stride + kv_head * group * dimension;
  for (size_t first = 0, vectors; first < dimension; first += vectors * LANES) {
    size_t remaining = (dimension - first + LANES - 1) / LANES;
    vectors = remaining >= 4 ? 4 : remaining >= 2 ? 2 : 1;
    size_t width = dimension - first < vectors * LANES ? dimension - first : vectors * LANES;
    for (size_t h = 0, heads; h < group; h += heads) {
      heads = group - h >= 2 ? 2 : 1;
#define WEIGH(HEADS, VECTORS)                                                                       \
  case (HEADS) * 8 + (VECTORS):                                                                     \
    weigh_values(HEADS, VECTORS, prefix, path, count, values + first, value_stride, scores + h * stride, stride, \
                 out + h * dimension + first, dimension, width);                                    \
    break;
      switch (heads * 8 + vectors) {
        WEIGH(1, 1) WEIGH(1, 2) WEIGH(1, 4) WEIGH(2, 1) WEIGH(2, 2) WEIGH(2, 4)
      }
#undef WEIGH
    }
  }
}

// ---- Choosing ----

static sk_choice simd_choose(const float *x, size_t count, bool probability) {
  float largest = largest_of(x, count);
  size_t index = 0;
  while (x[index] != largest && index + 1 < count) index++;
  sk_choice choice = {(int32_t)index, x[index], 0};
  if (!probability) return choice;
  float chains[SUM_CHAINS] = {0};
  vfloat sums[SUM_CHAINS / LANES];
  for (size_t v = 0; v < SUM_CHAINS / LANES; v++) sums[v] = (vfloat)0.0f;
  size_t i = 0;
  for (; i + SUM_CHAINS <= count; i += SUM_CHAINS)
    for (size_t v = 0; v < SUM_CHAINS / LANES; v++)
      sums[v] += exp_lanes(load(x + i + v * LANES) - (vfloat)choice.value);
  for (size_t v = 0; v < SUM_CHAINS / LANES; v++) store(chains + v * LANES, sums[v]);
  for (size_t chain = 0; i < count; i++, chain++) {
    vfloat last = exp_lanes(load_tail(x + i, 1) - (vfloat)choice.value);
    chains[chain] += last[0];
  }
  float sum = 0;
  for (size_t chain = 0; chain < SUM_CHAINS; chain++) sum += chains[chain];
  choice.probability = 1.0f / sum;
  return choice;
}

const sk_kernel_set SET_OBJECT = {
    .name = SET_NAME,
    .supported = supported,
    .tile_rows = TILE_ROWS,
    .matmul = simd_matmul,
    .rmsnorm = simd_rmsnorm,
    .swiglu = simd_swiglu,
    .bias_silu_add = simd_bias_silu_add,
    .attend = simd_attend,
    .choose = simd_choose,
};
