// Attention of some rows and one key/value head over the cache. The query heads of all rows go through the keys and the
// values together, a few at a time: they share what is loaded and hide the latency of each other's chains.
#ifndef SIMD_ATTENTION_H
#define SIMD_ATTENTION_H

#include "simd_lanes.h"

/// Sums of weighted values that are kept in registers at once.
#define WEIGHED_VECTORS (LANES == 8 ? 8 : 16)

/// One query head of one row: which slots it sees, and the line of its scores, which is filled up to whole blocks.
typedef struct {
  const float *query;
  float *scores;
  const int32_t *path;  // its slots after the prefix; NULL if they follow in order
  size_t first, count;  // the places of the slots that it sees, in their logical order
  float *out;
} attention_query;

/// Slots that all queries of a batch see; none of them comes from a path.
typedef struct {
  size_t first, end;
} shared_slots;

/// Memory that comes next, read ahead line by line along with what is read now; NULL for none.
INLINE void read_line_ahead(const float *next, size_t offset) {
  if (next) __builtin_prefetch(next + offset, 0, 2);
}

/// Scores of `blocks` neighboring key blocks for `queries` query heads (constants at every call): lanes are slots.
INLINE void score_blocks(size_t queries, size_t blocks, const float *keys, size_t dimension, float scale,
                         const attention_query *query, size_t first, const float *next) {
  vfloat sums[4 * 4 * PANEL_VECTORS];
  const size_t vectors = blocks * PANEL_VECTORS;
#pragma clang loop unroll(full)
  for (size_t i = 0; i < queries * vectors; i++) sums[i] = (vfloat)0.0f;
  keys += first * SK_PANEL * dimension;
  for (size_t d = 0; d < dimension; d++) {
    vfloat lines[4 * PANEL_VECTORS];
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++)
      lines[v] = load(keys + (v / PANEL_VECTORS * dimension + d) * SK_PANEL + v % PANEL_VECTORS * LANES);
#pragma clang loop unroll(full)
    for (size_t block = 0; block < blocks; block++)
      read_line_ahead(next, ((first + block) * dimension + d) * SK_PANEL);
#pragma clang loop unroll(full)
    for (size_t q = 0; q < queries; q++)
#pragma clang loop unroll(full)
      for (size_t v = 0; v < vectors; v++)
        sums[q * vectors + v] = fma_lanes(lines[v], (vfloat)query[q].query[d], sums[q * vectors + v]);
  }
#pragma clang loop unroll(full)
  for (size_t q = 0; q < queries; q++)
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++)
      store(query[q].scores + first * SK_PANEL + v * LANES, sums[q * vectors + v] * (vfloat)scale);
}

/// Scores of the key blocks first ..< last; `next` is read ahead, a line for each line of keys.
INLINE void score_keys(size_t queries, const float *keys, size_t dimension, size_t first, size_t last, float scale,
                       const attention_query *query, const float *next) {
  const size_t at_once = queries * PANEL_VECTORS >= 8 ? 1 : queries == 1 ? 4 / PANEL_VECTORS : 8 / PANEL_VECTORS / queries;
  size_t block = first;
  for (; block + at_once <= last; block += at_once)
    score_blocks(queries, at_once, keys, dimension, scale, query, block, next);
  for (; block < last; block++) score_blocks(queries, 1, keys, dimension, scale, query, block, next);
}

/// The largest lane.
INLINE float largest_lane(vfloat x) {
  float lanes[LANES];
  store(lanes, x);
#pragma clang loop unroll(full)
  for (size_t half = LANES / 2; half > 0; half /= 2)
#pragma clang loop unroll(full)
    for (size_t i = 0; i < half; i++) lanes[i] = lanes[i + half] > lanes[i] ? lanes[i + half] : lanes[i];
  return lanes[0];
}

/// The largest number, −∞ if there is none: a NaN is larger than nothing.
INLINE float largest_of(const float *x, size_t count) {
  size_t i = 0;
  vfloat lanes = (vfloat)-INFINITY;
  for (; i + LANES <= count; i += LANES) {
    vfloat next = load(x + i);
    lanes = select_lanes(next > lanes, next, lanes);
  }
  float largest = largest_lane(lanes);
  for (; i < count; i++) largest = x[i] > largest ? x[i] : largest;
  return largest;
}

/// Caps the vectors that hold the scores first ..< count of a line.
INLINE void cap_scores(float *line, size_t first, size_t count, float cap) {
  for (size_t i = first / LANES * LANES; i < count; i += LANES) store(line + i, soft_cap_lanes(load(line + i), cap));
}

