#if defined(__x86_64__)

#include "templates/gemm_plan.h"

#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,fma,f16c,avx2"))), \
                             apply_to = function)

#define V __m512
#define VW 16
#define NV 2
#define MR 14
#define ALL_VECTORS_ROWS 6

INLINE V v_zero(void) { return _mm512_setzero_ps(); }
INLINE V v_load(const float *from) { return _mm512_loadu_ps(from); }
INLINE void v_store(float *to, V value) { _mm512_storeu_ps(to, value); }
INLINE V v_set1(float value) { return _mm512_set1_ps(value); }
INLINE V v_add(V a, V b) { return _mm512_add_ps(a, b); }
INLINE V v_fma(V a, V b, V c) { return _mm512_fmadd_ps(a, b, c); }

INLINE V v_widen(const char *from, CKElementType type) {
    if (type == CK_F32) return _mm512_loadu_ps(from);
    __m256i halves = _mm256_loadu_si256((const __m256i_u *)from);
    if (type == CK_F16) return _mm512_cvtph_ps(halves);
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16));
}

INLINE V v_even(V pairs, CKElementType type) {
    __m512i bits = _mm512_castps_si512(pairs);
    if (type == CK_BF16) return _mm512_castsi512_ps(_mm512_slli_epi32(bits, 16));
    return _mm512_cvtph_ps(_mm512_cvtepi32_epi16(bits));
}

INLINE V v_odd(V pairs, CKElementType type) {
    __m512i bits = _mm512_castps_si512(pairs);
    if (type == CK_BF16) return _mm512_castsi512_ps(_mm512_and_si512(bits, _mm512_set1_epi32(-65536)));
    return _mm512_cvtph_ps(_mm512_cvtepi32_epi16(_mm512_srli_epi32(bits, 16)));
}

// Pairs of elements, pairs of pairs, then 128-bit lanes twice.
INLINE void v_transpose(V v[VW]) {
    V t[VW];
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i += 2) {
        t[i] = _mm512_unpacklo_ps(v[i], v[i + 1]);
        t[i + 1] = _mm512_unpackhi_ps(v[i], v[i + 1]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i += 4) {
        __m512d a = _mm512_castps_pd(t[i]), b = _mm512_castps_pd(t[i + 1]);
        __m512d c = _mm512_castps_pd(t[i + 2]), d = _mm512_castps_pd(t[i + 3]);
        v[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, c));
        v[i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, c));
        v[i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(b, d));
        v[i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(b, d));
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) {
        t[i] = _mm512_shuffle_f32x4(v[i], v[i + 4], 0x88);
        t[i + 4] = _mm512_shuffle_f32x4(v[i], v[i + 4], 0xdd);
        t[i + 8] = _mm512_shuffle_f32x4(v[i + 8], v[i + 12], 0x88);
        t[i + 12] = _mm512_shuffle_f32x4(v[i + 8], v[i + 12], 0xdd);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) {
        v[i] = _mm512_shuffle_f32x4(t[i], t[i + 8], 0x88);
        v[i + 8] = _mm512_shuffle_f32x4(t[i], t[i + 8], 0xdd);
        v[i + 4] = _mm512_shuffle_f32x4(t[i + 4], t[i + 12], 0x88);
        v[i + 12] = _mm512_shuffle_f32x4(t[i + 4], t[i + 12], 0xdd);
    }
}

#include "templates/gemm_tiles.h"

TILES(1) TILES(2) TILES(3) TILES(4) TILES(5) TILES(6) TILES(7) TILES(8) TILES(9) TILES(10)
TILES(11) TILES(12) TILES(13) TILES(14)

static const tile_set tiles[MR] = {
    TILE_SET(1), TILE_SET(2), TILE_SET(3), TILE_SET(4), TILE_SET(5), TILE_SET(6),
    TILE_SET(7), TILE_SET(8), TILE_SET(9), TILE_SET(10), TILE_SET(11), TILE_SET(12),
    TILE_SET(13), TILE_SET(14)};

#include "templates/gemm_blocks.h"

const gemm_kernels gemm_avx512_kernels = {
    .tile_rows = MR, .tile_columns = NR, .direct_rows = MR, .direct_rows_transposed = 14,
    .pack = pack_panel, .multiply = multiply_block};

#pragma clang attribute pop

#endif
