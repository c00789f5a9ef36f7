// Compares the kernel sets with the plain C reference, byte for byte, over random shapes, on a pool of threads. Of the scripts
// beside it, `arm64` runs it under an emulator, and `sanitizers` on this machine under sanitizers. The Swift tests do the same
// for the sets of the machine they run on.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel_set.h"

static uint64_t state = 1;

static uint32_t random_bits(void) {
  uint64_t z = (state += 0x9e3779b97f4a7c15ull);
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ z >> 27) * 0x94d049bb133111ebull;
  return (uint32_t)(z >> 32);
}

static float *random_floats(size_t count, float scale) {
  float *numbers = aligned_alloc(64, (count * 4 + 127) / 64 * 64);
  for (size_t i = 0; i < count; i++) numbers[i] = (float)(int32_t)random_bits() * 0x1p-31f * scale;
  return numbers;
}

static int failures;

static void expect_same(const char *what, const void *a, const void *b, size_t bytes) {
  if (memcmp(a, b, bytes) == 0) return;
  printf("differs: %s\n", what);
  failures++;
}

static void compare_products(sk_context *found, sk_context *expected) {
  for (sk_number_type type = SK_F32; type <= SK_INT8; type++) {
    for (int trial = 0; trial < 12; trial++) {
      // The first trial has so many positions that they are computed in several blocks.
      size_t outputs = 1 + random_bits() % 100, columns = 1 + random_bits() % 700;
      size_t rows = trial == 0 ? 300 : 1 + random_bits() % 30;
      size_t stride = sk_round_up(outputs, SK_PANEL);
      float *weights = random_floats(outputs * columns, 1), *x = random_floats(rows * columns, 2);
      void *packed = calloc(1, sk_packed_bytes(type, outputs, columns));
      sk_pack_rows(expected, type, packed, columns, 0, SK_F32, weights, outputs, 0);
      float *y = calloc(rows * stride, 4), *z = calloc(rows * stride, 4);
      sk_matmul(found, type, packed, outputs, columns, x, columns, rows, y, stride);
      sk_matmul(expected, type, packed, outputs, columns, x, columns, rows, z, stride);
      expect_same("matrix product", y, z, rows * stride * 4);
      free(weights), free(x), free(packed), free(y), free(z);
    }
  }
}

static void compare_rows(const sk_kernel_set *found, const sk_kernel_set *expected) {
  for (size_t width = 1; width < 70; width += 3) {
    float *x = random_floats(3 * width, 5), *w = random_floats(width, 1), y[210], z[210];
    found->rmsnorm(x, width, 3, width, w, 1e-5f, y, width);
    expected->rmsnorm(x, width, 3, width, w, 1e-5f, z, width);
    expect_same("normalization", y, z, 3 * width * 4);
    found->swiglu(x, w, width, y), expected->swiglu(x, w, width, z);
    expect_same("activation", y, z, width * 4);
    found->geglu(x, w, width, y), expected->geglu(x, w, width, z);
    expect_same("GELU", y, z, width * 4);
    found->soft_cap(y, 0.7f, width), expected->soft_cap(z, 0.7f, width);
    expect_same("soft cap", y, z, width * 4);
    found->bias_silu_add(y, w, x, width), expected->bias_silu_add(z, w, x, width);
    expect_same("residual block", y, z, width * 4);
    found->add(x, width, y), expected->add(x, width, z);
    expect_same("sum", y, z, width * 4);
    sk_choice a = found->choose(x, width, true), b = expected->choose(x, width, true);
    expect_same("choice", &a, &b, sizeof a);
    found->perturb(x, NULL, width, 0.7f, width, y), expected->perturb(x, NULL, width, 0.7f, width, z);
    expect_same("noise", y, z, width * 4);
    a.value = found->weigh(x, width, 5, 1.5f, y), b.value = expected->weigh(x, width, 5, 1.5f, z);
    expect_same("weights", y, z, width * 4);
    expect_same("sum of weights", &a.value, &b.value, 4);
    free(x), free(w);
  }
}

