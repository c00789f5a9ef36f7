// Operations over rows, cut into parts and spread over the pool. Cutting never changes a bit: a part is a range of
// outputs, and each output is computed whole in one place.
#pragma STDC FP_CONTRACT OFF
#include <stdlib.h>
#include <string.h>

#include "kernel_set.h"
#include "operations.h"

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
  size_t columns, first_row, paired_rows;
  const void *source;
  _Atomic bool fits;
} packing;

static void pack_part(const void *job, size_t first, size_t last) {
  packing *p = (packing *)job;
  if (!sk_pack_range(p->type, p->packed, p->columns, p->first_row, p->source_type, p->source,
                     p->paired_rows, first, last))
    p->fits = false;
}

bool sk_pack_rows(sk_context *context, sk_number_type type, void *packed, size_t columns, size_t first_row,
                  sk_number_type source_type, const void *source, size_t source_rows, size_t paired_rows) {
  packing job = {type, source_type, packed, columns, first_row, paired_rows, source, true};
  sk_over_rows(context, source_rows, columns, &job, pack_part);
  return job.fits;
}

// ---- Row by row ----

typedef struct {
  const sk_kernel_set *kernels;
  void (*gate)(const float *gate, const float *up, size_t count, float *out);
  const float *x, *weight, *residual;
  float *y;
  size_t x_stride, y_stride, residual_stride, width, heads;
  float epsilon, factor;
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

static void gate_rows(const void *job, size_t first, size_t last) {
  const row_job *r = job;
  for (size_t row = first; row < last; row++) {
    const float *x = r->x + row * r->x_stride;
    r->gate(x, x + r->width, r->width, r->y + row * r->y_stride);
  }
}

void sk_swiglu(sk_context *context, const float *x, size_t x_stride, size_t rows, size_t width, float *out,
               size_t out_stride) {
  row_job job = {.gate = context->kernels->swiglu, .x = x, .x_stride = x_stride, .width = width, .y = out,
                 .y_stride = out_stride};
  sk_over_rows(context, rows, width * 4, &job, gate_rows);
}

void sk_geglu(sk_context *context, const float *x, size_t x_stride, size_t rows, size_t width, float *out,
              size_t out_stride) {
  row_job job = {.gate = context->kernels->geglu, .x = x, .x_stride = x_stride, .width = width, .y = out,
                 .y_stride = out_stride};
  sk_over_rows(context, rows, width * 4, &job, gate_rows);
}

static void soft_cap_rows(const void *job, size_t first, size_t last) {
  const row_job *r = job;
  for (size_t row = first; row < last; row++) r->kernels->soft_cap(r->y + row * r->y_stride, r->factor, r->width);
}

void sk_soft_cap(sk_context *context, float *x, size_t x_stride, size_t rows, size_t width, float cap) {
  row_job job = {.kernels = context->kernels, .y = x, .y_stride = x_stride, .width = width, .factor = cap};
  sk_over_rows(context, rows, width * 4, &job, soft_cap_rows);
}

static void scale_rows(const void *job, size_t first, size_t last) {
  const row_job *r = job;
  for (size_t row = first; row < last; row++)
    r->kernels->training->scale(r->y + row * r->y_stride, r->factor, r->width);
}

void sk_scale(sk_context *context, float *x, size_t x_stride, size_t rows, size_t width, float factor) {
  row_job job = {.kernels = context->kernels, .y = x, .y_stride = x_stride, .width = width, .factor = factor};
  sk_over_rows(context, rows, width, &job, scale_rows);
}

static void normalize_heads(const void *job, size_t first, size_t last) {
  const row_job *r = job;
  for (size_t row = first; row < last; row++) {
    float *heads = r->y + row * r->y_stride;
    r->kernels->rmsnorm(heads, r->width, r->heads, r->width, r->weight, r->epsilon, heads, r->width);
  }
}

void sk_normalize_heads(sk_context *context, float *x, size_t x_stride, size_t rows, size_t heads, size_t dimension,
                        const float *weight, float epsilon) {
  row_job job = {.kernels = context->kernels, .y = x, .y_stride = x_stride, .width = dimension, .heads = heads,
                 .weight = weight, .epsilon = epsilon};
  sk_over_rows(context, rows, heads * dimension * 2, &job, normalize_heads);
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
