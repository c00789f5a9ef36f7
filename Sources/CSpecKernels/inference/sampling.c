// Sampling as an argmax: logits are narrowed to the tokens that may be drawn and moved by Gumbel noise.
#pragma STDC FP_CONTRACT OFF
#include <stddef.h>

#include "canonical_functions.h"
#include "kernel_set.h"
#include "operations.h"

float sk_exp(float x) { return canonical_exp(x); }

typedef struct {
  const sk_kernel_set *kernels;
  float *x;
  size_t stride, width;
  const sk_sampling *sampling;
  const uint64_t *keys;
  float *weights;   // width floats for each row
  int32_t *ids;     // and as many places in it
  int32_t *tokens;  // and as many tokens
  int32_t *is_finite;
} perturbing;

/// Whether token a comes before token b: the larger number first, equals by lowest id.
static bool before(const float *x, int32_t a, int32_t b) { return x[a] > x[b] || (x[a] == x[b] && a < b); }

/// Moves the id at `place` down to where both its children come after it.
static void sift(const float *x, int32_t *heap, size_t count, size_t place) {
  const int32_t id = heap[place];
  for (size_t child; (child = 2 * place + 1) < count; place = child) {
    if (child + 1 < count && before(x, heap[child + 1], heap[child])) child++;
    if (!before(x, heap[child], id)) break;
    heap[place] = heap[child];
  }
  heap[place] = id;
}

/// Takes the first id of the order out of the heap; it ends up behind the heap's last.
static int32_t pop(const float *x, int32_t *heap, size_t *count) {
  const int32_t first = heap[0];
  heap[0] = heap[--*count];
  heap[*count] = first;
  sift(x, heap, *count, 0);
  return first;
}

/// The tokens that may be drawn, at the front of `ids`; returns how many. top_k comes first, then top_p over what it
/// leaves: the fewest tokens, likeliest first, whose weights reach the share top_p.
static size_t keep_likeliest(const perturbing *p, const float *x, float *weights, int32_t *ids) {
  const size_t width = p->width, top_k = p->sampling->top_k;
  const bool limits_count = top_k > 0 && top_k < width, limits_share = p->sampling->top_p < 1;
  float goal = 0, lowest = 0;
  if (limits_share) {
    const float largest = p->kernels->choose(x, width, false).value;
    // The reciprocal of the smallest temperatures is infinite, and 0 times that is no number.
    const float scale = fminf(1.0f / p->sampling->temperature, 1e30f);
    const float total = p->kernels->weigh(x, width, largest, scale, weights);
    goal = p->sampling->top_p * total;
    // All tokens that weigh less weigh less together than what top_p leaves out: no need to put them in order.
    if (!limits_count) lowest = total * (1.0f - p->sampling->top_p) / (float)width;
  }
  size_t candidates = 0;
  for (size_t i = 0; i < width; i++)
    if (lowest == 0 || weights[i] >= lowest) ids[candidates++] = (int32_t)i;
  size_t left = candidates, taken = 0;
  for (size_t place = left / 2; place-- > 0;) sift(x, ids, left, place);
  float sum = 0;
  while (left > 0 && (limits_count ? taken < top_k : sum < goal)) {
    const int32_t id = pop(x, ids, &left);
    if (limits_share) sum += weights[id];
    taken++;
  }
  // The taken ids stand at the end, the first taken last.
  const int32_t *end = ids + candidates;
  if (limits_count && limits_share) {
    goal = p->sampling->top_p * sum;
    sum = 0;
    for (taken = 0; sum < goal && taken < top_k; taken++) sum += weights[end[-1 - (ptrdiff_t)taken]];
  }
  memmove(ids, end - taken, taken * sizeof *ids);
  return taken;
}

static void perturb_rows(const void *job, size_t first, size_t last) {
  const perturbing *p = job;
  const sk_sampling *sampling = p->sampling;
  for (size_t row = first; row < last; row++) {
    float *x = p->x + row * p->stride;
    p->is_finite[row] = sk_first_unfit(SK_F32, x, p->width, SK_F32) == p->width;
    if (!p->is_finite[row]) continue;
    if (!p->weights) {
      if (p->keys) p->kernels->perturb(x, sampling->tokens, p->width, sampling->temperature, p->keys[row], x);
      continue;
    }
    float *weights = p->weights + row * p->width;
    int32_t *ids = p->ids + row * p->width;
    const size_t kept = keep_likeliest(p, x, weights, ids);
    int32_t *tokens = p->tokens + row * p->width;
    for (size_t i = 0; i < kept; i++) {
      weights[i] = x[ids[i]];
      tokens[i] = sampling->tokens ? sampling->tokens[ids[i]] : ids[i];
    }
    if (p->keys) p->kernels->perturb(weights, tokens, kept, sampling->temperature, p->keys[row], weights);
    for (size_t i = 0; i < p->width; i++) x[i] = -INFINITY;
    for (size_t i = 0; i < kept; i++) x[ids[i]] = weights[i];
  }
}

bool sk_perturb(sk_context *context, float *x, size_t x_stride, size_t rows, size_t width, const sk_sampling *sampling,
                const uint64_t *keys, int32_t *is_finite) {
  if (rows == 0) return true;
  perturbing job = {context->kernels, x, x_stride, width, sampling, keys, NULL, NULL, NULL, is_finite};
  if ((sampling->top_k > 0 && sampling->top_k < width) || sampling->top_p < 1) {
    float *memory = sk_scratch(context, 3 * rows * width);
    if (!memory) return false;
    job.weights = memory;
    job.ids = (int32_t *)(memory + rows * width);
    job.tokens = job.ids + rows * width;
  }
  // Noise takes some thirty operations for each number.
  sk_over_rows(context, rows, 32 * width, &job, perturb_rows);
  return true;
}
