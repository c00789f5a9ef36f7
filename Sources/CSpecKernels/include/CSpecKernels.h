// The numeric kernels of SpecBench.
//
// Canonical arithmetic: every output number is computed in one order of operations that is written down in
// reference.c, whatever the batch, the tree, the thread count or the instruction set. A SIMD kernel puts different
// outputs into its lanes, never parts of one sum, so each kernel set gives the same bits as the plain C loops.
//
// Callers are Swift wrappers in SpecKernels, which check every size before a pointer arrives here.
#ifndef CSPECKERNELS_H
#define CSPECKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__cplusplus)
extern "C" {
#endif

/// Output rows per weight panel, and cache slots per key block.
#define SK_PANEL 16

/// How a weight is stored, in files and in panels.
/// int8 exists only in panels: blocks of 32 columns share a scale. The types after it exist only in files: blocks as the
/// GGUF format names them (widening.c).
typedef enum {
  SK_F32 = 0, SK_BF16 = 1, SK_F16 = 2, SK_INT8 = 3, SK_Q8_0 = 4, SK_Q4_0 = 5, SK_Q4_1 = 6, SK_Q5_0 = 7, SK_Q5_1 = 8,
  SK_Q2_K = 9, SK_Q3_K = 10, SK_Q4_K = 11, SK_Q5_K = 12, SK_Q6_K = 13
} sk_number_type;

// ---- Thread pool (thread_pool.c) ----

typedef struct sk_pool sk_pool;

/// Starts `threads - 1` workers; the caller of sk_pool_run is the remaining one. NULL if a thread cannot be started.
sk_pool *sk_pool_create(int threads, bool spin);
void sk_pool_destroy(sk_pool *pool);
int sk_pool_threads(const sk_pool *pool);
/// Runs body(context, 0 ..< parts), each part once, on any thread; returns when all are done.
void sk_pool_run(sk_pool *pool, int parts, void (*body)(void *context, int part), void *context);
/// Says that the next region reads this memory, each thread its share. What was read after it the last time is read
/// ahead by threads that wait for work.
void sk_pool_reads(sk_pool *pool, const void *start, size_t bytes);

// ---- Kernel sets (dispatch.c) ----

typedef struct sk_kernel_set sk_kernel_set;

/// The sets compiled into this library, the plain C reference first, best last.
int sk_kernel_set_count(void);
/// NULL if the index is out of range.
const sk_kernel_set *sk_kernel_set_at(int index);
const char *sk_kernel_set_name(const sk_kernel_set *set);
/// Whether this processor can run the set.
bool sk_kernel_set_supported(const sk_kernel_set *set);

// ---- Weights (packing.c) ----

/// Bytes of a packed matrix of `rows` outputs over `columns` inputs.
size_t sk_packed_bytes(sk_number_type type, size_t rows, size_t columns);

// ---- Numbers of files (widening.c, packing.c) ----

/// Numbers that are stored together in a file: 1, or those of a block.
size_t sk_block_numbers(sk_number_type type);
/// Bytes that they take.
size_t sk_block_bytes(sk_number_type type);
/// Where row `row` of a matrix lies. `paired_rows` is 0 where rows lie in order. Else it is the rows of a head whose rotary
/// pairs lie side by side, as in GGUF files, where its first halves are wanted before its second ones.
static inline size_t sk_stored_row(size_t row, size_t paired_rows) {
  if (paired_rows == 0) return row;
  const size_t inside = row % paired_rows, half = paired_rows / 2;
  return row - inside + inside % half * 2 + inside / half;
}
/// Widens `count` numbers to float32, rounding through `rounding` first (exact if that is at least as wide; SK_INT8
/// stands for no rounding).
void sk_widen(sk_number_type source_type, const void *source, size_t first, sk_number_type rounding, size_t count,
              float *out);
/// The float32 number of 16 bits.
float sk_widen_f16(uint16_t bits);
float sk_widen_bf16(uint16_t bits);

// ---- Numbers that are not finite (finite.c) ----

/// The place of the first number that is NaN or infinite, or becomes infinite when it is held in another type; `count` if
/// there is none.
size_t sk_first_unfit(sk_number_type stored, const void *numbers, size_t count, sk_number_type held);

// ---- Operations over rows, spread over the pool (operations.c, matrix_product.c, attention.c) ----

/// What an operation runs on. `scratch` is reallocated by the operations as they need it.
typedef struct {
  const sk_kernel_set *kernels;
  sk_pool *pool;
  float *scratch;
  size_t scratch_count;
} sk_context;

/// Frees what the operations allocated in the context.
void sk_context_release(sk_context *context);

/// Packs row-major source rows into panels starting at output row `first_row` of the packed matrix. Narrowing rounds to
/// nearest even; int8 takes for each row and block of 32 the scale that makes the largest magnitude 127, rounded up to
/// bf16. The destination was zero-filled by its allocator. `paired_rows`: see sk_stored_row. False if a number is not
/// finite once it is held: see sk_first_unfit.
bool sk_pack_rows(sk_context *context, sk_number_type type, void *packed, size_t columns, size_t first_row,
                  sk_number_type source_type, const void *source, size_t source_rows, size_t paired_rows);

/// y[m][n] = x[m][k] · w[n][k]ᵀ. Row strides count floats; y's stride is at least n rounded up to SK_PANEL.
/// False if memory for packing x could not be had.
bool sk_matmul(sk_context *context, sk_number_type type, const void *packed, size_t rows_out, size_t columns,
               const float *x, size_t x_stride, size_t rows, float *y, size_t y_stride);

/// y = x / sqrt(mean(x²) + epsilon) · weight, row by row.
void sk_rmsnorm(sk_context *context, const float *x, size_t x_stride, size_t rows, size_t width, const float *weight,
                float epsilon, float *y, size_t y_stride);

/// y += x, row by row. A stride of 0 adds one x to all rows.
void sk_add(sk_context *context, const float *x, size_t x_stride, size_t rows, size_t width, float *y,
            size_t y_stride);

/// out = silu(gate) · up, where a row of x holds `width` gates and then `width` ups.
void sk_swiglu(sk_context *context, const float *x, size_t x_stride, size_t rows, size_t width, float *out,
               size_t out_stride);

/// out = gelu(gate) · up with the approximation of GELU by tanh, where a row of x holds `width` gates and then as many ups.
void sk_geglu(sk_context *context, const float *x, size_t x_stride, size_t rows, size_t width, float *out,
              size_t out_stride);

/// x = cap · tanh(x / cap), row by row.
void sk_soft_cap(sk_context *context, float *x, size_t x_stride, size_t rows, size_t width, float cap);

/// x = x · factor, row by row.
void sk_scale(sk_context *context, float *x, size_t x_stride, size_t rows, size_t width, float factor);

/// sk_rmsnorm of each of the `heads` neighboring heads that a row begins with, in place: one weight for each dimension.
void sk_normalize_heads(sk_context *context, float *x, size_t x_stride, size_t rows, size_t heads, size_t dimension,
                        const float *weight, float epsilon);

/// x = residual + silu(x + bias), row by row (a Medusa residual block after its linear layer).
void sk_bias_silu_add(sk_context *context, float *x, size_t x_stride, size_t rows, size_t width, const float *bias,
                      const float *residual, size_t residual_stride);

/// Keys and values of one layer: keys [kv head][block of 16 slots][dimension][16], values [kv head][slot][padded
/// dimension], the padding a multiple of SK_PANEL.
typedef struct {
  float *keys;
  float *values;
  size_t capacity;  // slots, a multiple of SK_PANEL
  size_t kv_heads;
  size_t head_dimension;
} sk_layer_cache;

/// Rotates the query heads of each row in place and writes its rotated key and its value into slot first_slot + row.
/// A row of qkv holds all query heads, then all key heads, then all value heads. positions[row] selects the line of
/// the rotary table: `pairs` cosines, then as many sines. Dimensions from 2 · pairs on are not rotated.
void sk_rotate_and_store(sk_context *context, float *qkv, size_t qkv_stride, size_t rows, size_t query_heads,
                         const sk_layer_cache *cache, size_t first_slot, const int32_t *positions,
                         const float *rotary_table, size_t pairs);

/// Attention of `rows` new positions. Each sees the slots 0 ..< prefix, then the slots of its own path in rising
/// order: path_slots[path_offsets[row] ..< path_offsets[row + 1]], its own slot last. Paths of NULL mean a chain:
/// row r sees the slots 0 ... prefix + r. In that order the places of the slots are positions, and a row sees the last
/// `window` of them alone.
typedef struct {
  const float *queries;
  size_t query_stride;
  size_t query_heads;
  size_t rows;
  size_t prefix;
  const int32_t *path_slots;
  const int32_t *path_offsets;
  float scale;      // of the products of queries and keys
  float score_cap;  // a score is score_cap · tanh(scaled product / score_cap); 0 for none
  size_t window;    // positions that a row sees, its own included; 0 for all
  float *out;
  size_t out_stride;
} sk_attention;

/// False if memory for the scores could not be had.
bool sk_attend(sk_context *context, const sk_attention *attention, const sk_layer_cache *cache);

/// Copies the keys and values of slot `from` to slot `to`.
void sk_move_slot(const sk_layer_cache *cache, size_t from, size_t to);

/// Copies the keys and values of the slots 0 ..< count into a cache of the same heads with at least as much room.
void sk_copy_slots(const sk_layer_cache *from, const sk_layer_cache *to, size_t count);

/// Whether sk_first_unfit finds nothing in rows of numbers.
bool sk_all_fit(sk_context *context, sk_number_type stored, const void *numbers, size_t rows, size_t width,
                sk_number_type held);

// ---- Choosing tokens (choosing.c) ----

/// The rule that every kernel set keeps, whatever the bits: the largest value wins, equals (0 and −0 among them) go to the
/// lowest index, a NaN comes below every number, and a row of nothing but NaN gives index 0.
typedef struct {
  int32_t index;      // of the largest value
  float value;        // that value
  float probability;  // its softmax probability
  int32_t is_finite;  // 1 if all of the row is finite, else 0
} sk_choice;

/// The largest of each row; the probability is computed only if wanted and the row is finite but for numbers that were left
/// out, which are −∞ (else 0).
void sk_choose(sk_context *context, const float *x, size_t x_stride, size_t rows, size_t width, bool probability,
               sk_choice *out);

/// Indices of the k largest values, largest first, equals by lowest index, NaN last. k must not exceed n.
void sk_top(const float *x, size_t n, size_t k, int32_t *indices);

// ---- Sampling (sampling.c) ----

/// Which tokens may be drawn, and how far noise moves them.
typedef struct {
  float temperature;      // above 0
  size_t top_k;           // the most tokens to draw from; 0 for all
  float top_p;            // the smallest share of probability to draw from; 1 for all
  const int32_t *tokens;  // the token that each number of a row stands for, whose noise it gets; NULL for its place
} sk_sampling;

/// Turns rows of logits into rows whose largest number is a draw from softmax(x / temperature), in place: tokens that
/// top_k and then top_p leave out become −∞, the others x + temperature · Gumbel noise. keys[row] says which noise; NULL
/// adds none. A row that is not finite stays as it is, and is_finite says 0 for it, 1 for the others. False if there is no
/// memory.
bool sk_perturb(sk_context *context, float *x, size_t x_stride, size_t rows, size_t width, const sk_sampling *sampling,
                const uint64_t *keys, int32_t *is_finite);
/// The canonical exponential.
float sk_exp(float x);

// ---- Rotary table (rotary.c) ----

/// theta^(−2 i / dimension) for i in 0 ..< dimension / 2, in float32.
void sk_inverse_frequencies(double theta, size_t dimension, float *out);
/// Fills lines for the positions first ..< first + count: `pairs` cosines of position · inverse frequency, then as many
/// sines, each times the factor.
void sk_rotary_lines(const float *inverse_frequencies, size_t pairs, float factor, size_t first, size_t count,
                     float *out);
/// ln x for finite x > 0, NaN for all else.
double sk_natural_log(double x);

// ---- The machine's limits (limits.c) ----

/// Multiply-adds per second of all threads together, for `seconds`.
double sk_measure_multiply_add(sk_context *context, double seconds);
/// Bytes per second that all threads together read from a buffer, over and over for `seconds`.
double sk_measure_read(sk_context *context, const float *buffer, size_t count, double seconds);
/// Fills a buffer with numbers of `type` (float32 or bf16) between −scale and scale that follow from the seed.
void sk_fill_random(sk_context *context, sk_number_type type, void *buffer, size_t count, float scale, uint64_t seed);

// ---- Mapped files that change (mapped_files.c) ----

/// A mapped file that is watched.
typedef struct sk_mapping sk_mapping;

/// Makes the process end with a sentence that names the file, and exit code 2, when it reads a watched file beyond an end
/// that has moved. For programs, not for libraries. False if the system refuses.
bool sk_end_on_shrunk_file(void);
/// Watches a mapping. The descriptor of its file must stay open until sk_unwatch_mapping. NULL if there is no memory.
sk_mapping *sk_watch_mapping(const void *start, size_t bytes, int descriptor, const char *path);
void sk_unwatch_mapping(sk_mapping *mapping);
/// The path of a watched file that was written to, or has another size, since it was mapped; to be freed. NULL if there is
/// none.
char *sk_changed_mapping(bool *is_shorter);

// ---- Memory and time (memory.c) ----

/// Zero-filled memory: a large piece on 2 MB boundaries, in huge pages where the system has them, a small one in ordinary
/// pages. NULL if there is none.
void *sk_allocate(size_t bytes);
void sk_free(void *memory, size_t bytes);
/// Tells the system that a mapped file's pages are not needed soon.
void sk_release_pages(const void *start, size_t bytes);
/// Monotonic time in nanoseconds.
uint64_t sk_nanoseconds(void);
/// Processor time of the calling thread.
uint64_t sk_thread_nanoseconds(void);
/// The numbers of the processors that this process may run on, at most `capacity` of them; returns how many.
size_t sk_affinity(int *processors, size_t capacity);

/// The most bytes of addresses and of writable memory that this process may have, by its limits; INTPTR_MAX for no limit.
void sk_memory_limits(intptr_t *addresses, intptr_t *data);
/// The processor's name as its identification instruction tells it; empty where there is none.
void sk_processor_name(char *out, size_t size);
/// The C compiler that built this library.
const char *sk_compiler(void);

#if defined(__cplusplus)
}
#endif

#include "CSpecKernelsTraining.h"

#endif
