// Row by row and number by number: the parts of a layer beside products and attention, and the optimizer. Gradients that sum
// over rows are cut by columns, so that each sum is one chain over the rows in rising order.
#pragma STDC FP_CONTRACT OFF
#include <string.h>

#include "kernel_set.h"

/// Columns of a gradient that sums over rows: a few cache lines.
#define COLUMN_CHUNK 64

/// Numbers of a part of a squared sum. Part of the arithmetic: parts are summed on their own, then added in order.
#define SUM_PART ((size_t)1 << 16)

typedef struct {
  const sk_kernel_set *kernels;
  size_t rows, width, stride, heads;
  const float *x, *dy, *weight, *residual;
  const int32_t *tokens;
  float *y, *dx, *sums, *second;
  float number;
  bool flag;
  double *parts;
  const sk_adamw_factors *adamw;
} row_job;

/// Runs body over chunks of columns of a sum over rows.
static void over_columns(const sk_context *context, const row_job *job,
                         void (*body)(const void *job, size_t item, size_t worker)) {
  sk_each_item(context, (job->width + COLUMN_CHUNK - 1) / COLUMN_CHUNK, job, body);
}

static size_t columns_from(const row_job *job, size_t first) {
  return job->width - first < COLUMN_CHUNK ? job->width - first : COLUMN_CHUNK;
}

// ---- Embedding ----

static void gather_rows(const void *job, size_t first, size_t last) {
  const row_job *r = job;
  for (size_t row = first; row < last; row++)
    memcpy(r->y + row * r->width, r->x + (size_t)r->tokens[row] * r->width, r->width * sizeof(float));
}

void sk_gather(sk_context *context, const float *table, size_t width, const int32_t *tokens, size_t count,
               float *rows) {
  row_job job = {.x = table, .width = width, .tokens = tokens, .y = rows};
  sk_each_chunk(context, count, width, &job, gather_rows);
}

static void scatter_columns(const void *job, size_t item, size_t worker) {
  const row_job *r = job;
  const size_t first = item * COLUMN_CHUNK, count = columns_from(r, first);
  (void)worker;
  for (size_t row = 0; row < r->rows; row++)
    r->kernels->add(r->x + row * r->width + first, count, r->y + (size_t)r->tokens[row] * r->width + first);
}

void sk_scatter_add(sk_context *context, const float *rows, size_t width, const int32_t *tokens, size_t count,
                    float *table) {
  row_job job = {.kernels = context->kernels, .x = rows, .width = width, .tokens = tokens, .rows = count, .y = table};
  over_columns(context, &job, scatter_columns);
}

// ---- Numbers ----

static void add_numbers(const void *job, size_t first, size_t last) {
  const row_job *r = job;
  r->kernels->add(r->x + first, last - first, r->y + first);
}

void sk_add_all(sk_context *context, const float *x, size_t count, float *y) {
  row_job job = {.kernels = context->kernels, .x = x, .y = y};
  sk_each_chunk(context, count, 1, &job, add_numbers);
}

static void scale_numbers(const void *job, size_t first, size_t last) {
  const row_job *r = job;
  r->kernels->training->scale(r->y + first, r->number, last - first);
}

void sk_scale_all(sk_context *context, float *x, float factor, size_t count) {
  row_job job = {.kernels = context->kernels, .y = x, .number = factor};
  sk_each_chunk(context, count, 1, &job, scale_numbers);
}

static void sum_part(const void *job, size_t item, size_t worker) {
  const row_job *r = job;
  const size_t first = item * SUM_PART, rest = r->rows - first;
  (void)worker;
  r->parts[item] = r->kernels->training->squared_sum(r->x + first, rest < SUM_PART ? rest : SUM_PART);
}

bool sk_squared_sum(sk_context *context, const float *x, size_t count, double *out) {
  const size_t parts = (count + SUM_PART - 1) / SUM_PART;
  row_job job = {.kernels = context->kernels, .x = x, .rows = count, .parts = (double *)sk_scratch(context, 2 * parts)};
  if (!job.parts) return false;
  sk_each_item(context, parts, &job, sum_part);
  *out = 0;
  for (size_t i = 0; i < parts; i++) *out += job.parts[i];
  return true;
}

