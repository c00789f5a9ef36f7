// The likeliest tokens of rows of logits, and the loss of a student that learns them, with all other tokens together as one
// more. Both are built of the kernels along a row and of plain C in double precision, which every kernel set shares.
#pragma STDC FP_CONTRACT OFF
#include <float.h>

#include "canonical_functions.h"
#include "kernel_set.h"

/// What stands in a row where a token is left out of a sum: e^it vanishes beside any other number.
#define LEFT_OUT (-FLT_MAX)

typedef struct {
  const sk_training_kernels *kernels;
  float *logits;
  size_t width;
  sk_likeliest list;
} choosing;

/// Whether a token comes after another: it has a smaller logit, or the same and a higher index.
static bool comes_after(float logit, int32_t id, float other, int32_t other_id) {
  return logit < other || (logit == other && id > other_id);
}

/// Lets the entry at `place` of a heap sink to where no entry below it comes after it; the root is the last of all.
static void sink(int32_t *ids, float *logits, size_t count, size_t place) {
  const float logit = logits[place];
  const int32_t id = ids[place];
  for (;;) {
    size_t child = 2 * place + 1;
    if (child >= count) break;
    if (child + 1 < count && comes_after(logits[child + 1], ids[child + 1], logits[child], ids[child])) child++;
    if (!comes_after(logits[child], ids[child], logit, id)) break;
    logits[place] = logits[child];
    ids[place] = ids[child];
    place = child;
  }
  logits[place] = logit;
  ids[place] = id;
}

/// The `count` largest numbers of a row with their places, the largest first, equals by lowest place.
static void choose_largest(const float *x, size_t width, size_t count, int32_t *ids, float *logits) {
  for (size_t i = 0; i < count; i++) {
    ids[i] = (int32_t)i;
    logits[i] = x[i];
  }
  for (size_t i = count / 2; i > 0; i--) sink(ids, logits, count, i - 1);
  for (size_t i = count; i < width; i++) {
    if (!(x[i] > logits[0])) continue;
    ids[0] = (int32_t)i;
    logits[0] = x[i];
    sink(ids, logits, count, 0);
  }
  // The last of those that are left goes to the end.
  for (size_t left = count; left > 1; left--) {
    const float logit = logits[0];
    const int32_t id = ids[0];
    logits[0] = logits[left - 1];
    ids[0] = ids[left - 1];
    logits[left - 1] = logit;
    ids[left - 1] = id;
    sink(ids, logits, left - 1, 0);
  }
}

static void choose_rows(const void *job, size_t first, size_t last) {
  const choosing *c = job;
  const size_t count = c->list.count;
  for (size_t row = first; row < last; row++) {
    float *x = c->logits + row * c->width;
    int32_t *ids = c->list.ids + row * count;
    choose_largest(x, c->width, count, ids, c->list.logits + row * count);
    for (size_t i = 0; i < count; i++) x[ids[i]] = LEFT_OUT;
    const sk_softmax_parts others = c->kernels->exponentials(x, c->width, NULL);
    c->list.others[row] = (float)((double)others.largest + sk_natural_log((double)others.sum));
  }
}

void sk_choose_likeliest(sk_context *context, float *logits, size_t rows, size_t width, const sk_likeliest *out) {
  choosing job = {context->kernels->training, logits, width, *out};
  sk_each_chunk(context, rows, 4 * width, &job, choose_rows);
}

typedef struct {
  const sk_training_kernels *kernels;
  float *student;
  size_t width;
  sk_likeliest teacher;
  const bool *included;
  const float *scale;
  float *losses;
  float *memory;  // [worker][count]
} likeliest_loss;

/// What a teacher's row says: the largest of its numbers, and Σ e^(number − largest), the others' included.
static double sum_of_teacher(const float *logits, size_t count, float others, float *largest) {
  *largest = logits[0] > others ? logits[0] : others;
  double sum = (double)canonical_exp(others - *largest);
  for (size_t i = 0; i < count; i++) sum += (double)canonical_exp(logits[i] - *largest);
  return sum;
}

