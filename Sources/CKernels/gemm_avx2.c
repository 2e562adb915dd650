#if defined(__x86_64__)

#include "templates/gemm_plan.h"

#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#define V __m256
#define VW 8
#define NV 2
#define MR 6
#define ALL_VECTORS_ROWS 2

INLINE V v_zero(void) { return _mm256_setzero_ps(); }
INLINE V v_load(const float *from) { return _mm256_loadu_ps(from); }
INLINE void v_store(float *to, V value) { _mm256_storeu_ps(to, value); }
INLINE V v_set1(float value) { return _mm256_set1_ps(value); }
INLINE V v_add(V a, V b) { return _mm256_add_ps(a, b); }
INLINE V v_fma(V a, V b, V c) { return _mm256_fmadd_ps(a, b, c); }

INLINE V v_widen(const char *from, CKElementType type) {
    if (type == CK_F32) return _mm256_loadu_ps((const float *)from);
    __m128i halves = _mm_loadu_si128((const __m128i_u *)from);
    if (type == CK_F16) return _mm256_cvtph_ps(halves);
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(halves), 16));
}

// The first halves of 8 pairs, as 8 neighbours.
INLINE __m128i first_halves(__m256i pairs) {
    const __m256i picks = _mm256_setr_epi8(
        0, 1, 4, 5, 8, 9, 12, 13, -1, -1, -1, -1, -1, -1, -1, -1,
        0, 1, 4, 5, 8, 9, 12, 13, -1, -1, -1, -1, -1, -1, -1, -1);
    return _mm256_castsi256_si128(_mm256_permute4x64_epi64(_mm256_shuffle_epi8(pairs, picks), 0x08));
}

INLINE V v_even(V pairs, CKElementType type) {
    __m256i bits = _mm256_castps_si256(pairs);
    if (type == CK_BF16) return _mm256_castsi256_ps(_mm256_slli_epi32(bits, 16));
    return _mm256_cvtph_ps(first_halves(bits));
}

INLINE V v_odd(V pairs, CKElementType type) {
    __m256i bits = _mm256_castps_si256(pairs);
    if (type == CK_BF16) return _mm256_castsi256_ps(_mm256_and_si256(bits, _mm256_set1_epi32(-65536)));
    return _mm256_cvtph_ps(first_halves(_mm256_srli_epi32(bits, 16)));
}

// Pairs of elements, pairs of pairs, then 128-bit lanes.
INLINE void v_transpose(V v[VW]) {
    V t[VW];
#pragma clang loop unroll(full)
    for (int i = 0; i < 8; i += 2) {
        t[i] = _mm256_unpacklo_ps(v[i], v[i + 1]);
        t[i + 1] = _mm256_unpackhi_ps(v[i], v[i + 1]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 8; i += 4) {
        v[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
        v[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xee);
        v[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
        v[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xee);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) {
        V low = _mm256_permute2f128_ps(v[i], v[i + 4], 0x20);
        v[i + 4] = _mm256_permute2f128_ps(v[i], v[i + 4], 0x31);
        v[i] = low;
    }
}

#include "templates/gemm_tiles.h"

TILES(1) TILES(2) TILES(3) TILES(4) TILES(5) TILES(6)

static const tile_set tiles[MR] = {
    TILE_SET(1), TILE_SET(2), TILE_SET(3), TILE_SET(4), TILE_SET(5), TILE_SET(6)};

#include "templates/gemm_blocks.h"

const gemm_kernels gemm_avx2_kernels = {
    .tile_rows = MR, .tile_columns = NR, .direct_rows = MR, .direct_rows_transposed = 4,
    .pack = pack_panel, .multiply = multiply_block};

#pragma clang attribute pop

#endif
