// What a kernel set implements for training: single-threaded work on tiles, rows and ranges. training_*.c spread it over
// the pool; training_reference.c has the order of operations that each kernel keeps.
#ifndef TRAINING_KERNELS_H
#define TRAINING_KERNELS_H

#include "CSpecKernels.h"

/// Causal attention works on this many queries at once. It is part of the arithmetic: the keys after a query's own, up to
/// the end of its block, take part with the weight 0.
#define SK_QUERY_BLOCK 32

/// A row's softmax: its largest number and the sum of the exponentials below it.
typedef struct {
  float largest, sum;
} sk_softmax_parts;

/// Two rows' softmax, and Σ e^(teacher − its largest) · (number − its largest) for the student's and the teacher's numbers.
typedef struct {
  sk_softmax_parts student, teacher;
  float cross, own;
} sk_softmax_pair;

/// One step of AdamW with the corrections for the step's number worked in.
typedef struct {
  float gradient_scale, beta1, beta2, rest1, rest2;  // rest: 1 − beta
  float decay;                                       // 1 − rate · weight decay
  float rate;                                        // rate / (1 − beta1^step)
  float second_scale;                                // 1 / √(1 − beta2^step)
  float epsilon;
} sk_adamw_factors;

typedef struct {
  /// A product's tile: at most this many rows, always this many columns (a multiple of the lanes that divides
  /// SK_QUERY_BLOCK).
  size_t tile_rows, tile_columns;

  /// c[rows][tile_columns] = Σ a[k][rows] · b[k][tile_columns], a chain over k in rising order that begins at c or at 0.
  void (*multiply_tile)(size_t rows, size_t depth, const float *a, const float *b, float *c, size_t c_stride,
                        bool adding);

  /// out[k][width], filled up with zeros to out_width, from source[k][width] or, transposed, source[width][k]. Narrow
  /// panels (width = out_width) may overwrite the tile_columns numbers after the end of out.
  void (*pack)(const float *source, size_t stride, bool transposed, size_t width, size_t depth, float *out,
               size_t out_width);

  /// scores[key][tile_columns], a column for each query: scaled, softened over the keys that the query sees (column c
  /// sees the keys 0 ... first_query + c) and not yet divided by the sum. Gives each column's sum and the logarithm of the
  /// softmax's denominator.
  void (*softmax_panel)(float *scores, size_t keys, size_t first_query, float scale, float *sums, float *log_sums);

  /// Turns scores into probabilities and the gradient of the probabilities into that of the scores. outs and gradients
  /// hold [dimension][tile_columns]: attention's output and its gradient.
  void (*attention_gradient_panel)(float *scores, float *score_gradients, size_t keys, size_t first_query, float scale,
                                   const float *log_sums, size_t dimension, const float *outs,
                                   const float *gradients);

  /// One row; returns 1 / √(mean(x²) + epsilon).
  float (*normalize)(const float *x, size_t width, const float *weight, float epsilon, float *y);
  /// dx += the gradient through the normalization of one row.
  void (*normalize_backward)(const float *dy, const float *x, size_t width, const float *weight, float inverse_scale,
                             float *dx);
  /// y += a · (b · factor)
  void (*add_product)(const float *a, const float *b, float factor, size_t count, float *y);
  void (*swiglu_backward)(const float *dout, const float *gate, const float *up, size_t count, float *dgate,
                          float *dup);
  /// dz = dy · silu'(z + bias)
  void (*silu_backward)(const float *dy, const float *z, const float *bias, size_t count, float *dz);
  void (*scale)(float *x, float factor, size_t count);

  /// Writes e^(x − largest) unless out is NULL.
  sk_softmax_parts (*exponentials)(const float *x, size_t count, float *out);
  /// With a scale that is not NULL the student becomes (softmax(student) − softmax(teacher)) · scale.
  sk_softmax_pair (*soft_cross_entropy)(float *student, const float *teacher, size_t count, const float *scale);
  /// All but the entropy, which the logarithm of the sum completes.
  sk_softmax_pair (*compare)(const float *student, const float *teacher, size_t count, sk_comparison *out);

  void (*adamw)(float *parameters, const float *gradient, float *first, float *second, size_t count,
                const sk_adamw_factors *factors);
  /// Σ x² in double precision.
  double (*squared_sum)(const float *x, size_t count);
} sk_training_kernels;

extern const sk_training_kernels sk_reference_training_kernels;

// ---- Spreading work (training_work.c) ----

/// Runs body for the items 0 ..< items in rising order of their start, each taken by whoever is free. `worker` is below
/// the number of threads and no two bodies run with the same one at a time.
void sk_each_item(const sk_context *context, size_t items, const void *job,
                  void (*body)(const void *job, size_t item, size_t worker));

/// Runs body over chunks of 0 ..< count that hold some `grain` numbers each.
void sk_each_chunk(const sk_context *context, size_t count, size_t numbers_per_item, const void *job,
                   void (*body)(const void *job, size_t first, size_t last));

#endif
