// Causal attention inside sequences and its gradient, block by block of queries as in Dao et al., "FlashAttention" (2022),
// section 3 and appendix B, but with all keys of a sequence at once. Scores lie with a line for each key and a lane for each
// query: sums over keys run down the lines in rising order, and the weights are a panel of the products that follow.
#pragma STDC FP_CONTRACT OFF
#include <math.h>
#include <string.h>

#include "kernel_set.h"

typedef struct {
  const sk_training_kernels *kernels;
  const sk_causal_attention *attention;
  size_t group, stride, out_stride, longest;  // strides of a row of qkv and of out
  float scale;
  float *out, *log_sums;
  const float *known_out, *dout, *known_log_sums;
  float *dqkv;
  float *memory;
  size_t memory_per_worker;
} attention_job;

/// One head of one sequence.
typedef struct {
  size_t row, rows;  // of the sequence
  size_t query_head, kv_head;
} head_place;

static size_t minimum(size_t a, size_t b) { return a < b ? a : b; }

static const float *query_of(const attention_job *j, head_place p) {
  return j->attention->qkv + p.row * j->stride + p.query_head * j->attention->head_dimension;
}

static const float *key_of(const attention_job *j, head_place p) {
  return j->attention->qkv + p.row * j->stride +
         (j->attention->query_heads + p.kv_head) * j->attention->head_dimension;
}

static const float *value_of(const attention_job *j, head_place p) {
  return key_of(j, p) + j->attention->kv_heads * j->attention->head_dimension;
}

/// A row-major source as tiles [tile][depth][rows of the tile]; see the kernels' pack for `transposed`.
static void pack_tiles(const attention_job *j, const float *source, size_t stride, bool transposed, size_t rows,
                       size_t depth, float *out) {
  const sk_tiling tiling = sk_tile(rows, j->kernels->tile_rows);
  for (size_t tile = 0; tile < tiling.count; tile++) {
    const size_t first = sk_tile_start(tiling, tile), count = sk_tile_size(tiling, tile);
    j->kernels->pack(source + first * (transposed ? stride : 1), stride, transposed, count, depth,
                     out + first * depth, count);
  }
}

/// c[row][tile_columns] = tiles · panel for the tiles that hold the first `rows` of `all_rows` rows.
static void multiply(const attention_job *j, const float *tiles, size_t all_rows, size_t rows, size_t tile_depth,
                     size_t depth, const float *panel, float *c, size_t c_stride, bool adding) {
  const sk_tiling tiling = sk_tile(all_rows, j->kernels->tile_rows);
  for (size_t tile = 0; tile < tiling.count; tile++) {
    const size_t first = sk_tile_start(tiling, tile);
    if (first >= rows) return;
    j->kernels->multiply_tile(sk_tile_size(tiling, tile), depth, tiles + first * tile_depth, panel,
                              c + first * c_stride, c_stride, adding);
  }
}

/// A panel of queries: tile_columns of them, the last ones beyond the sequence's end.
typedef struct {
  size_t first, count;  // of the queries that there are
  size_t keys;          // that take part: to the end of the block
} query_panel;

static query_panel panel_at(const attention_job *j, size_t first, size_t rows) {
  const size_t block_end = first / SK_QUERY_BLOCK * SK_QUERY_BLOCK + SK_QUERY_BLOCK;
  return (query_panel){first, minimum(j->kernels->tile_columns, rows - first), minimum(block_end, rows)};
}

/// Writes [dimension][tile_columns] into rows, each number divided by its column's divisor unless that is NULL.
static void write_columns(const attention_job *j, const float *columns, size_t count, const float *divisors,
                          float *out, size_t out_stride, float *spare) {
  const size_t dimension = j->attention->head_dimension, width = j->kernels->tile_columns;
  for (size_t first = 0; first < dimension; first += width) {
    const size_t present = minimum(width, dimension - first);
    j->kernels->pack(columns + first * width, width, true, present, count, spare, width);
    for (size_t i = 0; i < count; i++) {
      float *row = out + i * out_stride + first;
      if (divisors) j->kernels->scale(spare + i * width, 1.0f / divisors[i], present);
      memcpy(row, spare + i * width, present * sizeof(float));
    }
  }
}

// ---- Forward ----

/// Room that a worker needs for the forward pass: packed keys and values, a panel of queries, of outputs and of scores.
static size_t forward_memory(const attention_job *j) {
  const size_t dimension = j->attention->head_dimension, width = j->kernels->tile_columns;
  return sk_round_up(2 * (j->longest * dimension + width) + 2 * dimension * width +
                         sk_round_up(j->longest + j->kernels->tile_rows, SK_QUERY_BLOCK) * width + width * width +
                         2 * width, 16);
}

