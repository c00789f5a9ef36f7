// Softmax along a row of logits: losses, their gradients, and comparisons of two distributions.
#include "simd_attention.h"
#include "simd_lanes.h"

static sk_softmax_parts simd_exponentials(const float *x, size_t count, float *out) {
  const float largest = largest_of(x, count);
  vfloat chains[CHAIN_VECTORS] = {(vfloat)0.0f};
  EACH_VECTOR(count) {
    vfloat e = keep_some(exp_lanes(load_some(x + at, rest) - (vfloat)largest), rest);
    chains[v] += e;
    if (out) store_some(out + at, e, rest);
  }
  return (sk_softmax_parts){largest, add_chains(chains)};
}

static sk_softmax_pair simd_soft_cross_entropy(float *student, const float *teacher, size_t count, const float *scale) {
  sk_softmax_pair pair = {simd_exponentials(student, count, NULL), simd_exponentials(teacher, count, NULL), 0, 0};
  const vfloat student_inverse = (vfloat)(1.0f / pair.student.sum), teacher_inverse = (vfloat)(1.0f / pair.teacher.sum);
  vfloat chains[CHAIN_VECTORS] = {(vfloat)0.0f};
  EACH_VECTOR(count) {
    vfloat below = load_some(student + at, rest) - (vfloat)pair.student.largest;
    vfloat weight = keep_some(exp_lanes(load_some(teacher + at, rest) - (vfloat)pair.teacher.largest), rest);
    chains[v] = fma_lanes(weight, below, chains[v]);
    if (scale)
      store_some(student + at, (exp_lanes(below) * student_inverse - weight * teacher_inverse) * (vfloat)*scale, rest);
  }
  pair.cross = add_chains(chains);
  return pair;
}

/// The first place of a row's largest number.
INLINE size_t place_of(const float *x, size_t count, float largest) {
  size_t place = 0;
  while (x[place] != largest && place + 1 < count) place++;
  return place;
}

static sk_softmax_pair simd_compare(const float *student, const float *teacher, size_t count, sk_comparison *out) {
  sk_softmax_pair pair = {simd_exponentials(student, count, NULL), simd_exponentials(teacher, count, NULL), 0, 0};
  const size_t choice = place_of(teacher, count, pair.teacher.largest);
  const vfloat student_inverse = (vfloat)(1.0f / pair.student.sum), teacher_inverse = (vfloat)(1.0f / pair.teacher.sum);
  const vfloat chosen = (vfloat)student[choice];
  vfloat own[CHAIN_VECTORS] = {(vfloat)0.0f}, overlap[CHAIN_VECTORS] = {(vfloat)0.0f};
  vint above = (vint)0;
  EACH_VECTOR(count) {
    vfloat numbers = load_some(student + at, rest), below = load_some(teacher + at, rest) - (vfloat)pair.teacher.largest;
    vfloat weight = keep_some(exp_lanes(below), rest);
    own[v] = fma_lanes(weight, below, own[v]);
    vfloat p = exp_lanes(numbers - (vfloat)pair.student.largest) * student_inverse, q = weight * teacher_inverse;
    overlap[v] += keep_some(select_lanes(p < q, p, q), rest);
    // An equal number of a lower index comes first.
    vint is_earlier = LANE_NUMBERS + (vint)(int32_t)at < (vint)(int32_t)choice;
    vint is_above = (numbers > chosen) | ((numbers == chosen) & is_earlier);
    above -= (vint)keep_some((vfloat)is_above, rest);
  }
  pair.own = add_chains(own);
  out->student_choice = (int32_t)place_of(student, count, pair.student.largest);
  out->teacher_choice = (int32_t)choice;
  out->rank = 0;
  for (size_t lane = 0; lane < LANES; lane++) out->rank += above[lane];
  out->overlap = add_chains(overlap);
  return pair;
}
