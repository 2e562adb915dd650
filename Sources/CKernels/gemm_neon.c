#if defined(__aarch64__)

#include "templates/gemm_plan.h"

#include <arm_neon.h>

#define V float32x4_t
#define VW 4
#define NV 3
#define MR 8
#define ALL_VECTORS_ROWS 6

INLINE V v_zero(void) { return vdupq_n_f32(0); }
INLINE V v_load(const float *from) { return vld1q_f32(from); }
INLINE void v_store(float *to, V value) { vst1q_f32(to, value); }
INLINE V v_set1(float value) { return vdupq_n_f32(value); }
INLINE V v_add(V a, V b) { return vaddq_f32(a, b); }
INLINE V v_fma(V a, V b, V c) { return vfmaq_f32(c, a, b); }

INLINE V v_widen(const char *from, CKElementType type) {
    if (type == CK_F32) return vreinterpretq_f32_u8(vld1q_u8((const uint8_t *)from));
    uint16x4_t halves = vreinterpret_u16_u8(vld1_u8((const uint8_t *)from));
    if (type == CK_F16) return vcvt_f32_f16(vreinterpret_f16_u16(halves));
    return vreinterpretq_f32_u32(vshll_n_u16(halves, 16));
}

INLINE V v_even(V pairs, CKElementType type) {
    uint32x4_t bits = vreinterpretq_u32_f32(pairs);
    if (type == CK_BF16) return vreinterpretq_f32_u32(vshlq_n_u32(bits, 16));
    return vcvt_f32_f16(vreinterpret_f16_u16(vmovn_u32(bits)));
}

INLINE V v_odd(V pairs, CKElementType type) {
    uint32x4_t bits = vreinterpretq_u32_f32(pairs);
    if (type == CK_BF16) return vreinterpretq_f32_u32(vandq_u32(bits, vdupq_n_u32(0xffff0000)));
    return vcvt_f32_f16(vreinterpret_f16_u16(vshrn_n_u32(bits, 16)));
}

INLINE void v_transpose(V v[VW]) {
    float64x2_t a = vreinterpretq_f64_f32(vtrn1q_f32(v[0], v[1]));
    float64x2_t b = vreinterpretq_f64_f32(vtrn2q_f32(v[0], v[1]));
    float64x2_t c = vreinterpretq_f64_f32(vtrn1q_f32(v[2], v[3]));
    float64x2_t d = vreinterpretq_f64_f32(vtrn2q_f32(v[2], v[3]));
    v[0] = vreinterpretq_f32_f64(vtrn1q_f64(a, c));
    v[1] = vreinterpretq_f32_f64(vtrn1q_f64(b, d));
    v[2] = vreinterpretq_f32_f64(vtrn2q_f64(a, c));
    v[3] = vreinterpretq_f32_f64(vtrn2q_f64(b, d));
}

#include "templates/gemm_tiles.h"

TILES(1) TILES(2) TILES(3) TILES(4) TILES(5) TILES(6) TILES(7) TILES(8)

static const tile_set tiles[MR] = {
    TILE_SET(1), TILE_SET(2), TILE_SET(3), TILE_SET(4), TILE_SET(5), TILE_SET(6),
    TILE_SET(7), TILE_SET(8)};

#include "templates/gemm_blocks.h"

const gemm_kernels gemm_neon_kernels = {
    .tile_rows = MR, .tile_columns = NR, .direct_rows = MR, .direct_rows_transposed = 8,
    .pack = pack_panel, .multiply = multiply_block};

#endif
