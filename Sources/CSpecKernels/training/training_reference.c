// The specification of training's arithmetic as plain loops. Every other kernel set must give these bits. A sum along a row
// is kept in SUM_CHAINS strided chains, added up in rising order; all other sums are single chains.
#pragma STDC FP_CONTRACT OFF
#include "canonical_functions.h"
#include "kernel_set.h"

#define TILE_COLUMNS 16

static void multiply_tile(size_t rows, size_t depth, const float *a, const float *b, float *c, size_t c_stride,
                          bool adding) {
  for (size_t i = 0; i < rows; i++) {
    for (size_t j = 0; j < TILE_COLUMNS; j++) {
      float sum = adding ? c[i * c_stride + j] : 0;
      for (size_t k = 0; k < depth; k++) sum = fmaf(a[k * rows + i], b[k * TILE_COLUMNS + j], sum);
      c[i * c_stride + j] = sum;
    }
  }
}

static void pack(const float *source, size_t stride, bool transposed, size_t width, size_t depth, float *out,
                 size_t out_width) {
  for (size_t k = 0; k < depth; k++)
    for (size_t i = 0; i < out_width; i++)
      out[k * out_width + i] = i >= width ? 0 : transposed ? source[i * stride + k] : source[k * stride + i];
}

static void softmax_panel(float *scores, size_t keys, size_t first_query, float scale, float *sums, float *log_sums) {
  for (size_t column = 0; column < TILE_COLUMNS; column++) {
    float *line = scores + column, largest = line[0] * scale, sum = 0;
    for (size_t key = 0; key < keys; key++) {
      float *score = line + key * TILE_COLUMNS;
      *score *= scale;
      if (key <= first_query + column && *score > largest) largest = *score;
    }
    for (size_t key = 0; key < keys; key++) {
      float *score = line + key * TILE_COLUMNS;
      *score = key <= first_query + column ? canonical_exp(*score - largest) : 0;
      sum += *score;
    }
    sums[column] = sum;
    log_sums[column] = largest + canonical_log(sum);
  }
}

static void attention_gradient_panel(float *scores, float *score_gradients, size_t keys, size_t first_query,
                                     float scale, const float *log_sums, size_t dimension, const float *outs,
                                     const float *gradients) {
  for (size_t column = 0; column < TILE_COLUMNS; column++) {
    float mean = 0;
    for (size_t d = 0; d < dimension; d++)
      mean = fmaf(gradients[d * TILE_COLUMNS + column], outs[d * TILE_COLUMNS + column], mean);
    for (size_t key = 0; key < keys; key++) {
      float *score = scores + key * TILE_COLUMNS + column, *gradient = score_gradients + key * TILE_COLUMNS + column;
      *score = key <= first_query + column ? canonical_exp(*score * scale - log_sums[column]) : 0;
      *gradient = *score * (*gradient - mean) * scale;
    }
  }
}

static float normalize(const float *x, size_t width, const float *weight, float epsilon, float *y) {
  float chains[SUM_CHAINS] = {0};
  for (size_t i = 0; i < width; i++) chains[i % SUM_CHAINS] = fmaf(x[i], x[i], chains[i % SUM_CHAINS]);
  float inverse_scale = inverse_root(sum_of_chains(chains) / (float)width + epsilon);
  for (size_t i = 0; i < width; i++) y[i] = (x[i] * inverse_scale) * weight[i];
  return inverse_scale;
}

static void normalize_backward(const float *dy, const float *x, size_t width, const float *weight, float inverse_scale,
                               float *dx) {
  float chains[SUM_CHAINS] = {0};
  for (size_t i = 0; i < width; i++) chains[i % SUM_CHAINS] = fmaf(dy[i] * weight[i], x[i], chains[i % SUM_CHAINS]);
  float factor = sum_of_chains(chains) / (float)width * inverse_scale * inverse_scale * inverse_scale;
  for (size_t i = 0; i < width; i++) dx[i] += (dy[i] * weight[i]) * inverse_scale - x[i] * factor;
}

static void add_product(const float *a, const float *b, float factor, size_t count, float *y) {
  for (size_t i = 0; i < count; i++) y[i] = fmaf(a[i], b[i] * factor, y[i]);
}

static float silu_slope(float x, float s) { return s * (1.0f + x * (1.0f - s)); }

static void swiglu_backward(const float *dout, const float *gate, const float *up, size_t count, float *dgate,
                            float *dup) {
  for (size_t i = 0; i < count; i++) {
    float d = dout[i], g = gate[i], u = up[i], s = 1.0f / (1.0f + canonical_exp(-g));
    dgate[i] = (d * u) * silu_slope(g, s);
    dup[i] = d * (g * s);
  }
}

