// Operations over rows, cut into parts and spread over the pool. Cutting never changes a bit: a part is a range of
// outputs, and each output is computed whole in one place.
#pragma STDC FP_CONTRACT OFF
#include <stdlib.h>
#include <string.h>

#include "kernel_set.h"
#include "operations.h"

/// Fewer floats than this are faster done by the caller than handed out.
#define WORTH_SHARING 8192

/// Bytes of weights that are worth a part of their own.
#define WORTH_A_PART ((size_t)1 << 19)

float *sk_scratch(sk_context *context, size_t count) {
  if (count > context->scratch_count) {
    size_t bytes = sk_round_up(count * sizeof(float), 64);
    free(context->scratch);
    context->scratch = NULL;
    context->scratch_count = 0;
    context->scratch = aligned_alloc(64, bytes);
    if (!context->scratch) return NULL;
    context->scratch_count = bytes / sizeof(float);
  }
  return context->scratch;
}

void sk_context_release(sk_context *context) {
  free(context->scratch);
  context->scratch = NULL;
  context->scratch_count = 0;
}

// ---- Rows ----

/// Runs body over the rows in as many parts as there are threads, or at once when there is little to do.
typedef struct {
  const void *job;
  void (*body)(const void *job, size_t first, size_t last);
  size_t rows;
  int parts;
} row_parts;

static void run_row_part(void *context, int part) {
  const row_parts *work = context;
  size_t parts = (size_t)work->parts, index = (size_t)part;
  work->body(work->job, work->rows * index / parts, work->rows * (index + 1) / parts);
}

void sk_over_rows(const sk_context *context, size_t rows, size_t floats_per_row, const void *job,
                  void (*body)(const void *job, size_t first, size_t last)) {
  size_t threads = (size_t)sk_pool_threads(context->pool);
  if (rows * floats_per_row < WORTH_SHARING || threads == 1) {
    body(job, 0, rows);
    return;
  }
  row_parts work = {job, body, rows, (int)(rows < threads ? rows : threads)};
  sk_pool_run(context->pool, work.parts, run_row_part, &work);
}

// ---- Packing weights ----

typedef struct {
  sk_number_type type, source_type;
  void *packed;
  size_t columns, first_row;
  const void *source;
  _Atomic bool fits;
} packing;

static void pack_part(const void *job, size_t first, size_t last) {
  packing *p = (packing *)job;
  if (!sk_pack_range(p->type, p->packed, p->columns, p->first_row, p->source_type, p->source, first, last))
    p->fits = false;
}

bool sk_pack_rows(sk_context *context, sk_number_type type, void *packed, size_t columns, size_t first_row,
                  sk_number_type source_type, const void *source, size_t source_rows) {
  packing job = {type, source_type, packed, columns, first_row, source, true};
  sk_over_rows(context, source_rows, columns, &job, pack_part);
  return job.fits;
}

// ---- Matrix product ----

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

/// Four columns of four rows, turned over: out gets four neighbouring positions of each column.
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
      p->scales[row + i] = p->kernels->quantize(p->x + (row + i) * p->x_stride, p->columns, numbers);
      memset(numbers + p->columns, 0, (p->padded_columns - p->columns) * sizeof *numbers);
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

// ---- Row by row ----

typedef struct {
  const sk_kernel_set *kernels;
  const float *x, *weight, *residual;
  float *y;
  size_t x_stride, y_stride, residual_stride, width;
  float epsilon;
} row_job;

static void rmsnorm_rows(const void *job, size_t first, size_t last) {
  const row_job *r = job;
  r->kernels->rmsnorm(r->x + first * r->x_stride, r->x_stride, last - first, r->width, r->weight, r->epsilon,
                      r->y + first * r->y_stride, r->y_stride);
}

void sk_rmsnorm(sk_context *context, const float *x, size_t x_stride, size_t rows, size_t width, const float *weight,
                float epsilon, float *y, size_t y_stride) {
  row_job job = {.kernels = context->kernels, .x = x, .x_stride = x_stride, .width = width, .weight = weight,
                 .epsilon = epsilon, .y = y, .y_stride = y_stride};
  sk_over_rows(context, rows, width * 2, &job, rmsnorm_rows);
}