/// L = −Σ p_k ln q_k − p_o ln q_o, where o is all tokens beside the listed ones k. With the student's logits z,
/// dL/dz_k = q_k − p_k, and dL/dz_j = q_j (1 − p_o / q_o) for every other token j.
static void learn_row(const likeliest_loss *l, size_t row, float *kept) {
  const size_t count = l->teacher.count;
  const int32_t *ids = l->teacher.ids + row * count;
  const float *wanted = l->teacher.logits + row * count, wanted_others = l->teacher.others[row];
  float *z = l->student + row * l->width;
  for (size_t i = 0; i < count; i++) {
    kept[i] = z[ids[i]];
    z[ids[i]] = LEFT_OUT;
  }
  const sk_softmax_parts others = l->kernels->exponentials(z, l->width, l->scale ? z : NULL);
  float largest = others.largest, teacher_largest;
  for (size_t i = 0; i < count; i++) largest = kept[i] > largest ? kept[i] : largest;
  const double mass_of_others = (double)canonical_exp(others.largest - largest) * (double)others.sum;
  double sum = mass_of_others;
  for (size_t i = 0; i < count; i++) sum += (double)canonical_exp(kept[i] - largest);
  const double log_sum = (double)largest + sk_natural_log(sum);
  const double teacher_sum = sum_of_teacher(wanted, count, wanted_others, &teacher_largest);
  const double p_others = (double)canonical_exp(wanted_others - teacher_largest) / teacher_sum;
  double loss = p_others * (log_sum - (double)others.largest - sk_natural_log((double)others.sum));
  for (size_t i = 0; i < count; i++) {
    const double p = (double)canonical_exp(wanted[i] - teacher_largest) / teacher_sum;
    loss += p * (log_sum - (double)kept[i]);
  }
  l->losses[row] = (float)loss;
  if (l->scale)
    l->kernels->scale(z, (float)((mass_of_others / sum - p_others) / (double)others.sum * (double)*l->scale), l->width);
  for (size_t i = 0; i < count; i++) {
    const double p = (double)canonical_exp(wanted[i] - teacher_largest) / teacher_sum;
    const double q = (double)canonical_exp(kept[i] - largest) / sum;
    z[ids[i]] = l->scale ? (float)((q - p) * (double)*l->scale) : kept[i];
  }
}

static void learn_item(const void *job, size_t row, size_t worker) {
  const likeliest_loss *l = job;
  if (l->included[row]) {
    learn_row(l, row, l->memory + worker * sk_round_up(l->teacher.count, 16));
    return;
  }
  l->losses[row] = 0;
  if (l->scale) memset(l->student + row * l->width, 0, l->width * sizeof(float));
}

bool sk_likeliest_cross_entropy(sk_context *context, float *student, const sk_likeliest *teacher, size_t rows,
                                size_t width, const bool *included, const float *scale, float *losses) {
  likeliest_loss job = {.kernels = context->kernels->training, .student = student, .width = width, .teacher = *teacher,
                        .included = included, .scale = scale, .losses = losses};
  job.memory = sk_scratch(context, sk_round_up(teacher->count, 16) * (size_t)sk_pool_threads(context->pool));
  if (!job.memory) return false;
  sk_each_item(context, rows, &job, learn_item);
  return true;
}

typedef struct {
  const sk_kernel_set *kernels;
  const float *x;
  size_t width;
  int32_t *out;
} first_largest;

static void find_largest(const void *job, size_t first, size_t last) {
  const first_largest *f = job;
  for (size_t row = first; row < last; row++)
    f->out[row] = f->kernels->choose(f->x + row * f->width, f->width, false).index;
}

void sk_largest_places(sk_context *context, const float *x, size_t rows, size_t width, int32_t *out) {
  first_largest job = {context->kernels, x, width, out};
  sk_each_chunk(context, rows, width, &job, find_largest);
}
