// What the machine can do at most: arithmetic in registers, and reading memory, on all threads at once.
#include <stdatomic.h>

#include "kernel_set.h"

typedef struct {
  const sk_kernel_set *kernels;
  const float *buffer;
  size_t count;
  int parts;
  _Atomic float sink;  // keeps the compiler from leaving the work out
} measurement;

static void multiply_add_part(void *context, int part) {
  measurement *m = context;
  (void)part;
  m->sink = m->kernels->multiply_add(m->count);
}

static void read_part(void *context, int part) {
  measurement *m = context;
  const size_t share = m->count / (size_t)m->parts;
  m->sink = m->kernels->read(m->buffer + (size_t)part * share, share);
}

/// Regions per second, over at least `seconds`.
static double regions_per_second(sk_context *context, measurement *m, void (*body)(void *, int), double seconds) {
  sk_pool_run(context->pool, m->parts, body, m);
  const uint64_t start = sk_nanoseconds();
  uint64_t now = start;
  double regions = 0;
  while ((double)(now - start) < seconds * 1e9) {
    sk_pool_run(context->pool, m->parts, body, m);
    regions++;
    now = sk_nanoseconds();
  }
  return regions / ((double)(now - start) / 1e9);
}

double sk_measure_multiply_add(sk_context *context, double seconds) {
  measurement m = {.kernels = context->kernels, .count = 200000, .parts = sk_pool_threads(context->pool)};
  const double per_region = 12.0 * (double)(m.count * m.kernels->lanes * (size_t)m.parts);
  return regions_per_second(context, &m, multiply_add_part, seconds) * per_region;
}

double sk_measure_read(sk_context *context, const float *buffer, size_t count, double seconds) {
  measurement m = {.kernels = context->kernels, .buffer = buffer, .count = count,
                   .parts = sk_pool_threads(context->pool)};
  return regions_per_second(context, &m, read_part, seconds) * (double)(count * sizeof(float));
}

typedef struct {
  sk_number_type type;
  char *buffer;
  size_t count;
  float scale;
  uint64_t seed;
} filling;

/// Numbers of one part of 64 Ki numbers: splitmix64 keyed by the seed and the number's place.
static void fill_part(void *context, int part) {
  const filling *f = context;
  const size_t first = (size_t)part << 16, end = first + ((size_t)1 << 16), last = end < f->count ? end : f->count;
  for (size_t i = first; i < last; i++) {
    uint64_t z = f->seed + (i + 1) * 0x9e3779b97f4a7c15ull;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    float value = ((float)(int32_t)(z >> 32) * 0x1p-31f) * f->scale;
    uint32_t bits;
    __builtin_memcpy(&bits, &value, 4);
    if (f->type == SK_F32) ((float *)f->buffer)[i] = value;
    else ((uint16_t *)f->buffer)[i] = (uint16_t)(bits >> 16);
  }
}

void sk_fill_random(sk_context *context, sk_number_type type, void *buffer, size_t count, float scale, uint64_t seed) {
  filling f = {type, buffer, count, scale, seed};
  sk_pool_run(context->pool, (int)((count + 0xffff) >> 16), fill_part, &f);
}
