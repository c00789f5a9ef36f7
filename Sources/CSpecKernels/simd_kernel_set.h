// The SIMD kernels, written once over vectors of LANES floats. A kernels_*.c file defines LANES, the tile shapes and the
// set's name, switches its instruction set on and includes this file. Lanes hold different outputs; reference.c has the
// order of operations that each kernel keeps.
#include "simd_attention.h"
#include "simd_lanes.h"
#include "simd_limits.h"
#include "simd_matmul.h"
#include "simd_rows.h"
#include "simd_sampling.h"

const sk_kernel_set SET_OBJECT = {
    .name = SET_NAME,
    .supported = supported,
    .tile_rows = TILE_ROWS,
    .int8_tile_rows = INT8_TILE_ROWS,
    .matmul = simd_matmul,
    .rmsnorm = simd_rmsnorm,
    .add = simd_add,
    .swiglu = simd_swiglu,
    .bias_silu_add = simd_bias_silu_add,
    .rotate = simd_rotate,
    .attend = simd_attend,
    .choose = simd_choose,
    .perturb = simd_perturb,
    .weigh = simd_weigh,
    .quantize = simd_quantize,
    .multiply_add = simd_multiply_add,
    .read = simd_read,
    .lanes = LANES,
};
