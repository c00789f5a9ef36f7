// Numbers of files as float32. Blocks of quantized numbers are those of GGUF: the layouts and the order of operations are
// what ggml's format and its reference in Python (gguf.quants) define, so the same bits come out.
#pragma STDC FP_CONTRACT OFF
#include <string.h>

#include "kernel_set.h"

/// Numbers of a block of the K formats, and of their parts that have a scale each.
#define K_BLOCK 256
#define K_PART 32

float sk_widen_bf16(uint16_t bits) {
  uint32_t wide = (uint32_t)bits << 16;
  float value;
  memcpy(&value, &wide, sizeof value);
  return value;
}

float sk_widen_f16(uint16_t bits) {
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

size_t sk_block_numbers(sk_number_type type) {
  switch (type) {
    case SK_Q8_0: case SK_Q4_0: case SK_Q4_1: case SK_Q5_0: case SK_Q5_1: return 32;
    case SK_Q2_K: case SK_Q3_K: case SK_Q4_K: case SK_Q5_K: case SK_Q6_K: return K_BLOCK;
    default: return 1;
  }
}

size_t sk_block_bytes(sk_number_type type) {
  switch (type) {
    case SK_F32: return 4;
    case SK_BF16: case SK_F16: return 2;
    case SK_INT8: return 1;
    case SK_Q8_0: return 34;
    case SK_Q4_0: return 18;
    case SK_Q4_1: return 20;
    case SK_Q5_0: return 22;
    case SK_Q5_1: return 24;
    case SK_Q2_K: return 84;
    case SK_Q3_K: return 110;
    case SK_Q4_K: return 144;
    case SK_Q5_K: return 176;
    case SK_Q6_K: return 210;
  }
  return 0;
}

/// The float16 number at an address.
static float half_at(const uint8_t *bytes) {
  uint16_t bits;
  memcpy(&bits, bytes, sizeof bits);
  return sk_widen_f16(bits);
}

/// 32 numbers of 4 bits: the lower halves of 16 bytes, then the upper ones.
static int nibble(const uint8_t *bytes, int i) { return bytes[i % 16] >> 4 * (i / 16) & 15; }

/// A scale, and 32 numbers of 8 bits with a sign.
static void widen_q8_0(const uint8_t *block, float *out) {
  const float scale = half_at(block);
  for (int i = 0; i < 32; i++) out[i] = (float)(int8_t)block[2 + i] * scale;
}

/// A scale, and 32 numbers of 4 bits from −8.
static void widen_q4_0(const uint8_t *block, float *out) {
  const float scale = half_at(block);
  for (int i = 0; i < 32; i++) out[i] = scale * (float)(nibble(block + 2, i) - 8);
}

/// A scale, a minimum, and 32 numbers of 4 bits.
static void widen_q4_1(const uint8_t *block, float *out) {
  const float scale = half_at(block), minimum = half_at(block + 2);
  for (int i = 0; i < 32; i++) out[i] = scale * (float)nibble(block + 4, i) + minimum;
}

/// A fifth bit for each of 32 numbers, then four bits of each.
static int five_bits(const uint8_t *bytes, int i) { return nibble(bytes + 4, i) | (bytes[i / 8] >> i % 8 & 1) << 4; }

/// A scale, and 32 numbers of 5 bits from −16.
static void widen_q5_0(const uint8_t *block, float *out) {
  const float scale = half_at(block);
  for (int i = 0; i < 32; i++) out[i] = scale * (float)(five_bits(block + 2, i) - 16);
}

/// A scale, a minimum, and 32 numbers of 5 bits.
static void widen_q5_1(const uint8_t *block, float *out) {
  const float scale = half_at(block), minimum = half_at(block + 2);
  for (int i = 0; i < 32; i++) out[i] = scale * (float)five_bits(block + 4, i) + minimum;
}

/// Two bits of a number of part `part`: a byte has those of four parts.
static int two_bits(const uint8_t *bytes, int part, int i) { return bytes[part / 4 * 32 + i] >> 2 * (part % 4) & 3; }

/// Four bits of a number of part `part`: a byte has those of two parts.
static int four_bits(const uint8_t *bytes, int part, int i) { return bytes[part / 2 * 32 + i] >> 4 * (part % 2) & 15; }

/// 16 times a scale and a minimum of 4 bits each, 256 numbers of 2 bits, and two common scales.
static void widen_q2_k(const uint8_t *block, float *out) {
  const uint8_t *scales = block, *bits = block + 16;
  const float common = half_at(block + 80), common_minimum = half_at(block + 82);
  for (int part = 0; part < K_BLOCK / K_PART; part++)
    for (int i = 0; i < K_PART; i++) {
      const uint8_t both = scales[part * 2 + i / 16];
      const float scale = common * (float)(both & 15), minimum = common_minimum * (float)(both >> 4);
      out[part * K_PART + i] = scale * (float)two_bits(bits, part, i) - minimum;
    }
}

/// 256 third bits, 256 numbers of 2 bits, 16 scales of 6 bits from −32, and a common scale.
static void widen_q3_k(const uint8_t *block, float *out) {
  const uint8_t *high = block, *bits = block + 32, *packed = block + 96;
  const float common = half_at(block + 108);
  float scales[16];
  for (int k = 0; k < 16; k++) {
    const int low = packed[k % 8] >> 4 * (k / 8) & 15, top = packed[8 + k % 4] >> 2 * (k / 4) & 3;
    scales[k] = common * (float)((low | top << 4) - 32);
  }
  for (int part = 0; part < K_BLOCK / K_PART; part++)
    for (int i = 0; i < K_PART; i++) {
      // A bit that is not set takes 4 away.
      const int number = two_bits(bits, part, i) - (high[i] >> part & 1 ? 0 : 4);
      out[part * K_PART + i] = scales[part * 2 + i / 16] * (float)number;
    }
}

/// The scale and the minimum of a part of Q4_K and Q5_K: 8 of each, 6 bits wide, in 12 bytes.
static void part_scales(const uint8_t *block, int part, float *scale, float *minimum) {
  const uint8_t *packed = block + 4;
  int scale_bits, minimum_bits;
  if (part < 4) {
    scale_bits = packed[part] & 63;
    minimum_bits = packed[part + 4] & 63;
  } else {
    scale_bits = (packed[part + 4] & 15) | (packed[part - 4] >> 2 & 48);
    minimum_bits = packed[part + 4] >> 4 | (packed[part] >> 2 & 48);
  }
  *scale = half_at(block) * (float)scale_bits;
  *minimum = half_at(block + 2) * (float)minimum_bits;
}

/// Two common scales, 8 scales and minimums, and 256 numbers of 4 bits.
static void widen_q4_k(const uint8_t *block, float *out) {
  for (int part = 0; part < K_BLOCK / K_PART; part++) {
    float scale, minimum;
    part_scales(block, part, &scale, &minimum);
    for (int i = 0; i < K_PART; i++) out[part * K_PART + i] = scale * (float)four_bits(block + 16, part, i) - minimum;
  }
}

/// The same with 256 fifth bits before the numbers.
static void widen_q5_k(const uint8_t *block, float *out) {
  for (int part = 0; part < K_BLOCK / K_PART; part++) {
    float scale, minimum;
    part_scales(block, part, &scale, &minimum);
    for (int i = 0; i < K_PART; i++) {
      const int number = four_bits(block + 48, part, i) | (block[16 + i] >> part & 1) << 4;
      out[part * K_PART + i] = scale * (float)number - minimum;
    }
  }
}

/// 256 numbers of 6 bits from −32, four bits and two bits apart, 16 scales of 8 bits, and a common scale.
static void widen_q6_k(const uint8_t *block, float *out) {
  const uint8_t *low = block, *high = block + 128, *scales = block + 192;
  const float common = half_at(block + 208);
  for (int part = 0; part < K_BLOCK / K_PART; part++)
    for (int i = 0; i < K_PART; i++) {
      const int four = low[part / 4 * 64 + part % 2 * 32 + i] >> 4 * (part % 4 / 2) & 15;
      const float scale = common * (float)(int8_t)scales[part * 2 + i / 16];
      out[part * K_PART + i] = scale * (float)((four | two_bits(high, part, i) << 4) - 32);
    }
}

static void widen_block(sk_number_type type, const uint8_t *block, float *out) {
  switch (type) {
    case SK_Q8_0: widen_q8_0(block, out); return;
    case SK_Q4_0: widen_q4_0(block, out); return;
    case SK_Q4_1: widen_q4_1(block, out); return;
    case SK_Q5_0: widen_q5_0(block, out); return;
    case SK_Q5_1: widen_q5_1(block, out); return;
    case SK_Q2_K: widen_q2_k(block, out); return;
    case SK_Q3_K: widen_q3_k(block, out); return;
    case SK_Q4_K: widen_q4_k(block, out); return;
    case SK_Q5_K: widen_q5_k(block, out); return;
    default: widen_q6_k(block, out); return;
  }
}

/// Numbers of blocks, which the first and the last of them need not fill.
static void widen_blocks(sk_number_type type, const uint8_t *source, size_t first, size_t count, float *out) {
  const size_t size = sk_block_numbers(type), bytes = sk_block_bytes(type);
  for (size_t done = 0, some; done < count; done += some) {
    const size_t start = (first + done) % size;
    const uint8_t *block = source + (first + done) / size * bytes;
    some = count - done < size - start ? count - done : size - start;
    if (some == size) {
      widen_block(type, block, out + done);
    } else {
      float numbers[K_BLOCK];
      widen_block(type, block, numbers);
      memcpy(out + done, numbers + start, some * sizeof *out);
    }
  }
}

void sk_widen_exactly(sk_number_type type, const void *source, size_t first, size_t count, float *out) {
  // Sources are files: their numbers need not be aligned.
  const char *bytes = (const char *)source + first * sk_block_bytes(type);
  switch (type) {
    case SK_F32: memcpy(out, bytes, count * sizeof *out); return;
    case SK_BF16:
    case SK_F16:
      for (size_t i = 0; i < count; i++) {
        uint16_t half;
        memcpy(&half, bytes + i * 2, sizeof half);
        out[i] = type == SK_BF16 ? sk_widen_bf16(half) : sk_widen_f16(half);
      }
      return;
    default: widen_blocks(type, source, first, count, out); return;
  }
}
