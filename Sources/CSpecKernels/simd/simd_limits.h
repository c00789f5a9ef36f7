// What the machine can do at most with these instructions: the yardsticks of the benchmark.
#include "simd_lanes.h"

/// Accumulators of the multiply-add loop: enough to hide the latency, few enough for the registers.
#define PEAK_CHAINS 12

static float simd_multiply_add(size_t iterations) {
  vfloat sums[PEAK_CHAINS];
  for (size_t i = 0; i < PEAK_CHAINS; i++) sums[i] = (vfloat)(float)i;
  vfloat factor = (vfloat)0.999999f, term = (vfloat)1e-6f;
  for (size_t i = 0; i < iterations; i++) {
    // The compiler must not see through the loop.
    __asm__ volatile("" : "+m"(*(char *)&iterations));
#pragma clang loop unroll(full)
    for (size_t chain = 0; chain < PEAK_CHAINS; chain++) sums[chain] = fma_lanes(sums[chain], factor, term);
  }
  float total = 0;
  for (size_t i = 0; i < PEAK_CHAINS; i++) total += sums[i][0];
  return total;
}

static float simd_read(const float *buffer, size_t count) {
  // Four streams, as the matrix product of one position reads its panels.
  const size_t quarter = count / 4 / (4 * LANES) * (4 * LANES);
  vint sums[4] = {(vint)0, (vint)0, (vint)0, (vint)0};
  for (size_t i = 0; i < quarter; i += 4 * LANES) {
#pragma clang loop unroll(full)
    for (size_t stream = 0; stream < 4; stream++) {
      const float *p = buffer + stream * quarter + i;
      for (size_t line = 0; line < 4 * LANES * sizeof(float); line += 64)
        __builtin_prefetch((const char *)p + 1024 + line, 0, 3);
#pragma clang loop unroll(full)
      for (size_t v = 0; v < 4; v++) sums[stream] ^= (vint)load(p + v * LANES);
    }
  }
  vint all = sums[0] ^ sums[1] ^ sums[2] ^ sums[3];
  int32_t total = 0;
  for (size_t i = 0; i < LANES; i++) total ^= all[i];
  return (float)(total & 1);
}
