// What operations share: memory for intermediate numbers, and rows spread over the pool.
#ifndef OPERATIONS_H
#define OPERATIONS_H

#include "CSpecKernels.h"

/// Fewer floats than this are faster done by the caller than handed out.
#define WORTH_SHARING 8192

/// Memory for `count` floats, valid until the context's next operation. NULL if there is none.
float *sk_scratch(sk_context *context, size_t count);

/// Runs body over the rows in as many parts as there are threads, or at once when there is little to do.
void sk_over_rows(const sk_context *context, size_t rows, size_t floats_per_row, const void *job,
                  void (*body)(const void *job, size_t first, size_t last));

#endif