/// Any bits at all: NaN of every kind, infinities, zeros of both signs, the smallest and the largest numbers.
static float any_float(void) {
  static const uint32_t special[] = {0x7fc00000, 0xffc00000, 0x7f800001, 0xff801234, 0x7f800000, 0xff800000,
                                     0,          0x80000000, 1,          0x80000001, 0x7f7fffff, 0xff7fffff};
  const uint32_t kind = random_bits() % 4;
  uint32_t bits = kind == 0 ? random_bits() : kind == 1 ? special[random_bits() % 12] : 0x3f800000 + random_bits() % 64;
  float number;
  memcpy(&number, &bits, 4);
  return number;
}

static bool same_bits(float a, float b) { return memcmp(&a, &b, 4) == 0 || (isnan(a) && isnan(b)); }

/// Every set makes the same choice and finds the same rows not finite, whatever the bits; int8 products of them are NaN.
static void compare_any_bits(sk_context *found, sk_context *expected) {
  for (int trial = 0; trial < 20000; trial++) {
    const size_t width = 1 + random_bits() % 70;
    float x[70], y[70], z[70];
    for (size_t i = 0; i < width; i++) x[i] = trial % 8 == 0 ? NAN : any_float();
    sk_choice a, b;
    sk_choose(found, x, width, 1, width, true, &a), sk_choose(expected, x, width, 1, width, true, &b);
    bool is_finite = true;
    size_t best = 0;
    for (size_t i = 0; i < width; i++) {
      is_finite &= isfinite(x[i]);
      if (x[i] > x[best] || (isnan(x[best]) && !isnan(x[i]))) best = i;
    }
    if (a.index != b.index || a.index != (int32_t)best || !same_bits(a.value, b.value) ||
        !same_bits(a.probability, b.probability) || a.is_finite != is_finite || b.is_finite != is_finite) {
      printf("differs: choice from any bits\n");
      failures++;
    }
    memcpy(y, x, sizeof y), memcpy(z, x, sizeof z);
    const sk_sampling sampling = {0.8f, trial % 3 ? 0 : 5, trial % 2 ? 1 : 0.7f, NULL};
    const uint64_t key = (uint64_t)trial << 32 | 7;
    int32_t y_finite, z_finite;
    sk_perturb(found, y, width, 1, width, &sampling, &key, &y_finite);
    sk_perturb(expected, z, width, 1, width, &sampling, &key, &z_finite);
    expect_same("noise on any bits", y, z, width * 4);
    if (y_finite != is_finite || z_finite != is_finite) failures++, printf("differs: what is finite\n");
  }
  float weights[16 * 32], x[32], y[16], z[16];
  for (int trial = 0; trial < 2000; trial++) {
    char packed[SK_INT8_BLOCK_BYTES] = {0};
    for (size_t i = 0; i < 16 * 32; i++) weights[i] = (float)(int32_t)random_bits() * 0x1p-31f;
    bool is_finite = true;
    for (size_t i = 0; i < 32; i++) x[i] = any_float(), is_finite &= isfinite(x[i]);
    sk_pack_rows(expected, SK_INT8, packed, 32, 0, SK_F32, weights, 16, 0);
    sk_matmul(found, SK_INT8, packed, 16, 32, x, 32, 1, y, 16);
    sk_matmul(expected, SK_INT8, packed, 16, 32, x, 32, 1, z, 16);
    for (size_t i = 0; i < 16; i++) {
      if (same_bits(y[i], z[i]) && (is_finite || isnan(y[i]))) continue;
      printf("differs: int8 product of any bits\n");
      failures++;
    }
  }
}

/// Node i of the tree that follows `prefix` slots hangs on node (i − 1) / 2: the slots of each node's path.
static void fill_paths(size_t prefix, int nodes, int32_t *slots, int32_t *offsets) {
  int count = 0;
  for (int node = 0; node < nodes; node++) {
    offsets[node] = count;
    int depth = 1;
    for (int at = node; at > 0; at = (at - 1) / 2) depth++;
    count += depth;
    for (int at = node, i = 1; i <= depth; at = (at - 1) / 2, i++) slots[count - i] = (int32_t)prefix + at;
  }
  offsets[nodes] = count;
}

