// Which kernel sets are compiled in, and which this processor can run.
#include "kernel_set.h"

static const sk_kernel_set *const sets[] = {
    &sk_reference_kernels,
#if defined(__x86_64__)
    &sk_avx2_kernels,
    &sk_avx512_kernels,
#elif defined(__aarch64__)
    &sk_neon_kernels,
#endif
};

int sk_kernel_set_count(void) { return (int)(sizeof sets / sizeof sets[0]); }

const sk_kernel_set *sk_kernel_set_at(int index) {
  return index >= 0 && index < sk_kernel_set_count() ? sets[index] : NULL;
}

const char *sk_kernel_set_name(const sk_kernel_set *set) { return set->name; }

bool sk_kernel_set_supported(const sk_kernel_set *set) { return set->supported(); }