static void add_rows(const void *job, size_t first, size_t last) {
  const row_job *r = job;
  for (size_t row = first; row < last; row++)
    r->kernels->add(r->x + row * r->x_stride, r->width, r->y + row * r->y_stride);
}

void sk_add(sk_context *context, const float *x, size_t x_stride, size_t rows, size_t width, float *y,
            size_t y_stride) {
  row_job job = {.kernels = context->kernels, .x = x, .x_stride = x_stride, .width = width, .y = y,
                 .y_stride = y_stride};
  sk_over_rows(context, rows, width, &job, add_rows);
}

static void swiglu_rows(const void *job, size_t first, size_t last) {
  const row_job *r = job;
  for (size_t row = first; row < last; row++) {
    const float *x = r->x + row * r->x_stride;
    r->kernels->swiglu(x, x + r->width, r->width, r->y + row * r->y_stride);
  }
}

void sk_swiglu(sk_context *context, const float *x, size_t x_stride, size_t rows, size_t width, float *out,
               size_t out_stride) {
  row_job job = {.kernels = context->kernels, .x = x, .x_stride = x_stride, .width = width, .y = out,
                 .y_stride = out_stride};
  sk_over_rows(context, rows, width * 4, &job, swiglu_rows);
}

static void bias_silu_add_rows(const void *job, size_t first, size_t last) {
  const row_job *r = job;
  for (size_t row = first; row < last; row++)
    r->kernels->bias_silu_add(r->y + row * r->y_stride, r->weight, r->residual + row * r->residual_stride, r->width);
}

void sk_bias_silu_add(sk_context *context, float *x, size_t x_stride, size_t rows, size_t width, const float *bias,
                      const float *residual, size_t residual_stride) {
  row_job job = {.kernels = context->kernels, .y = x, .y_stride = x_stride, .width = width, .weight = bias,
                 .residual = residual, .residual_stride = residual_stride};
  sk_over_rows(context, rows, width * 4, &job, bias_silu_add_rows);
}

// ---- Attention ----

typedef struct {
  const sk_kernel_set *kernels;
  float *qkv;
  size_t stride, rows, query_heads, first_slot;
  const sk_layer_cache *cache;
  const int32_t *positions;
  const float *rotary_table;
} rotation;

/// The key/value heads first ..< last and the query heads of their groups, for all rows: rows would share cache lines.
static void rotate_heads(const void *job, size_t first, size_t last) {
  const rotation *r = job;
  const sk_layer_cache *cache = r->cache;
  const size_t dimension = cache->head_dimension, value_stride = sk_round_up(dimension, SK_PANEL);
  const size_t group = r->query_heads / cache->kv_heads;
  for (size_t row = 0; row < r->rows; row++) {
    float *line = r->qkv + row * r->stride;
    float *all_keys = line + r->query_heads * dimension;
    const float *angles = r->rotary_table + (size_t)r->positions[row] * dimension;
    const size_t slot = r->first_slot + row;
    r->kernels->rotate(line + first * group * dimension, (last - first) * group, dimension, angles);
    r->kernels->rotate(all_keys + first * dimension, last - first, dimension, angles);
    for (size_t head = first; head < last; head++) {
      const float *key = all_keys + head * dimension, *value = key + cache->kv_heads * dimension;
      float *keys = cache->keys + (head * cache->capacity + slot / SK_PANEL * SK_PANEL) * dimension + slot % SK_PANEL;
      for (size_t d = 0; d < dimension; d++) keys[d * SK_PANEL] = key[d];
      memcpy(cache->values + (head * cache->capacity + slot) * value_stride, value, dimension * sizeof(float));
    }
  }
}

void sk_rotate_and_store(sk_context *context, float *qkv, size_t qkv_stride, size_t rows, size_t query_heads,
                         const sk_layer_cache *cache, size_t first_slot, const int32_t *positions,
                         const float *rotary_table) {
  rotation job = {context->kernels, qkv, qkv_stride, rows, query_heads, first_slot, cache, positions, rotary_table};
  const size_t floats_per_head = rows * (query_heads / cache->kv_heads + 2) * cache->head_dimension * 2;
  sk_over_rows(context, cache->kv_heads, floats_per_head, &job, rotate_heads);
}

