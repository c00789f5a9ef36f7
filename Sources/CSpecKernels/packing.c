// Weights in panels of 16 output rows: lanes of a vector are outputs. float32 panels are [column][16]; bf16 panels hold
// two neighbouring columns in each 32-bit lane, [column / 2][16][2], so that one load and one shift or mask widen them.
#pragma STDC FP_CONTRACT OFF
#include <string.h>

#include "kernel_set.h"

static float widen_bf16(uint16_t bits) {
  uint32_t wide = (uint32_t)bits << 16;
  float value;
  memcpy(&value, &wide, sizeof value);
  return value;
}

static float widen_f16(uint16_t bits) {
  uint32_t sign = (uint32_t)(bits & 0x8000) << 16, exponent = bits >> 10 & 0x1f, fraction = bits & 0x3ff, wide;
  if (exponent == 0x1f) {
    wide = sign | 0x7f800000 | fraction << 13;
  } else if (exponent) {
    wide = sign | (exponent + 112) << 23 | fraction << 13;
  } else {
    // Subnormal: the fraction counts units of 2^-24, which float32 holds exactly.
    float value = (float)fraction * 0x1p-24f;
    return sign ? -value : value;
  }
  float value;
  memcpy(&value, &wide, sizeof value);
  return value;
}

/// Rounds to nearest even; a number that is not one stays so.
static uint16_t narrow_bf16(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  if ((bits & 0x7fffffff) > 0x7f800000) return (uint16_t)(bits >> 16 | 0x40);
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static float number_at(sk_number_type type, const void *source, size_t index) {
  // Sources are files: their numbers need not be aligned.
  uint16_t half;
  float single;
  switch (type) {
    case SK_F32:
      memcpy(&single, (const char *)source + index * 4, 4);
      return single;
    case SK_BF16:
      memcpy(&half, (const char *)source + index * 2, 2);
      return widen_bf16(half);
    default:
      memcpy(&half, (const char *)source + index * 2, 2);
      return widen_f16(half);
  }
}

size_t sk_packed_bytes(sk_number_type type, size_t rows, size_t columns) {
  return sk_round_up(rows, SK_PANEL) * sk_round_up(columns, 2) * (type == SK_F32 ? 4 : 2);
}

void sk_pack_rows(sk_number_type type, void *packed, size_t columns, size_t first_row, sk_number_type source_type,
                  const void *source, size_t source_rows) {
  const size_t padded = sk_round_up(columns, 2);
  const size_t panel_numbers = padded * SK_PANEL;
  const size_t source_bytes = columns * (source_type == SK_F32 ? 4 : 2);
  for (size_t i = 0; i < source_rows; i++) {
    size_t row = first_row + i, panel = row / SK_PANEL, lane = row % SK_PANEL;
    const void *line = (const char *)source + i * source_bytes;
    if (type == SK_BF16) {
      uint16_t *out = (uint16_t *)packed + panel * panel_numbers + lane * 2;
      for (size_t column = 0; column < columns; column++)
        out[column / 2 * SK_PANEL * 2 + column % 2] = narrow_bf16(number_at(source_type, line, column));
    } else {
      float *out = (float *)packed + panel * panel_numbers + lane;
      for (size_t column = 0; column < columns; column++)
        out[column * SK_PANEL] = number_at(source_type, line, column);
    }
  }
}

void sk_widen(sk_number_type source_type, const void *source, sk_number_type rounding, size_t count, float *out) {
  for (size_t i = 0; i < count; i++) {
    float value = number_at(source_type, source, i);
    out[i] = rounding == SK_BF16 ? widen_bf16(narrow_bf16(value)) : value;
  }
}