/// Whole heads and parts of them rotated; plain attention, and windows smaller than a vector, than a path and than the cache.
static void compare_attention(sk_context *found, sk_context *expected) {
  int32_t tree_slots[256], offsets[31];
  for (size_t dimension = 2; dimension <= 80; dimension += 6) {
    const size_t slots = 48, heads = dimension % 4 ? 2 : 3, queries = dimension % 8 ? 6 : heads;
    const size_t width = (queries + 2 * heads) * dimension, out_width = queries * dimension;
    const size_t value_width = sk_round_up(dimension, SK_PANEL), nodes = 1 + random_bits() % 30, prefix = slots - nodes;
    fill_paths(prefix, (int)nodes, tree_slots, offsets);
    float *chains[2], *trees[2];
    float *table = malloc(slots * dimension * 4);
    float frequencies[40];
    const size_t pairs = 1 + random_bits() % (dimension / 2);
    sk_inverse_frequencies(10000, dimension, frequencies);
    sk_rotary_lines(frequencies, pairs, 1.1f, 0, slots, table);
    const float scale = 1 / sqrtf((float)dimension), cap = dimension % 4 ? 0 : 0.8f;
    const size_t windows[] = {0, 1, 3, 17, 40}, window = windows[dimension / 2 % 5];
    float *qkv = random_floats(slots * width, 1);
    int32_t positions[48];
    for (int i = 0; i < 48; i++) positions[i] = i;
    for (int which = 0; which < 2; which++) {
      sk_context *context = which ? expected : found;
      sk_layer_cache cache = {calloc(heads * slots * dimension, 4), calloc(heads * slots * value_width, 4), slots, heads,
                              dimension};
      float *rows = malloc(slots * width * 4);
      memcpy(rows, qkv, slots * width * 4);
      sk_rotate_and_store(context, rows, width, slots, queries, &cache, 0, positions, table, pairs);
      chains[which] = calloc(slots * out_width, 4), trees[which] = calloc(nodes * out_width, 4);
      sk_attention chain = {.queries = rows, .query_stride = width, .query_heads = queries, .rows = slots,
                            .scale = scale, .score_cap = cap, .window = window, .out = chains[which],
                            .out_stride = out_width};
      sk_attend(context, &chain, &cache);
      sk_attention tree = {.queries = rows + prefix * width, .query_stride = width, .query_heads = queries,
                           .rows = nodes, .prefix = prefix, .path_slots = tree_slots, .path_offsets = offsets,
                           .scale = scale, .score_cap = cap, .window = window, .out = trees[which],
                           .out_stride = out_width};
      sk_attend(context, &tree, &cache);
      free(cache.keys), free(cache.values), free(rows);
    }
    expect_same("attention of a chain", chains[0], chains[1], slots * out_width * 4);
    expect_same("attention of a tree", trees[0], trees[1], nodes * out_width * 4);
    for (int which = 0; which < 2; which++) free(chains[which]), free(trees[which]);
    free(table), free(qkv);
  }
}

static void compare_training(sk_context *found, sk_context *expected) {
  for (int trial = 0; trial < 24; trial++) {
    const size_t rows = 1 + random_bits() % 60, columns = 1 + random_bits() % 60, depth = 1 + random_bits() % 500;
    float *a = random_floats(rows * depth, 1), *b = random_floats(depth * columns, 1);
    float *y = random_floats(rows * columns, 1), *z = malloc(rows * columns * 4);
    memcpy(z, y, rows * columns * 4);
    sk_float_product product = {rows, columns, depth, a, b, trial & 1, trial & 2, y, trial & 4};
    sk_multiply_floats(found, &product);
    product.c = z;
    sk_multiply_floats(expected, &product);
    expect_same("training product", y, z, rows * columns * 4);
    free(a), free(b), free(y), free(z);
  }
  for (size_t dimension = 2; dimension <= 66; dimension += 16) {
    const size_t starts[] = {0, 70, 71, 100}, rows = 100, out_width = 4 * dimension, width = 8 * dimension;
    float *qkv = random_floats(rows * width, 2), *dout = random_floats(rows * out_width, 1);
    sk_causal_attention attention = {qkv, 4, 2, dimension, starts, 3};
    float *outs[2], *logs[2], *gradients[2];
    for (int which = 0; which < 2; which++) {
      sk_context *context = which ? expected : found;
      outs[which] = calloc(rows * out_width, 4), logs[which] = calloc(rows * 4, 4);
      gradients[which] = calloc(rows * width, 4);
      sk_attend_causally(context, &attention, outs[which], logs[which]);
      sk_attend_causally_backward(context, &attention, dout, outs[which], logs[which], gradients[which]);
    }
    expect_same("causal attention", outs[0], outs[1], rows * out_width * 4);
    expect_same("logarithms of sums", logs[0], logs[1], rows * 4 * 4);
    expect_same("gradient of attention", gradients[0], gradients[1], rows * width * 4);
    for (int which = 0; which < 2; which++) free(outs[which]), free(logs[which]), free(gradients[which]);
    free(qkv), free(dout);
  }
}

