// Kernels for training in float32: products, and the forward and backward passes of a Llama layer's parts.
//
// Every output number is one chain of operations in an order that is written down in training_reference.c (for products:
// fused multiply-adds over k in rising order), whatever the thread count or the instruction set. Matrices are row-major
// and contiguous. Callers are the wrappers in SpecKernels, which check every shape before a pointer arrives here.
// Functions that need memory say false when there is none.
#ifndef CSPECKERNELSTRAINING_H
#define CSPECKERNELSTRAINING_H

#if defined(__cplusplus)
extern "C" {
#endif

// ---- Products (training_product.c) ----

/// c[m][n] = a · b, or c += a · b. A transposed operand lies in memory as a[k][m] or b[n][k].
typedef struct {
  size_t rows, columns, depth;
  const float *a, *b;
  bool a_transposed, b_transposed;
  float *c;
  bool adding;
} sk_float_product;

bool sk_multiply_floats(sk_context *context, const sk_float_product *product);

// ---- Rows (training_rows.c) ----

/// rows[i] = table[tokens[i]]
void sk_gather(sk_context *context, const float *table, size_t width, const int32_t *tokens, size_t count, float *rows);
/// table[tokens[i]] += rows[i], in rising order of i.
void sk_scatter_add(sk_context *context, const float *rows, size_t width, const int32_t *tokens, size_t count,
                    float *table);
/// y += x
void sk_add_all(sk_context *context, const float *x, size_t count, float *y);
/// x = x · factor
void sk_scale_all(sk_context *context, float *x, float factor, size_t count);
/// Σ x²; false if there is no memory.
bool sk_squared_sum(sk_context *context, const float *x, size_t count, double *out);

/// y = x · inverse_scale · weight with inverse_scale = 1 / √(mean(x²) + epsilon), kept for the backward pass.
void sk_normalize_for_training(sk_context *context, const float *x, size_t rows, size_t width, const float *weight,
                               float epsilon, float *y, float *inverse_scale);
/// dx += …, and dweight += … unless it is NULL.
void sk_normalize_backward(sk_context *context, const float *dy, const float *x, size_t rows, size_t width,
                           const float *weight, const float *inverse_scale, float *dx, float *dweight);

/// Rotates the first `heads` heads of each row in place, backwards if `inverse`. False if there is no memory.
bool sk_rotate_rows(sk_context *context, float *x, size_t stride, size_t rows, size_t heads, size_t head_dimension,
                    const int32_t *positions, const float *rotary_table, bool inverse);

/// out = silu(gate) · up, where a row of x holds `width` gates and then `width` ups.
void sk_swiglu_for_training(sk_context *context, const float *x, size_t rows, size_t width, float *out);
/// The gradient with respect to a row of gates and ups; dx may be x.
void sk_swiglu_backward(sk_context *context, const float *dout, const float *x, size_t rows, size_t width, float *dx);

/// y = residual + silu(z + bias)
void sk_add_silu(sk_context *context, const float *z, size_t rows, size_t width, const float *bias,
                 const float *residual, float *y);
/// dz = dy · silu'(z + bias), dx += dy unless dx is NULL, dbias += Σ dz; dz may be z.
void sk_add_silu_backward(sk_context *context, const float *dy, const float *z, size_t rows, size_t width,
                          const float *bias, float *dz, float *dx, float *dbias);

// ---- Attention (training_attention.c) ----

/// Causal attention inside sequences of rows. A row of qkv: all query heads, key heads, value heads; of out: all query
/// heads. log_sums[row][query head] is the logarithm of the softmax's denominator, the maximum included.
typedef struct {
  const float *qkv;
  size_t query_heads, kv_heads, head_dimension;
  const size_t *starts;  // sequences + 1 numbers: where each begins, and the number of rows
  size_t sequences;
} sk_causal_attention;

bool sk_attend_causally(sk_context *context, const sk_causal_attention *attention, float *out, float *log_sums);
/// Overwrites dqkv.
bool sk_attend_causally_backward(sk_context *context, const sk_causal_attention *attention, const float *dout,
                                 const float *out, const float *log_sums, float *dqkv);

// ---- Losses (training_losses.c) ----

/// −ln softmax(logits)[target] of each row; 0 for the target −1. With a scale the logits become the gradient · scale.
void sk_cross_entropy(sk_context *context, float *logits, size_t rows, size_t width, const int32_t *targets,
                      const float *scale, float *losses);
/// −Σ softmax(teacher) ln softmax(student) of each included row, 0 of the others. With a scale the student's logits become
/// the gradient · scale.
void sk_soft_cross_entropy(sk_context *context, float *student, const float *teacher, size_t rows, size_t width,
                           const bool *included, const float *scale, float *losses);

/// How a student's distribution compares with its teacher's.
typedef struct {
  int32_t student_choice, teacher_choice;  // the largest of each, the lowest index among equals
  int32_t rank;                            // of the teacher's choice among the student's numbers, 0 for the largest
  float overlap;                           // Σ min(softmax(student), softmax(teacher))
  float teacher_entropy;                   // in nats
} sk_comparison;

void sk_compare_distributions(sk_context *context, const float *student, const float *teacher, size_t rows,
                              size_t width, sk_comparison *out);

/// The place of each row's largest number, the lowest among equals.
void sk_largest_places(sk_context *context, const float *x, size_t rows, size_t width, int32_t *out);

// ---- Losses against the likeliest tokens alone (training_likeliest.c) ----

/// For each row its `count` largest logits, fewer than there are tokens: [row][count], the largest first, equals by lowest
/// token. others[row] = ln Σ e^logit over all other tokens.
typedef struct {
  size_t count;
  int32_t *ids;
  float *logits, *others;
} sk_likeliest;

/// Fills `out`. The logits are used up: what is chosen from each row is overwritten.
void sk_choose_likeliest(sk_context *context, float *logits, size_t rows, size_t width, const sk_likeliest *out);
/// −Σ p ln q of each included row over the listed tokens and all others as one; 0 of the rows left out. With a scale the
/// student's logits become the gradient · scale. False if there is no memory.
bool sk_likeliest_cross_entropy(sk_context *context, float *student, const sk_likeliest *teacher, size_t rows,
                                size_t width, const bool *included, const float *scale, float *losses);

// ---- Optimizer (training_rows.c) ----

typedef struct {
  float rate, beta1, beta2, epsilon, weight_decay;
  int64_t step;  // from 1
  float gradient_scale;
} sk_adamw_step;

/// AdamW (Loshchilov and Hutter 2019, algorithm 2), with the weight decay multiplied by the rate.
void sk_adamw(sk_context *context, float *parameters, const float *gradient, float *first, float *second, size_t count,
              const sk_adamw_step *step);

#if defined(__cplusplus)
}
#endif
#endif