typedef struct {
  const sk_kernel_set *kernels;
  const sk_attention *attention;
  const sk_layer_cache *cache;
  float *scores;
  size_t scores_per_part;
  size_t items;
  int parts;
} attending;

static void attend_part(void *context, int part) {
  const attending *a = context;
  const size_t heads = a->cache->kv_heads, parts = (size_t)a->parts, index = (size_t)part;
  float *scores = a->scores + index * a->scores_per_part;
  if (heads % parts == 0) {
    // The same heads that this thread has stored: they are in its cache.
    for (size_t head = heads * index / parts; head < heads * (index + 1) / parts; head++)
      for (size_t row = 0; row < a->attention->rows; row++)
        a->kernels->attend(a->attention, a->cache, row, head, scores);
    return;
  }
  // Items in turn, not in ranges: later rows of a chain see more slots.
  for (size_t item = index; item < a->items; item += parts)
    a->kernels->attend(a->attention, a->cache, item / heads, item % heads, scores);
}

bool sk_attend(sk_context *context, const sk_attention *attention, const sk_layer_cache *cache) {
  size_t group = attention->query_heads / cache->kv_heads;
  attending job = {.kernels = context->kernels, .attention = attention, .cache = cache};
  job.items = attention->rows * cache->kv_heads;
  size_t work = (attention->prefix + attention->rows) * attention->query_heads * cache->head_dimension * 2;
  size_t threads = (size_t)sk_pool_threads(context->pool);
  if (attention->rows * work < WORTH_SHARING) threads = 1;
  job.parts = (int)(job.items < threads ? job.items : threads);
  job.scores_per_part = (group + 1) * sk_round_up(cache->capacity, SK_PANEL);
  job.scores = sk_scratch(context, job.scores_per_part * (size_t)job.parts);
  if (!job.scores) return false;
  sk_pool_run(context->pool, job.parts, attend_part, &job);
  return true;
}

void sk_move_slot(const sk_layer_cache *cache, size_t from, size_t to) {
  const size_t dimension = cache->head_dimension, value_stride = sk_round_up(dimension, SK_PANEL);
  for (size_t head = 0; head < cache->kv_heads; head++) {
    float *keys = cache->keys + head * cache->capacity * dimension;
    const float *source = keys + from / SK_PANEL * SK_PANEL * dimension + from % SK_PANEL;
    float *target = keys + to / SK_PANEL * SK_PANEL * dimension + to % SK_PANEL;
    for (size_t d = 0; d < dimension; d++) target[d * SK_PANEL] = source[d * SK_PANEL];
    float *values = cache->values + head * cache->capacity * value_stride;
    memcpy(values + to * value_stride, values + from * value_stride, dimension * sizeof(float));
  }
}

// ---- Choosing ----

typedef struct {
  const sk_kernel_set *kernels;
  const float *x;
  size_t stride, width;
  bool probability;
  sk_choice *out;
} choosing;

static void choose_rows(const void *job, size_t first, size_t last) {
  const choosing *c = job;
  for (size_t row = first; row < last; row++)
    c->out[row] = c->kernels->choose(c->x + row * c->stride, c->width, c->probability);
}

void sk_choose(sk_context *context, const float *x, size_t x_stride, size_t rows, size_t width, bool probability,
               sk_choice *out) {
  choosing job = {context->kernels, x, x_stride, width, probability, out};
  sk_over_rows(context, rows, width, &job, choose_rows);
}

void sk_top(const float *x, size_t n, size_t k, int32_t *indices) {
  size_t held = 0;
  for (size_t i = 0; i < n; i++) {
    if (held == k && !(x[i] > x[indices[k - 1]])) continue;
    size_t place = held < k ? held++ : k - 1;
    for (; place > 0 && x[i] > x[indices[place - 1]]; place--) indices[place] = indices[place - 1];
    indices[place] = (int32_t)i;
  }
}