static void attend_head(const attention_job *j, head_place p, const float *keys, const float *values, float *memory) {
  const size_t dimension = j->attention->head_dimension, width = j->kernels->tile_columns;
  float *queries = memory, *outs = queries + dimension * width, *sums = outs + dimension * width;
  float *log_sums = sums + width, *spare = log_sums + width, *scores = spare + width * width;
  for (size_t first = 0; first < p.rows; first += width) {
    const query_panel panel = panel_at(j, first, p.rows);
    j->kernels->pack(query_of(j, p) + first * j->stride, j->stride, true, panel.count, dimension, queries, width);
    multiply(j, keys, p.rows, panel.keys, dimension, dimension, queries, scores, width, false);
    j->kernels->softmax_panel(scores, panel.keys, first, j->scale, sums, log_sums);
    multiply(j, values, dimension, dimension, p.rows, panel.keys, scores, outs, width, false);
    const size_t row = p.row + first;
    write_columns(j, outs, panel.count, sums, j->out + row * j->out_stride + p.query_head * dimension, j->out_stride,
                  spare);
    for (size_t i = 0; i < panel.count; i++)
      j->log_sums[(row + i) * j->attention->query_heads + p.query_head] = log_sums[i];
  }
}

static head_place place_of_item(const attention_job *j, size_t item) {
  const size_t sequence = item / j->attention->kv_heads, row = j->attention->starts[sequence];
  return (head_place){.row = row, .rows = j->attention->starts[sequence + 1] - row,
                      .kv_head = item % j->attention->kv_heads};
}

/// One key/value head of one sequence, with all query heads of its group.
static void attend_item(const void *job, size_t item, size_t worker) {
  const attention_job *j = job;
  const size_t dimension = j->attention->head_dimension, spare = j->kernels->tile_columns;
  head_place p = place_of_item(j, item);
  float *keys = j->memory + worker * j->memory_per_worker, *values = keys + p.rows * dimension + spare;
  pack_tiles(j, key_of(j, p), j->stride, true, p.rows, dimension, keys);
  pack_tiles(j, value_of(j, p), j->stride, false, dimension, p.rows, values);
  for (size_t i = 0; i < j->group; i++) {
    p.query_head = p.kv_head * j->group + i;
    attend_head(j, p, keys, values, values + p.rows * dimension + spare);
  }
}

// ---- Backward ----

/// What a worker holds for the gradient of one key/value head.
typedef struct {
  float *keys, *values;                   // tiles of rows over dimensions
  float *turned_keys;                     // tiles of dimensions over rows
  float *dkeys, *dvalues;                 // [row][dimension, padded]
  float *queries, *outs, *douts;          // [dimension][tile_columns]
  float *dqueries;
  float *query_lines, *dout_lines;        // [panel of dimensions][query][tile_columns]
  float *scores, *dscores;                // [row][tile_columns]
  float *tiles;                           // scores turned into tiles
  float *log_sums, *spare;
} gradient_memory;

/// Lays the worker's memory out; gives its size.
static size_t lay_out(const attention_job *j, float *start, gradient_memory *m) {
  const size_t dimension = j->attention->head_dimension, width = j->kernels->tile_columns;
  const size_t padded = sk_round_up(dimension, width), lines = j->longest + SK_QUERY_BLOCK;
  size_t used = 0;
#define ROOM(FIELD, COUNT) m->FIELD = start ? start + used : NULL, used += sk_round_up((COUNT) + width, 16)
  ROOM(keys, j->longest * dimension);
  ROOM(values, j->longest * dimension);
  ROOM(turned_keys, j->longest * dimension);
  ROOM(dkeys, lines * padded);
  ROOM(dvalues, lines * padded);
  ROOM(queries, dimension * width);
  ROOM(outs, dimension * width);
  ROOM(douts, dimension * width);
  ROOM(dqueries, dimension * width);
  ROOM(query_lines, padded * width);
  ROOM(dout_lines, padded * width);
  ROOM(scores, lines * width);
  ROOM(dscores, lines * width);
  ROOM(tiles, lines * width);
  ROOM(log_sums, width);
  ROOM(spare, width * width);
#undef ROOM
  return used;
}

/// The lines of a head as panels of dimensions: [panel][line][tile_columns].
static void pack_lines(const attention_job *j, const float *source, size_t stride, size_t count, float *out) {
  const size_t dimension = j->attention->head_dimension, width = j->kernels->tile_columns;
  for (size_t first = 0; first < dimension; first += width)
    j->kernels->pack(source + first, stride, false, minimum(width, dimension - first), count, out + first * count,
                     width);
}

/// sums[key][dimension] += Σ weights[key][query] · lines[query][dimension]
static void add_over_queries(const attention_job *j, const query_panel *panel, const float *weights,
                             const float *lines, float *tiles, float *sums) {
  const size_t width = j->kernels->tile_columns, padded = sk_round_up(j->attention->head_dimension, width);
  pack_tiles(j, weights, width, true, panel->keys, panel->count, tiles);
  for (size_t first = 0; first < padded; first += width)
    multiply(j, tiles, panel->keys, panel->keys, panel->count, panel->count, lines + first * panel->count,
             sums + first, padded, true);
}