// ---- Normalization ----

static void normalize_rows(const void *job, size_t first, size_t last) {
  const row_job *r = job;
  for (size_t row = first; row < last; row++)
    r->sums[row] = r->kernels->training->normalize(r->x + row * r->width, r->width, r->weight, r->number,
                                                   r->y + row * r->width);
}

void sk_normalize_for_training(sk_context *context, const float *x, size_t rows, size_t width, const float *weight,
                               float epsilon, float *y, float *inverse_scale) {
  row_job job = {.kernels = context->kernels, .x = x, .width = width, .weight = weight, .number = epsilon, .y = y,
                 .sums = inverse_scale};
  sk_each_chunk(context, rows, width, &job, normalize_rows);
}

static void normalize_rows_backward(const void *job, size_t first, size_t last) {
  const row_job *r = job;
  for (size_t row = first; row < last; row++)
    r->kernels->training->normalize_backward(r->dy + row * r->width, r->x + row * r->width, r->width, r->weight,
                                             r->residual[row], r->dx + row * r->width);
}

static void normalize_weight_backward(const void *job, size_t item, size_t worker) {
  const row_job *r = job;
  const size_t first = item * COLUMN_CHUNK, count = columns_from(r, first);
  (void)worker;
  for (size_t row = 0; row < r->rows; row++)
    r->kernels->training->add_product(r->dy + row * r->width + first, r->x + row * r->width + first, r->residual[row],
                                      count, r->sums + first);
}

void sk_normalize_backward(sk_context *context, const float *dy, const float *x, size_t rows, size_t width,
                           const float *weight, const float *inverse_scale, float *dx, float *dweight) {
  row_job job = {.kernels = context->kernels, .dy = dy, .x = x, .rows = rows, .width = width, .weight = weight,
                 .residual = inverse_scale, .dx = dx, .sums = dweight};
  sk_each_chunk(context, rows, 2 * width, &job, normalize_rows_backward);
  if (dweight) over_columns(context, &job, normalize_weight_backward);
}

// ---- Rotary position embedding ----

static void rotate_rows(const void *job, size_t first, size_t last) {
  const row_job *r = job;
  // The lines of the table turn forwards; backwards is the same cosine and the negative sine.
  for (size_t row = first; row < last; row++) {
    const float *line = r->flag ? r->x + row * r->width : r->x + (size_t)r->tokens[row] * r->width;
    r->kernels->rotate(r->y + row * r->stride, r->heads, r->width, r->width / 2, line);
  }
}

static void turn_lines(const row_job *r, const float *table, float *lines) {
  const size_t half = r->width / 2;
  for (size_t row = 0; row < r->rows; row++, lines += r->width) {
    const float *line = table + (size_t)r->tokens[row] * r->width;
    memcpy(lines, line, half * sizeof(float));
    for (size_t i = half; i < r->width; i++) lines[i] = -line[i];
  }
}

bool sk_rotate_rows(sk_context *context, float *x, size_t stride, size_t rows, size_t heads, size_t head_dimension,
                    const int32_t *positions, const float *rotary_table, bool inverse) {
  row_job job = {.kernels = context->kernels, .y = x, .stride = stride, .rows = rows, .heads = heads,
                 .width = head_dimension, .tokens = positions, .x = rotary_table, .flag = inverse};
  if (inverse) {
    float *lines = sk_scratch(context, rows * head_dimension);
    if (!lines) return false;
    turn_lines(&job, rotary_table, lines);
    job.x = lines;
  }
  sk_each_chunk(context, rows, heads * head_dimension, &job, rotate_rows);
  return true;
}

// ---- Activation functions ----

static void swiglu_rows(const void *job, size_t first, size_t last) {
  const row_job *r = job;
  for (size_t row = first; row < last; row++) {
    const float *gate = r->x + row * 2 * r->width;
    r->kernels->swiglu(gate, gate + r->width, r->width, r->y + row * r->width);
  }
}

void sk_swiglu_for_training(sk_context *context, const float *x, size_t rows, size_t width, float *out) {
  row_job job = {.kernels = context->kernels, .x = x, .width = width, .y = out};
  sk_each_chunk(context, rows, 2 * width, &job, swiglu_rows);
}

