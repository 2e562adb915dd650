#ifndef GEMM_PLAN_H
#define GEMM_PLAN_H

#include "CKGemm.h"

#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

// The most depths of a packed sliver, so that it stays in the nearest cache.
#define GEMM_DEPTH_STEP 256

// One pass of a product over the depths [first, first + depth) for all rows and columns: what the kernels
// of an instruction set are given.  Rows are cut into panels of nearly equal height, columns into slivers of
// the tile's width.
typedef struct gemm_pass {
    const CKGemm *gemm;
    size_t first, depth;
    // Whether the chains begin or end here.
    bool begins, ends;
    // Panels of a: panel p of height h holds its element (row, k) at (first row) * depth + k * h + row.
    float *packed;
    size_t panels;
    // Unfinished chains, [M, N]: c itself, or scratch memory when c's old values are still needed.
    float *partial;
    size_t partial_stride;
    // How many depths a sliver of b is worked on at a time.
    size_t depth_step;
    // Whether b is used where it lies instead of from packed slivers.
    bool direct;
} gemm_pass;

// The kernels of one instruction set.
typedef struct gemm_kernels {
    // Rows and columns of a register tile.
    size_t tile_rows, tile_columns;
    // The most rows for which using b where it lies pays, for b as it is and b transposed.
    size_t direct_rows, direct_rows_transposed;
    // Packs depths [from, to) (counted in the pass) of panel `panel`.
    void (*pack)(const gemm_pass *pass, size_t panel, size_t from, size_t to);
    // Computes the panels [panel0, panel1) × slivers [sliver0, sliver1).
    void (*multiply)(
        const gemm_pass *pass, size_t panel0, size_t panel1, size_t sliver0, size_t sliver1);
} gemm_kernels;

// The first row of a panel; heights differ by at most 1.
INLINE size_t gemm_panel_row(const gemm_pass *pass, size_t panel) {
    size_t height = pass->gemm->rows / pass->panels, taller = pass->gemm->rows % pass->panels;
    return panel * height + (panel < taller ? panel : taller);
}

INLINE size_t gemm_smaller(size_t a, size_t b) { return a < b ? a : b; }

INLINE size_t gemm_element_bytes(CKElementType type) {
    return type == CK_F32 ? 4 : 2;
}

// The address of element (k, n) of b.
INLINE const char *gemm_b_address(const CKGemm *gemm, size_t k, size_t n) {
    size_t index = gemm->b_transposed ? n * gemm->b_stride + k : k * gemm->b_stride + n;
    return (const char *)gemm->b + index * gemm_element_bytes(gemm->b_type);
}

// Widens one stored element; exact.
INLINE float gemm_widen(const char *from, CKElementType type) {
    float value;
    if (type == CK_F32) {
        memcpy(&value, from, 4);
        return value;
    }
    uint16_t half;
    memcpy(&half, from, 2);
    uint32_t bits = (uint32_t)half << 16;
    if (type == CK_F16) {
        uint32_t sign = bits & 0x80000000u, rest = (uint32_t)(half & 0x7fff) << 13;
        // Moves the exponent from bias 15 to 127 by an exact product, which also normalises subnormals.
        float scaled;
        memcpy(&scaled, &rest, 4);
        scaled *= 0x1p112f;
        memcpy(&rest, &scaled, 4);
        if ((half & 0x7c00) == 0x7c00) rest = 0x7f800000u | (uint32_t)(half & 0x3ff) << 13;
        bits = sign | rest;
    }
    memcpy(&value, &bits, 4);
    return value;
}

extern const gemm_kernels gemm_plain_kernels;
#if defined(__x86_64__)
extern const gemm_kernels gemm_avx2_kernels;
extern const gemm_kernels gemm_avx512_kernels;
#elif defined(__aarch64__)
extern const gemm_kernels gemm_neon_kernels;
#endif

#endif
