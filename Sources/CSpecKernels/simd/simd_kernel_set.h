// The SIMD kernels, written once over vectors of LANES floats. A kernels_*.c file defines LANES, the tile shapes and the
// set's name, switches its instruction set on and includes this file. Lanes hold different outputs; reference.c has the
// order of operations that each kernel keeps.
#include "simd_attention.h"
#include "simd_lanes.h"
#include "simd_limits.h"
#include "simd_matmul.h"
#include "simd_rows.h"
#include "simd_sampling.h"
#include "simd_training_attention.h"
#include "simd_training_losses.h"
#include "simd_training_product.h"
#include "simd_training_rows.h"

static const sk_training_kernels training_kernels = {
    .tile_rows = PRODUCT_ROWS,
    .tile_columns = PRODUCT_COLUMNS,
    .multiply_tile = simd_multiply_tile,
    .pack = simd_pack,
    .softmax_panel = simd_softmax_panel,
    .attention_gradient_panel = simd_attention_gradient_panel,
    .normalize = simd_normalize,
    .normalize_backward = simd_normalize_backward,
    .add_product = simd_add_product,
    .swiglu_backward = simd_swiglu_backward,
    .silu_backward = simd_silu_backward,
    .scale = simd_scale,
    .exponentials = simd_exponentials,
    .soft_cross_entropy = simd_soft_cross_entropy,
    .compare = simd_compare,
    .adamw = simd_adamw,
    .squared_sum = simd_squared_sum,
};

const sk_kernel_set SET_OBJECT = {
    .name = SET_NAME,
    .supported = supported,
    .tile_rows = TILE_ROWS,
    .int8_tile_rows = INT8_TILE_ROWS,
    .matmul = simd_matmul,
    .rmsnorm = simd_rmsnorm,
    .add = simd_add,
    .swiglu = simd_swiglu,
    .geglu = simd_geglu,
    .soft_cap = simd_soft_cap,
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
    .training = &training_kernels,
};
