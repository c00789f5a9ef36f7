// Attention over the cache: rotating, storing and moving keys and values, and spreading the heads over the pool.
#pragma STDC FP_CONTRACT OFF
#include <string.h>

#include "kernel_set.h"
#include "operations.h"

/// Rows of one head that are handed out together where the heads cannot be shared out evenly.
#define ITEM_ROWS 4

/// Rows whose places in the cache are fetched before they are written to.
#define FETCHED_ROWS 16

typedef struct {
  const sk_kernel_set *kernels;
  float *qkv;
  size_t stride, rows, query_heads, first_slot;
  const sk_layer_cache *cache;
  const int32_t *positions;
  const float *rotary_table;
  size_t pairs;
} rotation;

/// Brings the places that some rows of a head are written to closer, all at once: written to one after the other, each
/// line would wait for its own way from memory.
static void fetch_places(const sk_layer_cache *cache, size_t head, size_t first_slot, size_t rows) {
  const size_t dimension = cache->head_dimension, value_stride = sk_round_up(dimension, SK_PANEL);
  const size_t last_block = (first_slot + rows - 1) / SK_PANEL;
  for (size_t block = first_slot / SK_PANEL; block <= last_block; block++)
    for (size_t d = 0; d < dimension; d++)
      __builtin_prefetch(cache->keys + (head * cache->capacity + block * SK_PANEL) * dimension + d * SK_PANEL, 1, 3);
  const float *values = cache->values + (head * cache->capacity + first_slot) * value_stride;
  for (size_t i = 0; i < rows * value_stride; i += 16) __builtin_prefetch(values + i, 1, 3);
}

/// The key/value heads first ..< last and the query heads of their groups, for all rows: rows would share cache lines.
static void rotate_heads(const void *job, size_t first, size_t last) {
  const rotation *r = job;
  const sk_layer_cache *cache = r->cache;
  const size_t dimension = cache->head_dimension, value_stride = sk_round_up(dimension, SK_PANEL);
  const size_t group = r->query_heads / cache->kv_heads;
  for (size_t head = first; head < last && r->rows <= FETCHED_ROWS; head++)
    fetch_places(cache, head, r->first_slot, r->rows);
  for (size_t row = 0; row < r->rows; row++) {
    float *line = r->qkv + row * r->stride;
    float *all_keys = line + r->query_heads * dimension;
    const float *angles = r->rotary_table + (size_t)r->positions[row] * 2 * r->pairs;
    const size_t slot = r->first_slot + row;
    r->kernels->rotate(line + first * group * dimension, (last - first) * group, dimension, r->pairs, angles);
    r->kernels->rotate(all_keys + first * dimension, last - first, dimension, r->pairs, angles);
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
                         const float *rotary_table, size_t pairs) {
  rotation job = {context->kernels, qkv, qkv_stride, rows, query_heads, first_slot, cache, positions, rotary_table, pairs};
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
  const size_t rows = a->attention->rows;
  if (heads % parts == 0) {
    // The same heads that this thread has stored: they are in its cache.
    for (size_t head = heads * index / parts; head < heads * (index + 1) / parts; head++)
      a->kernels->attend(a->attention, a->cache, 0, rows, head, scores);
    return;
  }
  // Items in turn, not in ranges: later rows of a chain see more slots.
  for (size_t item = index; item < a->items; item += parts) {
    const size_t first = item / heads * ITEM_ROWS, last = first + ITEM_ROWS < rows ? first + ITEM_ROWS : rows;
    a->kernels->attend(a->attention, a->cache, first, last, item % heads, scores);
  }
}

bool sk_attend(sk_context *context, const sk_attention *attention, const sk_layer_cache *cache) {
  attending job = {.kernels = context->kernels, .attention = attention, .cache = cache};
  job.items = (attention->rows + ITEM_ROWS - 1) / ITEM_ROWS * cache->kv_heads;
  size_t seen = attention->prefix + attention->rows;
  if (attention->window && attention->window < seen) seen = attention->window;
  size_t work = seen * attention->query_heads * cache->head_dimension * 2;
  size_t threads = (size_t)sk_pool_threads(context->pool);
  if (attention->rows * work < WORTH_SHARING) threads = 1;
  job.parts = (int)(job.items < threads ? job.items : threads);
  job.scores_per_part = SK_ATTENTION_QUERIES * cache->capacity;
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
