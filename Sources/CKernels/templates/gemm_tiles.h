// The register tiles of the matrix product, for any vector type.  The including file defines
//   V, VW                    a vector of VW floats,
//   NV, MR                   a tile is MR rows × NV vectors,
//   DOT_ROWS                 the most rows of a tile over transposed b that is not packed,
// and, with everything compiled for its instruction set switched on,
//   v_zero, v_load, v_store, v_set1, v_add, v_fma(a, b, c) = a * b + c,
//   v_widen(from, type)   VW stored elements as floats, from any address,
//   v_even(pairs, type), v_odd(pairs, type)   the first or second halves of VW pairs as floats,
//   v_transpose(v)           transposes V v[VW] as a square.

#include "gemm_plan.h"

#define NR (NV * VW)

// The work of one tile: out[rows, NR] = (begins ? 0 : in) + a · b, then bias and old values.
typedef struct tile_work {
    // Packed [depth, rows].
    const float *a;
    // b and the bytes from one line (a depth, or a column when transposed) to the next.
    const char *b;
    size_t b_step;
    size_t depth;
    // Unfinished chains, or NULL to begin with 0.
    const float *in;
    size_t in_stride;
    float *out;
    size_t out_stride;
    // NR values or NULL, added to the finished chains.
    const float *bias;
    // Whether finished chains are added to `out`.
    bool accumulate;
} tile_work;

INLINE void tile_begin(const size_t rows, const tile_work *work, V sums[][NV]) {
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
        for (size_t v = 0; v < NV; v++) {
            sums[r][v] = work->in == NULL ? v_zero() : v_load(work->in + r * work->in_stride + v * VW);
        }
    }
}

INLINE void tile_end(const size_t rows, const tile_work *work, V sums[][NV]) {
#pragma clang loop unroll(full)
    for (size_t v = 0; v < NV; v++) {
        if (work->bias != NULL) {
            V bias = v_load(work->bias + v * VW);
#pragma clang loop unroll(full)
            for (size_t r = 0; r < rows; r++) sums[r][v] = v_add(sums[r][v], bias);
        }
    }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++) {
        float *out = work->out + r * work->out_stride;
#pragma clang loop unroll(full)
        for (size_t v = 0; v < NV; v++) {
            V sum = sums[r][v];
            if (work->accumulate) sum = v_add(v_load(out + v * VW), sum);
            v_store(out + v * VW, sum);
        }
    }
}

// The next 4 · VW bytes of VW columns that lie `step` bytes apart, transposed in units of 4 bytes.
INLINE void load_square(const char *b, size_t step, V square[VW]) {
#pragma clang loop unroll(full)
    for (size_t i = 0; i < VW; i++) square[i] = v_widen(b + i * step, CK_F32);
    v_transpose(square);
}

// A tile over lines of depths: packed slivers, or b as it lies.
INLINE void tile_lines(const size_t rows, const CKElementType type, const tile_work *work) {
    V sums[MR][NV];
    tile_begin(rows, work, sums);
    const float *a = work->a;
    const char *b = work->b;
    const size_t width = type == CK_F32 ? 4 * VW : 2 * VW;
    for (size_t k = 0; k < work->depth; k++, a += rows, b += work->b_step) {
        V line[NV];
#pragma clang loop unroll(full)
        for (size_t v = 0; v < NV; v++) line[v] = v_widen(b + v * width, type);
#pragma clang loop unroll(full)
        for (size_t r = 0; r < rows; r++) {
            V factor = v_set1(a[r]);
#pragma clang loop unroll(full)
            for (size_t v = 0; v < NV; v++) sums[r][v] = v_fma(factor, line[v], sums[r][v]);
        }
    }
    tile_end(rows, work, sums);
}

// Adds one depth to the chains of vector v of a tile.
INLINE void tile_step(const size_t rows, const float *a, V line, V sums[][NV], size_t v) {
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++) sums[r][v] = v_fma(v_set1(a[r]), line, sums[r][v]);
    // Keeps the compiler from gathering the factors of several depths, which costs it registers.
    __asm__ volatile("" ::: "memory");
}

// A tile over transposed b as it lies: squares of floats or of pairs of halves are transposed in registers.
INLINE void tile_columns(const size_t rows, const CKElementType type, const tile_work *work) {
    V sums[MR][NV];
    tile_begin(rows, work, sums);
    const float *a = work->a;
    const size_t bytes = type == CK_F32 ? 4 : 2, side = type == CK_F32 ? VW : 2 * VW;
    size_t k = 0;
    for (; k + side <= work->depth; k += side, a += side * rows) {
#pragma clang loop unroll(full)
        for (size_t v = 0; v < NV; v++) {
            V square[VW];
            load_square(work->b + v * VW * work->b_step + k * bytes, work->b_step, square);
#pragma clang loop unroll(full)
            for (size_t i = 0; i < VW; i++) {
                if (type == CK_F32) {
                    tile_step(rows, a + i * rows, square[i], sums, v);
                } else {
                    tile_step(rows, a + 2 * i * rows, v_even(square[i], type), sums, v);
                    tile_step(rows, a + (2 * i + 1) * rows, v_odd(square[i], type), sums, v);
                }
            }
        }
    }
    for (; k < work->depth; k++, a += rows) {
        float line[NR];
        for (size_t n = 0; n < NR; n++) line[n] = gemm_widen(work->b + n * work->b_step + k * bytes, type);
#pragma clang loop unroll(full)
        for (size_t v = 0; v < NV; v++) tile_step(rows, a, v_load(line + v * VW), sums, v);
    }
    tile_end(rows, work, sums);
}

#define TILE(kind, rows, type) \
    static void tile_##kind##_##rows##_##type(const tile_work *work) { \
        tile_##kind(rows, CK_##type, work); \
    }
#define TILES(kind, rows) TILE(kind, rows, F32) TILE(kind, rows, F16) TILE(kind, rows, BF16)
#define TILE_NAMES(kind, rows) \
    {tile_##kind##_##rows##_F32, tile_##kind##_##rows##_F16, tile_##kind##_##rows##_BF16}

typedef void (*tile_function)(const tile_work *work);