/// Exponentials of a line's scores first ..< count, the largest of them subtracted; what else is in their first and last
/// vectors is of no use.
INLINE void exponentiate(float *line, size_t first, size_t count) {
  vfloat lanes = (vfloat)line[first];
  // From the vector in which they begin.
  line += first / LANES * LANES, count -= first / LANES * LANES, first %= LANES;
  size_t i = 0;
  if (first > 0) {
    vint seen = (LANE_NUMBERS >= (vint)(int32_t)first) & (LANE_NUMBERS < (vint)(int32_t)(count < LANES ? count : LANES));
    lanes = select_lanes((load(line) > lanes) & seen, load(line), lanes);
    i = LANES;
  }
  for (; i + LANES <= count; i += LANES) lanes = select_lanes(load(line + i) > lanes, load(line + i), lanes);
  if (i < count) {
    vint seen = LANE_NUMBERS < (vint)(int32_t)(count - i);
    lanes = select_lanes((load(line + i) > lanes) & seen, load(line + i), lanes);
  }
  vfloat largest = (vfloat)largest_lane(lanes);
  for (i = 0; i < count; i += LANES) store(line + i, exp_lanes(load(line + i) - largest));
}

/// One pass over the values for `queries` query heads and `vectors` vectors of dimensions (constants at every call):
/// out = Σ weight · value / Σ weight, where the sum of weights is its own chain. Lanes are dimensions. All queries see the
/// slots of `shared`; before and after those each sees its own. `next` is read ahead along with the values.
INLINE void weigh_values(size_t queries, size_t vectors, size_t prefix, shared_slots shared, const float *values,
                         size_t value_stride, const attention_query *query, size_t out_offset, size_t out_count,
                         const float *next) {
  vfloat sums[WEIGHED_VECTORS];
  float totals[4] = {0, 0, 0, 0};
#pragma clang loop unroll(full)
  for (size_t i = 0; i < queries * vectors; i++) sums[i] = (vfloat)0.0f;
#pragma clang loop unroll(full)
  for (size_t q = 0; q < queries; q++) {
    for (size_t j = query[q].first; j < shared.first; j++) {
      const float *line = values + j * value_stride;
      float weight = query[q].scores[j];
      totals[q] += weight;
#pragma clang loop unroll(full)
      for (size_t v = 0; v < vectors; v++)
        sums[q * vectors + v] = fma_lanes((vfloat)weight, load(line + v * LANES), sums[q * vectors + v]);
    }
  }
  for (size_t j = shared.first; j < shared.end; j++) {
    const float *line = values + j * value_stride;
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v += PANEL_VECTORS) read_line_ahead(next, j * value_stride + v * LANES);
#pragma clang loop unroll(full)
    for (size_t q = 0; q < queries; q++) {
      float weight = query[q].scores[j];
      totals[q] += weight;
#pragma clang loop unroll(full)
      for (size_t v = 0; v < vectors; v++)
        sums[q * vectors + v] = fma_lanes((vfloat)weight, load(line + v * LANES), sums[q * vectors + v]);
    }
  }
#pragma clang loop unroll(full)
  for (size_t q = 0; q < queries; q++) {
    for (size_t j = query[q].first > shared.end ? query[q].first : shared.end; j < query[q].count; j++) {
      const float *line = values + (query[q].path ? (size_t)query[q].path[j - prefix] : j) * value_stride;
      float weight = query[q].scores[j];
      totals[q] += weight;
#pragma clang loop unroll(full)
      for (size_t v = 0; v < vectors; v++)
        sums[q * vectors + v] = fma_lanes((vfloat)weight, load(line + v * LANES), sums[q * vectors + v]);
    }
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++)
      store_some(query[q].out + out_offset + v * LANES, sums[q * vectors + v] / (vfloat)totals[q],
                 rest_at(out_count, v * LANES));
  }
}

/// All dimensions of the values for the queries of a batch.
INLINE void weigh_all_values(size_t batch, size_t prefix, shared_slots shared, const float *values, size_t dimension,
                             const attention_query *query, const float *next) {
  const size_t stride = sk_round_up(dimension, SK_PANEL);
  for (size_t first = 0, vectors; first < dimension; first += vectors * LANES) {
    const size_t remaining = (dimension - first + LANES - 1) / LANES;
    vectors = remaining >= 4 ? 4 : remaining >= 2 ? 2 : 1;
    const size_t width = dimension - first < vectors * LANES ? dimension - first : vectors * LANES;
    for (size_t q = 0, queries; q < batch; q += queries) {
      queries = batch - q >= 4 && 4 * vectors <= WEIGHED_VECTORS ? 4 : batch - q >= 2 ? 2 : 1;
      const float *ahead = next && q == 0 ? next + first : NULL;
#define WEIGH(QUERIES, VECTORS)                                                                                   \
  case (QUERIES) * 8 + (VECTORS):                                                                                 \
    weigh_values(QUERIES, VECTORS, prefix, shared, values + first, stride, query + q, first, width, ahead); \
    break;
      switch (queries * 8 + vectors) {
        WEIGH(1, 1) WEIGH(1, 2) WEIGH(1, 4) WEIGH(2, 1) WEIGH(2, 2) WEIGH(2, 4) WEIGH(4, 1) WEIGH(4, 2)
#if LANES != 8
        WEIGH(4, 4)
#endif
      }
#undef WEIGH
    }
  }
}

