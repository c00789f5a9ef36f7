// Looking for numbers that no result may be made from: NaN, infinities, and what becomes infinite in a narrower type.
// Whole numbers are compared, so every compiler and kernel set finds the same ones, some gigabytes in a second.
#include <string.h>

#include "kernel_set.h"
#include "operations.h"

/// Numbers that are looked through before it is asked whether one was found.
#define AT_ONCE 2048

/// Whether the magnitude of any of them is at least `limit`, as the bits of a float32.
static bool any_of_32_bits(const char *numbers, size_t count, int32_t limit) {
  int32_t found = 0;
  for (size_t i = 0; i < count; i++) {
    int32_t bits;
    memcpy(&bits, numbers + i * sizeof bits, sizeof bits);
    found |= (bits & 0x7fffffff) >= limit;
  }
  return found != 0;
}

/// The same for bf16 and float16.
static bool any_of_16_bits(const char *numbers, size_t count, int16_t limit) {
  int16_t found = 0;
  for (size_t i = 0; i < count; i++) {
    int16_t bits;
    memcpy(&bits, numbers + i * sizeof bits, sizeof bits);
    found |= (int16_t)(bits & 0x7fff) >= limit;
  }
  return found != 0;
}

/// The smallest magnitude that is not finite once it is held, as bits of the type that it is stored in.
static int32_t smallest_unfit(sk_number_type stored, sk_number_type held) {
  if (stored == SK_F16) return 0x7c00;
  // float16 ends at 65504, and what is nearer to 65536 rounds up; bf16 ends a little below float32.
  if (stored == SK_BF16) return held == SK_F16 ? 0x4780 : 0x7f80;
  return held == SK_F16 ? 0x477ff000 : held == SK_BF16 ? 0x7f7f8000 : 0x7f800000;
}

/// The same for blocks, whose numbers have to be computed.
static size_t first_unfit_of_blocks(sk_number_type stored, const void *numbers, size_t count, sk_number_type held) {
  float wide[256];
  for (size_t first = 0, some; first < count; first += some) {
    some = count - first < 256 ? count - first : 256;
    sk_widen_exactly(stored, numbers, first, some, wide);
    const size_t place = sk_first_unfit(SK_F32, wide, some, held);
    if (place < some) return first + place;
  }
  return count;
}

size_t sk_first_unfit(sk_number_type stored, const void *numbers, size_t count, sk_number_type held) {
  if (sk_block_numbers(stored) > 1) return first_unfit_of_blocks(stored, numbers, count, held);
  const size_t size = stored == SK_F32 ? 4 : 2;
  const int32_t limit = smallest_unfit(stored, held);
  for (size_t first = 0, some; first < count; first += some) {
    const char *from = (const char *)numbers + first * size;
    some = count - first < AT_ONCE ? count - first : AT_ONCE;
    const bool any =
        size == 4 ? any_of_32_bits(from, some, limit) : any_of_16_bits(from, some, (int16_t)limit);
    if (!any) continue;
    for (size_t i = 0; i < some; i++, from += size)
      if (size == 4 ? any_of_32_bits(from, 1, limit) : any_of_16_bits(from, 1, (int16_t)limit)) return first + i;
  }
  return count;
}

typedef struct {
  sk_number_type stored, held;
  const char *numbers;
  size_t width;
  _Atomic bool *found;
} searching;

static void search_rows(const void *job, size_t first, size_t last) {
  const searching *s = job;
  const size_t row = sk_row_bytes(s->stored, s->width), count = (last - first) * s->width;
  if (sk_first_unfit(s->stored, s->numbers + first * row, count, s->held) < count) *s->found = true;
}

bool sk_all_fit(sk_context *context, sk_number_type stored, const void *numbers, size_t rows, size_t width,
                sk_number_type held) {
  _Atomic bool found = false;
  searching job = {stored, held, numbers, width, &found};
  sk_over_rows(context, rows, width, &job, search_rows);
  return !found;
}