static void swiglu_rows_backward(const void *job, size_t first, size_t last) {
  const row_job *r = job;
  for (size_t row = first; row < last; row++) {
    const float *gate = r->x + row * 2 * r->width;
    float *dgate = r->dx + row * 2 * r->width;
    r->kernels->training->swiglu_backward(r->dy + row * r->width, gate, gate + r->width, r->width, dgate,
                                          dgate + r->width);
  }
}

void sk_swiglu_backward(sk_context *context, const float *dout, const float *x, size_t rows, size_t width, float *dx) {
  row_job job = {.kernels = context->kernels, .dy = dout, .x = x, .width = width, .dx = dx};
  sk_each_chunk(context, rows, 2 * width, &job, swiglu_rows_backward);
}

static void add_silu_rows(const void *job, size_t first, size_t last) {
  const row_job *r = job;
  for (size_t row = first; row < last; row++) {
    float *y = r->y + row * r->width;
    if (r->y != r->x) memcpy(y, r->x + row * r->width, r->width * sizeof(float));
    r->kernels->bias_silu_add(y, r->weight, r->residual + row * r->width, r->width);
  }
}

void sk_add_silu(sk_context *context, const float *z, size_t rows, size_t width, const float *bias,
                 const float *residual, float *y) {
  row_job job = {.kernels = context->kernels, .x = z, .width = width, .weight = bias, .residual = residual, .y = y};
  sk_each_chunk(context, rows, width, &job, add_silu_rows);
}

static void add_silu_rows_backward(const void *job, size_t first, size_t last) {
  const row_job *r = job;
  for (size_t row = first; row < last; row++) {
    const float *dy = r->dy + row * r->width;
    r->kernels->training->silu_backward(dy, r->x + row * r->width, r->weight, r->width, r->y + row * r->width);
    if (r->dx) r->kernels->add(dy, r->width, r->dx + row * r->width);
  }
}

static void sum_columns(const void *job, size_t item, size_t worker) {
  const row_job *r = job;
  const size_t first = item * COLUMN_CHUNK, count = columns_from(r, first);
  (void)worker;
  for (size_t row = 0; row < r->rows; row++)
    r->kernels->add(r->y + row * r->width + first, count, r->sums + first);
}

void sk_add_silu_backward(sk_context *context, const float *dy, const float *z, size_t rows, size_t width,
                          const float *bias, float *dz, float *dx, float *dbias) {
  row_job job = {.kernels = context->kernels, .dy = dy, .x = z, .rows = rows, .width = width, .weight = bias, .y = dz,
                 .dx = dx, .sums = dbias};
  sk_each_chunk(context, rows, 2 * width, &job, add_silu_rows_backward);
  over_columns(context, &job, sum_columns);
}

// ---- Optimizer ----

static void adamw_numbers(const void *job, size_t first, size_t last) {
  const row_job *r = job;
  r->kernels->training->adamw(r->y + first, r->x + first, r->sums + first, r->second + first, last - first, r->adamw);
}

/// base^exponent by squaring.
static double power(double base, int64_t exponent) {
  double result = 1;
  for (; exponent > 0; exponent >>= 1, base *= base)
    if (exponent & 1) result *= base;
  return result;
}

void sk_adamw(sk_context *context, float *parameters, const float *gradient, float *first, float *second, size_t count,
              const sk_adamw_step *step) {
  const double rest1 = 1 - power(step->beta1, step->step), rest2 = 1 - power(step->beta2, step->step);
  const sk_adamw_factors factors = {
      .gradient_scale = step->gradient_scale,
      .beta1 = step->beta1,
      .beta2 = step->beta2,
      .rest1 = (float)(1 - (double)step->beta1),
      .rest2 = (float)(1 - (double)step->beta2),
      .decay = (float)(1 - (double)step->rate * (double)step->weight_decay),
      .rate = (float)((double)step->rate / rest1),
      .second_scale = (float)(1 / __builtin_sqrt(rest2)),
      .epsilon = step->epsilon,
  };
  row_job job = {.kernels = context->kernels, .y = parameters, .x = gradient, .sums = first, .second = second,
                 .adamw = &factors};
  sk_each_chunk(context, count, 2, &job, adamw_numbers);
}