/// Query `index` of the rows first ..: rows in order, each with the query heads of the group.
static attention_query query_at(const sk_attention *attention, size_t group, size_t dimension, size_t kv_head,
                                size_t first, size_t index) {
  const size_t row = first + index / group, head = kv_head * group + index % group;
  attention_query query = {
      .query = attention->queries + row * attention->query_stride + head * dimension,
      .count = attention->prefix + row + 1,
      .out = attention->out + row * attention->out_stride + head * dimension,
  };
  if (attention->path_slots) {
    query.path = attention->path_slots + attention->path_offsets[row];
    query.count = attention->prefix + (size_t)(attention->path_offsets[row + 1] - attention->path_offsets[row]);
  }
  // The row's position is count − 1, and the place of a slot in the logical order is its position.
  if (attention->window && attention->window < query.count) query.first = query.count - attention->window;
  return query;
}

/// The slots that all queries of a batch see before their paths.
INLINE shared_slots slots_of_all(const attention_query *query, size_t batch, size_t prefix) {
  shared_slots shared = {0, SIZE_MAX};
  for (size_t q = 0; q < batch; q++) {
    const size_t end = query[q].path ? prefix : query[q].count;
    if (query[q].first > shared.first) shared.first = query[q].first;
    if (end < shared.end) shared.end = end;
  }
  if (shared.first > shared.end) shared.first = shared.end;
  return shared;
}

static void simd_attend(const sk_attention *attention, const sk_layer_cache *cache, size_t first, size_t last,
                        size_t kv_head, float *scores) {
  const size_t group = attention->query_heads / cache->kv_heads, dimension = cache->head_dimension;
  const size_t prefix = attention->prefix, queries = (last - first) * group;
  const float *keys = cache->keys + kv_head * cache->capacity * dimension;
  const float *values = cache->values + kv_head * cache->capacity * sk_round_up(dimension, SK_PANEL);
  const float *next_keys = kv_head + 1 < cache->kv_heads ? keys + cache->capacity * dimension : NULL;
  const float scale = attention->scale, cap = attention->score_cap;
  for (size_t done = 0, batch; done < queries; done += batch) {
    batch = queries - done >= 4 ? 4 : queries - done >= 2 ? 2 : 1;
    attention_query query[4];
    size_t first_slot = SIZE_MAX, last_slot = 0;
    for (size_t q = 0; q < batch; q++) {
      query[q] = query_at(attention, group, dimension, kv_head, first, done + q);
      query[q].scores = scores + q * cache->capacity;
      const size_t own = query[q].path ? (size_t)query[q].path[query[q].count - prefix - 1] : query[q].count - 1;
      last_slot = own > last_slot ? own : last_slot;
      // Where a window begins on a path, the slots before it are scored too: paths are short.
      const size_t begin = query[q].path && query[q].first > prefix ? prefix : query[q].first;
      first_slot = begin < first_slot ? begin : first_slot;
    }
    // The first batch finds the head's keys and values far away: it brings the values closer, and then the next keys.
    const size_t block = first_slot / SK_PANEL, blocks = last_slot / SK_PANEL + 1;
    const float *ahead = done == 0 ? values : NULL;
    switch (batch) {
      case 1: score_keys(1, keys, dimension, block, blocks, scale, query, ahead); break;
      case 2: score_keys(2, keys, dimension, block, blocks, scale, query, ahead); break;
      default: score_keys(4, keys, dimension, block, blocks, scale, query, ahead); break;
    }
    for (size_t q = 0; q < batch; q++) {
      // A tree's rows score whole blocks and then bring the slots on their path together; paths rise.
      for (size_t j = prefix; query[q].path && j < query[q].count; j++)
        query[q].scores[j] = query[q].scores[query[q].path[j - prefix]];
      if (cap > 0) cap_scores(query[q].scores, query[q].first, query[q].count, cap);
      exponentiate(query[q].scores, query[q].first, query[q].count);
    }
    weigh_all_values(batch, prefix, slots_of_all(query, batch, prefix), values, dimension, query, done == 0 ? next_keys : NULL);
  }
}

#endif