static void attend_head_backward(const attention_job *j, head_place p, const gradient_memory *m) {
  const size_t dimension = j->attention->head_dimension, width = j->kernels->tile_columns;
  for (size_t first = 0; first < p.rows; first += width) {
    const query_panel panel = panel_at(j, first, p.rows);
    const size_t row = p.row + first, head = row * j->out_stride + p.query_head * dimension;
    const float *query = query_of(j, p) + first * j->stride;
    j->kernels->pack(query, j->stride, true, panel.count, dimension, m->queries, width);
    j->kernels->pack(j->dout + head, j->out_stride, true, panel.count, dimension, m->douts, width);
    j->kernels->pack(j->known_out + head, j->out_stride, true, panel.count, dimension, m->outs, width);
    for (size_t i = 0; i < width; i++)
      m->log_sums[i] =
          i < panel.count ? j->known_log_sums[(row + i) * j->attention->query_heads + p.query_head] : 0;
    multiply(j, m->keys, p.rows, panel.keys, dimension, dimension, m->queries, m->scores, width, false);
    multiply(j, m->values, p.rows, panel.keys, dimension, dimension, m->douts, m->dscores, width, false);
    j->kernels->attention_gradient_panel(m->scores, m->dscores, panel.keys, first, j->scale, m->log_sums, dimension,
                                         m->outs, m->douts);
    multiply(j, m->turned_keys, dimension, dimension, p.rows, panel.keys, m->dscores, m->dqueries, width, false);
    write_columns(j, m->dqueries, panel.count, NULL, j->dqkv + row * j->stride + p.query_head * dimension, j->stride,
                  m->spare);
    pack_lines(j, query, j->stride, panel.count, m->query_lines);
    pack_lines(j, j->dout + head, j->out_stride, panel.count, m->dout_lines);
    add_over_queries(j, &panel, m->scores, m->dout_lines, m->tiles, m->dvalues);
    add_over_queries(j, &panel, m->dscores, m->query_lines, m->tiles, m->dkeys);
  }
}

static void attend_item_backward(const void *job, size_t item, size_t worker) {
  const attention_job *j = job;
  const size_t dimension = j->attention->head_dimension;
  const size_t padded = sk_round_up(dimension, j->kernels->tile_columns);
  head_place p = place_of_item(j, item);
  gradient_memory m;
  lay_out(j, j->memory + worker * j->memory_per_worker, &m);
  pack_tiles(j, key_of(j, p), j->stride, true, p.rows, dimension, m.keys);
  pack_tiles(j, value_of(j, p), j->stride, true, p.rows, dimension, m.values);
  pack_tiles(j, key_of(j, p), j->stride, false, dimension, p.rows, m.turned_keys);
  memset(m.dkeys, 0, p.rows * padded * sizeof(float));
  memset(m.dvalues, 0, p.rows * padded * sizeof(float));
  for (size_t i = 0; i < j->group; i++) {
    p.query_head = p.kv_head * j->group + i;
    attend_head_backward(j, p, &m);
  }
  float *dkey = j->dqkv + (key_of(j, p) - j->attention->qkv), *dvalue = j->dqkv + (value_of(j, p) - j->attention->qkv);
  for (size_t row = 0; row < p.rows; row++) {
    memcpy(dkey + row * j->stride, m.dkeys + row * padded, dimension * sizeof(float));
    memcpy(dvalue + row * j->stride, m.dvalues + row * padded, dimension * sizeof(float));
  }
}

// ---- Both ----

static attention_job prepare(const sk_context *context, const sk_causal_attention *attention) {
  attention_job job = {.kernels = context->kernels->training, .attention = attention};
  job.group = attention->query_heads / attention->kv_heads;
  job.out_stride = attention->query_heads * attention->head_dimension;
  job.stride = job.out_stride + 2 * attention->kv_heads * attention->head_dimension;
  job.scale = 1.0f / sqrtf((float)attention->head_dimension);
  for (size_t i = 0; i < attention->sequences; i++) {
    const size_t rows = attention->starts[i + 1] - attention->starts[i];
    job.longest = rows > job.longest ? rows : job.longest;
  }
  return job;
}

static bool run(sk_context *context, attention_job *job, void (*body)(const void *job, size_t item, size_t worker)) {
  job->memory = sk_scratch(context, job->memory_per_worker * (size_t)sk_pool_threads(context->pool));
  if (!job->memory) return false;
  sk_each_item(context, job->attention->sequences * job->attention->kv_heads, job, body);
  return true;
}

bool sk_attend_causally(sk_context *context, const sk_causal_attention *attention, float *out, float *log_sums) {
  attention_job job = prepare(context, attention);
  job.out = out;
  job.log_sums = log_sums;
  job.memory_per_worker = forward_memory(&job);
  return run(context, &job, attend_item);
}

bool sk_attend_causally_backward(sk_context *context, const sk_causal_attention *attention, const float *dout,
                                 const float *out, const float *log_sums, float *dqkv) {
  attention_job job = prepare(context, attention);
  job.dout = dout;
  job.known_out = out;
  job.known_log_sums = log_sums;
  job.dqkv = dqkv;
  gradient_memory layout;
  job.memory_per_worker = lay_out(&job, NULL, &layout);
  return run(context, &job, attend_item_backward);
}
