// Choosing the largest numbers of a row.
#pragma STDC FP_CONTRACT OFF
#include <math.h>

#include "kernel_set.h"
#include "operations.h"

typedef struct {
  const sk_kernel_set *kernels;
  const float *x;
  size_t stride, width;
  bool probability;
  sk_choice *out;
} choosing;

/// Whether what is not finite was only left out: is −∞, beside at least one number.
static bool is_limited(const float *x, size_t width, float largest) {
  if (!(largest > -INFINITY && largest < INFINITY)) return false;
  for (size_t i = 0; i < width; i++)
    if (!(x[i] <= largest)) return false;
  return true;
}

static void choose_rows(const void *job, size_t first, size_t last) {
  const choosing *c = job;
  for (size_t row = first; row < last; row++) {
    const float *x = c->x + row * c->stride;
    const bool is_finite = sk_first_unfit(SK_F32, x, c->width, SK_F32) == c->width;
    c->out[row] = c->kernels->choose(x, c->width, c->probability && is_finite);
    if (c->probability && !is_finite && is_limited(x, c->width, c->out[row].value))
      c->out[row] = c->kernels->choose(x, c->width, true);
    c->out[row].is_finite = is_finite;
  }
}

void sk_choose(sk_context *context, const float *x, size_t x_stride, size_t rows, size_t width, bool probability,
               sk_choice *out) {
  choosing job = {context->kernels, x, x_stride, width, probability, out};
  sk_over_rows(context, rows, width, &job, choose_rows);
}

/// Whether a comes before b, which has the lower index.
static bool is_larger(float a, float b) { return a > b || (b != b && a == a); }

void sk_top(const float *x, size_t n, size_t k, int32_t *indices) {
  size_t held = 0;
  for (size_t i = 0; i < n; i++) {
    if (held == k && (k == 0 || !is_larger(x[i], x[indices[k - 1]]))) continue;
    size_t place = held < k ? held++ : k - 1;
    for (; place > 0 && is_larger(x[i], x[indices[place - 1]]); place--) indices[place] = indices[place - 1];
    indices[place] = (int32_t)i;
  }
}