static void compare_training_rows(const sk_training_kernels *found, const sk_training_kernels *expected) {
  for (size_t width = 1; width < 70; width += 3) {
    float *x = random_floats(width, 5), *w = random_floats(width, 1), *d = random_floats(width, 1), y[4][70], z[4][70];
    memset(y, 0, sizeof y), memset(z, 0, sizeof z);
    y[0][0] = found->normalize(x, width, w, 1e-5f, y[1]), z[0][0] = expected->normalize(x, width, w, 1e-5f, z[1]);
    found->normalize_backward(d, x, width, w, 0.7f, y[1]), expected->normalize_backward(d, x, width, w, 0.7f, z[1]);
    found->add_product(d, x, 0.3f, width, y[2]), expected->add_product(d, x, 0.3f, width, z[2]);
    expect_same("training normalization", y, z, sizeof y);
    found->swiglu_backward(d, x, w, width, y[0], y[1]), expected->swiglu_backward(d, x, w, width, z[0], z[1]);
    found->silu_backward(d, x, w, width, y[2]), expected->silu_backward(d, x, w, width, z[2]);
    expect_same("gradient of an activation", y, z, sizeof y);
    sk_adamw_factors factors = {0.5f, 0.9f, 0.99f, 0.1f, 0.01f, 0.999f, 1e-2f, 3, 1e-8f};
    memset(y[3], 0, sizeof y[3]), memset(z[3], 0, sizeof z[3]);
    found->adamw(y[1], d, y[2], y[3], width, &factors), expected->adamw(z[1], d, z[2], z[3], width, &factors);
    expect_same("AdamW", y, z, sizeof y);
    sk_comparison a, b;
    const float scale = 0.25f;
    found->compare(x, y[1], width, &a), expected->compare(x, y[1], width, &b);
    sk_softmax_pair p = found->soft_cross_entropy(y[1], d, width, &scale);
    sk_softmax_pair q = expected->soft_cross_entropy(z[1], d, width, &scale);
    expect_same("loss", &p, &q, sizeof p), expect_same("gradient of a loss", y, z, sizeof y);
    if (a.rank != b.rank || a.overlap != b.overlap || a.student_choice != b.student_choice) {
      printf("differs: comparison\n");
      failures++;
    }
    double sums[2] = {found->squared_sum(x, width), expected->squared_sum(x, width)};
    expect_same("squared sum", &sums[0], &sums[1], sizeof sums[0]);
    free(x), free(w), free(d);
  }
}

/// Threads that spin while they wait may be asked for by their number; otherwise two that sleep.
int main(int argc, char **argv) {
  sk_pool *pool = argc > 1 ? sk_pool_create(atoi(argv[1]), true) : sk_pool_create(2, false);
  if (!pool) return 2;
  sk_context expected = {.kernels = sk_kernel_set_at(0), .pool = pool};
  for (int i = 1; i < sk_kernel_set_count(); i++) {
    const sk_kernel_set *set = sk_kernel_set_at(i);
    if (!sk_kernel_set_supported(set)) continue;
    sk_context found = {.kernels = set, .pool = pool};
    compare_products(&found, &expected);
    compare_rows(set, sk_kernel_set_at(0));
    compare_any_bits(&found, &expected);
    compare_attention(&found, &expected);
    compare_training(&found, &expected);
    compare_training_rows(set->training, sk_kernel_set_at(0)->training);
    sk_context_release(&found);
    printf("%s: %s\n", sk_kernel_set_name(set), failures ? "DIFFERS" : "same bits as the reference");
  }
  sk_context_release(&expected);
  sk_pool_destroy(pool);
  return failures != 0;
}
