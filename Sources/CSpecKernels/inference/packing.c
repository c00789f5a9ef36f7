// Weights in panels of 16 output rows: lanes of a vector are outputs. float32 and float16 panels are [column][16]; bf16
// panels hold two neighboring columns in each 32-bit lane, [column / 2][16][2], so that one load and one shift or mask
// widen them; int8 panels are blocks of 32 columns, 16 bf16 scales and then [column / 2][16][2].
#pragma STDC FP_CONTRACT OFF
#include <math.h>
#include <string.h>

#include "kernel_set.h"

/// Rounds to nearest even; a number that is not one stays so.
static uint16_t narrow_bf16(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  if ((bits & 0x7fffffff) > 0x7f800000) return (uint16_t)(bits >> 16 | 0x40);
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

/// Rounds to nearest even; false if the result is infinite though the number is not.
static bool narrow_f16(float value, uint16_t *out) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
  uint32_t magnitude = bits & 0x7fffffff;
  if (magnitude >= 0x7f800000) {
    *out = sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00);
    return true;
  }
  if (magnitude < 0x38800000) {
    // Subnormal in float16: units of 2^-24. The product is exact or rounded once, by rintf.
    *out = sign | (uint16_t)rintf(fabsf(value) * 0x1p24f);
    return true;
  }
  uint32_t rounded = magnitude + 0xfff + (magnitude >> 13 & 1);
  *out = sign | (uint16_t)((rounded - 0x38000000) >> 13);
  return rounded < 0x47800000;
}

size_t sk_packed_bytes(sk_number_type type, size_t rows, size_t columns) {
  const size_t padded_rows = sk_round_up(rows, SK_PANEL), padded_columns = sk_padded_columns(type, columns);
  if (type == SK_INT8) return padded_rows / SK_PANEL * (padded_columns / 32) * SK_INT8_BLOCK_BYTES;
  return padded_rows * padded_columns * (type == SK_F32 ? 4 : 2);
}

/// One row's block of up to 32 numbers as int8 in units of a common scale.
static void pack_int8_block(const float *numbers, size_t count, char *block, size_t lane) {
  float largest = 0;
  for (size_t i = 0; i < count; i++) largest = fabsf(numbers[i]) > largest ? fabsf(numbers[i]) : largest;
  // Rounded up, so that the largest magnitude stays within 127 units.
  float exact = largest / 127.0f;
  uint16_t scale = narrow_bf16(exact);
  if (sk_widen_bf16(scale) < exact) scale++;
  memcpy(block + lane * 2, &scale, 2);
  float unit = sk_widen_bf16(scale);
  int8_t *out = (int8_t *)block + 2 * SK_PANEL + lane * 2;
  for (size_t i = 0; i < count; i++)
    out[i / 2 * 2 * SK_PANEL + i % 2] = (int8_t)(unit > 0 ? rintf(numbers[i] / unit) : 0);
}

/// A row of 16-bit numbers that are held as they are stored: nothing is rounded.
static void pack_same_row(sk_number_type type, void *panel, size_t columns, size_t lane, const char *source) {
  uint16_t *halves = panel;
  if (type == SK_F16) {
    for (size_t column = 0; column < columns; column++) memcpy(halves + column * SK_PANEL + lane, source + column * 2, 2);
    return;
  }
  for (size_t column = 0; column + 2 <= columns; column += 2)
    memcpy(halves + (column / 2 * SK_PANEL + lane) * 2, source + column * 2, 4);
  if (columns % 2) memcpy(halves + (columns / 2 * SK_PANEL + lane) * 2, source + (columns - 1) * 2, 2);
}

/// Numbers of a row that are widened at once: whole blocks of every type.
#define AT_ONCE 256

/// Up to 32 numbers of a row, all of which fit, into lane `lane` of a panel.
static void pack_numbers(sk_number_type type, char *panel, size_t lane, size_t first, const float *numbers,
                         size_t count) {
  if (type == SK_INT8) {
    pack_int8_block(numbers, count, panel + first / 32 * SK_INT8_BLOCK_BYTES, lane);
    return;
  }
  for (size_t i = 0; i < count; i++) {
    const size_t column = first + i;
    uint16_t half;
    switch (type) {
      case SK_F32: ((float *)panel)[column * SK_PANEL + lane] = numbers[i]; break;
      case SK_F16:
        narrow_f16(numbers[i], &half);
        ((uint16_t *)panel)[column * SK_PANEL + lane] = half;
        break;
      default:
        ((uint16_t *)panel)[(column / 2 * SK_PANEL + lane) * 2 + column % 2] = narrow_bf16(numbers[i]);
        break;
    }
  }
}

/// One source row into lane `row % 16` of its panel; false if a number does not fit.
static bool pack_row(sk_number_type type, void *packed, size_t columns, size_t row, sk_number_type source_type,
                     const void *source) {
  char *panel = (char *)packed + row / SK_PANEL * sk_packed_bytes(type, SK_PANEL, columns);
  if (type == source_type && (type == SK_F16 || type == SK_BF16)) {
    if (sk_first_unfit(type, source, columns, type) < columns) return false;
    pack_same_row(type, panel, columns, row % SK_PANEL, source);
    return true;
  }
  for (size_t first = 0; first < columns; first += AT_ONCE) {
    const size_t some = columns - first < AT_ONCE ? columns - first : AT_ONCE;
    float numbers[AT_ONCE];
    sk_widen_exactly(source_type, source, first, some, numbers);
    if (sk_first_unfit(SK_F32, numbers, some, type) < some) return false;
    for (size_t start = 0; start < some; start += 32)
      pack_numbers(type, panel, row % SK_PANEL, first + start, numbers + start, some - start < 32 ? some - start : 32);
  }
  return true;
}

bool sk_pack_range(sk_number_type type, void *packed, size_t columns, size_t first_row, sk_number_type source_type,
                   const void *source, size_t paired_rows, size_t first, size_t last) {
  for (size_t i = first; i < last; i++) {
    const char *row = (const char *)source + sk_row_bytes(source_type, columns) * sk_stored_row(i, paired_rows);
    if (!pack_row(type, packed, columns, first_row + i, source_type, row)) return false;
  }
  return true;
}

void sk_widen(sk_number_type source_type, const void *source, size_t first, sk_number_type rounding, size_t count,
              float *out) {
  sk_widen_exactly(source_type, source, first, count, out);
  if (rounding != SK_BF16 && rounding != SK_F16) return;
  for (size_t i = 0; i < count; i++) {
    uint16_t half;
    if (rounding == SK_BF16) out[i] = sk_widen_bf16(narrow_bf16(out[i]));
    else if (narrow_f16(out[i], &half)) out[i] = sk_widen_f16(half);
  }
}
