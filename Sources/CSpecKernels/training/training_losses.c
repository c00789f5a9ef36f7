// Losses over rows of logits, their gradients, and comparisons of a student with its teacher.
#pragma STDC FP_CONTRACT OFF
#include <string.h>

#include "kernel_set.h"

typedef struct {
  const sk_training_kernels *kernels;
  size_t width;
  float *student;
  const float *teacher;
  const int32_t *targets;
  const bool *included;
  const float *scale;
  float *losses;
  const float *compared;
  sk_comparison *comparisons;
} loss_job;

/// A row that counts nothing: no loss, no gradient.
static void leave_out(const loss_job *l, size_t row) {
  l->losses[row] = 0;
  if (l->scale) memset(l->student + row * l->width, 0, l->width * sizeof(float));
}

static void cross_entropy_rows(const void *job, size_t first, size_t last) {
  const loss_job *l = job;
  for (size_t row = first; row < last; row++) {
    const int32_t target = l->targets[row];
    if (target < 0) {
      leave_out(l, row);
      continue;
    }
    float *logits = l->student + row * l->width;
    const float logit = logits[target];
    const sk_softmax_parts parts = l->kernels->exponentials(logits, l->width, l->scale ? logits : NULL);
    l->losses[row] = (float)(sk_natural_log((double)parts.sum) - (double)(logit - parts.largest));
    if (!l->scale) continue;
    l->kernels->scale(logits, *l->scale / parts.sum, l->width);
    logits[target] -= *l->scale;
  }
}

void sk_cross_entropy(sk_context *context, float *logits, size_t rows, size_t width, const int32_t *targets,
                      const float *scale, float *losses) {
  loss_job job = {.kernels = context->kernels->training, .width = width, .student = logits, .targets = targets,
                  .scale = scale, .losses = losses};
  sk_each_chunk(context, rows, 4 * width, &job, cross_entropy_rows);
}

static void soft_cross_entropy_rows(const void *job, size_t first, size_t last) {
  const loss_job *l = job;
  for (size_t row = first; row < last; row++) {
    if (!l->included[row]) {
      leave_out(l, row);
      continue;
    }
    const sk_softmax_pair pair = l->kernels->soft_cross_entropy(
        l->student + row * l->width, l->teacher + row * l->width, l->width, l->scale);
    l->losses[row] = (float)(sk_natural_log((double)pair.student.sum) - (double)pair.cross / (double)pair.teacher.sum);
  }
}

void sk_soft_cross_entropy(sk_context *context, float *student, const float *teacher, size_t rows, size_t width,
                           const bool *included, const float *scale, float *losses) {
  loss_job job = {.kernels = context->kernels->training, .width = width, .student = student, .teacher = teacher,
                  .included = included, .scale = scale, .losses = losses};
  sk_each_chunk(context, rows, 8 * width, &job, soft_cross_entropy_rows);
}

static void compare_rows(const void *job, size_t first, size_t last) {
  const loss_job *l = job;
  for (size_t row = first; row < last; row++) {
    sk_comparison *out = &l->comparisons[row];
    const sk_softmax_pair pair =
        l->kernels->compare(l->compared + row * l->width, l->teacher + row * l->width, l->width, out);
    out->teacher_entropy =
        (float)(sk_natural_log((double)pair.teacher.sum) - (double)pair.own / (double)pair.teacher.sum);
  }
}

void sk_compare_distributions(sk_context *context, const float *student, const float *teacher, size_t rows,
                              size_t width, sk_comparison *out) {
  loss_job job = {.kernels = context->kernels->training, .width = width, .compared = student, .teacher = teacher,
                  .comparisons = out};
  sk_each_chunk(context, rows, 8 * width, &job, compare_rows);
}
