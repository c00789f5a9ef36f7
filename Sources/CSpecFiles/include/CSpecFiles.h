#ifndef C_SPEC_FILES_H
#define C_SPEC_FILES_H

#include <stddef.h>
#include <stdint.h>

/// Adds whole blocks to a SHA-256 hash: the compression function of FIPS 180-4.
///
/// @param state the eight words of the hash so far, replaced by those after the blocks.
/// @param bytes the blocks, 64 bytes each.
/// @param blocks how many.
void spec_sha256_blocks(uint32_t *state, const uint8_t *bytes, size_t blocks);

#endif