static void silu_backward(const float *dy, const float *z, const float *bias, size_t count, float *dz) {
  for (size_t i = 0; i < count; i++) {
    float x = z[i] + bias[i], s = 1.0f / (1.0f + canonical_exp(-x));
    dz[i] = dy[i] * silu_slope(x, s);
  }
}

static void scale_row(float *x, float factor, size_t count) {
  for (size_t i = 0; i < count; i++) x[i] *= factor;
}

static sk_softmax_parts exponentials(const float *x, size_t count, float *out) {
  sk_softmax_parts parts = {x[0], 0};
  for (size_t i = 1; i < count; i++) parts.largest = x[i] > parts.largest ? x[i] : parts.largest;
  float chains[SUM_CHAINS] = {0};
  for (size_t i = 0; i < count; i++) {
    float e = canonical_exp(x[i] - parts.largest);
    chains[i % SUM_CHAINS] += e;
    if (out) out[i] = e;
  }
  parts.sum = sum_of_chains(chains);
  return parts;
}

static sk_softmax_pair soft_cross_entropy(float *student, const float *teacher, size_t count, const float *scale) {
  sk_softmax_pair pair = {exponentials(student, count, NULL), exponentials(teacher, count, NULL), 0, 0};
  const float student_inverse = 1.0f / pair.student.sum, teacher_inverse = 1.0f / pair.teacher.sum;
  float chains[SUM_CHAINS] = {0};
  for (size_t i = 0; i < count; i++) {
    float below = student[i] - pair.student.largest, weight = canonical_exp(teacher[i] - pair.teacher.largest);
    chains[i % SUM_CHAINS] = fmaf(weight, below, chains[i % SUM_CHAINS]);
    if (scale) student[i] = (canonical_exp(below) * student_inverse - weight * teacher_inverse) * *scale;
  }
  pair.cross = sum_of_chains(chains);
  return pair;
}

static size_t place_of_largest(const float *x, size_t count) {
  size_t place = 0;
  for (size_t i = 1; i < count; i++) place = x[i] > x[place] ? i : place;
  return place;
}

static sk_softmax_pair compare(const float *student, const float *teacher, size_t count, sk_comparison *out) {
  sk_softmax_pair pair = {exponentials(student, count, NULL), exponentials(teacher, count, NULL), 0, 0};
  const float student_inverse = 1.0f / pair.student.sum, teacher_inverse = 1.0f / pair.teacher.sum;
  const size_t choice = place_of_largest(teacher, count);
  float own[SUM_CHAINS] = {0}, overlap[SUM_CHAINS] = {0};
  out->rank = 0;
  for (size_t i = 0; i < count; i++) {
    float below = teacher[i] - pair.teacher.largest, weight = canonical_exp(below);
    own[i % SUM_CHAINS] = fmaf(weight, below, own[i % SUM_CHAINS]);
    float p = canonical_exp(student[i] - pair.student.largest) * student_inverse, q = weight * teacher_inverse;
    overlap[i % SUM_CHAINS] += p < q ? p : q;
    if (student[i] > student[choice] || (student[i] == student[choice] && i < choice)) out->rank++;
  }
  pair.own = sum_of_chains(own);
  out->overlap = sum_of_chains(overlap);
  out->student_choice = (int32_t)place_of_largest(student, count);
  out->teacher_choice = (int32_t)choice;
  return pair;
}

static void adamw(float *parameters, const float *gradient, float *first, float *second, size_t count,
                  const sk_adamw_factors *f) {
  for (size_t i = 0; i < count; i++) {
    float g = gradient[i] * f->gradient_scale;
    first[i] = first[i] * f->beta1 + g * f->rest1;
    second[i] = second[i] * f->beta2 + (g * g) * f->rest2;
    float divisor = sqrtf(second[i]) * f->second_scale + f->epsilon;
    parameters[i] = parameters[i] * f->decay - f->rate * first[i] / divisor;
  }
}

static double squared_sum(const float *x, size_t count) {
  double chains[SUM_CHAINS] = {0}, sum = 0;
  for (size_t i = 0; i < count; i++) chains[i % SUM_CHAINS] = fma(x[i], x[i], chains[i % SUM_CHAINS]);
  for (size_t i = 0; i < SUM_CHAINS; i++) sum += chains[i];
  return sum;
}

const sk_training_kernels sk_reference_training_kernels = {
    .tile_rows = 4,
    .tile_columns = TILE_COLUMNS,
    .multiply_tile = multiply_tile,
    .pack = pack,
    .softmax_panel = softmax_panel,
    .attention_gradient_panel = attention_gradient_panel,
    .normalize = normalize,
    .normalize_backward = normalize_backward,
    .add_product = add_product,
    .swiglu_backward = swiglu_backward,
    .silu_backward = silu_backward,
    .scale = scale_row,
    .exponentials = exponentials,
    .soft_cross_entropy = soft_cross_entropy,
    .compare = compare,
    .adamw = adamw,
    .squared_sum = squared_sum,
};
