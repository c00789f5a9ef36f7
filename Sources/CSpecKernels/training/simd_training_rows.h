// Elementwise kernels of training, and those that sum along a row.
#include "simd_lanes.h"

static float simd_normalize(const float *x, size_t width, const float *weight, float epsilon, float *y) {
  vfloat chains[CHAIN_VECTORS] = {(vfloat)0.0f};
  EACH_VECTOR(width) {
    vfloat numbers = load_some(x + at, rest);
    chains[v] = fma_lanes(numbers, numbers, chains[v]);
  }
  const float inverse_scale = inverse_root(add_chains(chains) / (float)width + epsilon);
  EACH_VECTOR(width)
    store_some(y + at, (load_some(x + at, rest) * (vfloat)inverse_scale) * load_some(weight + at, rest), rest);
  return inverse_scale;
}

static void simd_normalize_backward(const float *dy, const float *x, size_t width, const float *weight,
                                    float inverse_scale, float *dx) {
  vfloat chains[CHAIN_VECTORS] = {(vfloat)0.0f};
  EACH_VECTOR(width)
    chains[v] = fma_lanes(load_some(dy + at, rest) * load_some(weight + at, rest), load_some(x + at, rest), chains[v]);
  const float factor = add_chains(chains) / (float)width * inverse_scale * inverse_scale * inverse_scale;
  EACH_VECTOR(width) {
    vfloat weighted = load_some(dy + at, rest) * load_some(weight + at, rest);
    vfloat gradient = weighted * (vfloat)inverse_scale - load_some(x + at, rest) * (vfloat)factor;
    store_some(dx + at, load_some(dx + at, rest) + gradient, rest);
  }
}

static void simd_add_product(const float *a, const float *b, float factor, size_t count, float *y) {
  EACH_VECTOR(count)
    store_some(y + at, fma_lanes(load_some(a + at, rest), load_some(b + at, rest) * (vfloat)factor,
                                 load_some(y + at, rest)), rest);
}

/// silu'(x), where s is the logistic function of x.
INLINE vfloat silu_slope_lanes(vfloat x, vfloat s) {
  return s * ((vfloat)1.0f + x * ((vfloat)1.0f - s));
}

static void simd_swiglu_backward(const float *dout, const float *gate, const float *up, size_t count, float *dgate,
                                 float *dup) {
  EACH_VECTOR(count) {
    vfloat d = load_some(dout + at, rest), g = load_some(gate + at, rest), u = load_some(up + at, rest);
    vfloat s = (vfloat)1.0f / ((vfloat)1.0f + exp_lanes(-g));
    store_some(dgate + at, (d * u) * silu_slope_lanes(g, s), rest);
    store_some(dup + at, d * (g * s), rest);
  }
}

static void simd_silu_backward(const float *dy, const float *z, const float *bias, size_t count, float *dz) {
  EACH_VECTOR(count) {
    vfloat x = load_some(z + at, rest) + load_some(bias + at, rest);
    vfloat s = (vfloat)1.0f / ((vfloat)1.0f + exp_lanes(-x));
    store_some(dz + at, load_some(dy + at, rest) * silu_slope_lanes(x, s), rest);
  }
}

static void simd_scale(float *x, float factor, size_t count) {
  EACH_VECTOR(count) store_some(x + at, load_some(x + at, rest) * (vfloat)factor, rest);
}

static void simd_adamw(float *parameters, const float *gradient, float *first, float *second, size_t count,
                       const sk_adamw_factors *f) {
  EACH_VECTOR(count) {
    vfloat g = load_some(gradient + at, rest) * (vfloat)f->gradient_scale;
    vfloat m = load_some(first + at, rest) * (vfloat)f->beta1 + g * (vfloat)f->rest1;
    vfloat s = load_some(second + at, rest) * (vfloat)f->beta2 + (g * g) * (vfloat)f->rest2;
    store_some(first + at, m, rest);
    store_some(second + at, s, rest);
    vfloat divisor = __builtin_elementwise_sqrt(s) * (vfloat)f->second_scale + (vfloat)f->epsilon;
    vfloat p = load_some(parameters + at, rest) * (vfloat)f->decay;
    store_some(parameters + at, p - (vfloat)f->rate * m / divisor, rest);
  }
}

typedef double vdouble __attribute__((ext_vector_type(LANES)));

static double simd_squared_sum(const float *x, size_t count) {
  vdouble chains[CHAIN_VECTORS] = {(vdouble)0.0};
  EACH_VECTOR(count) {
    vdouble numbers = __builtin_convertvector(load_some(x + at, rest), vdouble);
    chains[v] = __builtin_elementwise_fma(numbers, numbers, chains[v]);
  }
  double sum = 0;
  for (size_t v = 0; v < CHAIN_VECTORS; v++)
    for (size_t lane = 0; lane < LANES; lane++) sum += chains[v][lane];
  return sum;
}
