// The register tiles of the matrix product, for any vector type.  The including file defines
//   V, VW                    a vector of VW floats,
//   NV, MR                   a tile is MR rows × NV vectors,
//   ALL_VECTORS_ROWS         the most rows whose chains fit into the registers beside a transposed square,
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
    // The prefetch: memory lines of 64 bytes, 2^ahead_shift of them in a row and rows
    // `ahead_step` bytes apart.  A tile fetches one of them for each of its depths, the first of them `ahead_first`.
    const char *ahead;
    size_t ahead_step, ahead_shift, ahead_first;
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

// Adds one depth to the chains of all vectors of a tile.
INLINE void tile_depth(const size_t rows, const float *a, const V line[NV], V sums[][NV]) {
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++) {
        V factor = v_set1(a[r]);
#pragma clang loop unroll(full)
        for (size_t v = 0; v < NV; v++) sums[r][v] = v_fma(factor, line[v], sums[r][v]);
    }
}

// A tile over a packed sliver.
INLINE void tile_packed(const size_t rows, const CKElementType type, const tile_work *work) {
    V sums[MR][NV];
    tile_begin(rows, work, sums);
    const float *a = work->a, *b = (const float *)work->b;
    const size_t mask = ((size_t)1 << work->ahead_shift) - 1;
    for (size_t k = 0; k < work->depth; k++, a += rows, b += NR) {
        const size_t next = work->ahead_first + k;
        const char *row = work->ahead + (next >> work->ahead_shift) * work->ahead_step;
        __builtin_prefetch(row + (next & mask) * 64, 0, 2);
        V line[NV];
#pragma clang loop unroll(full)
        for (size_t v = 0; v < NV; v++) line[v] = v_load(b + v * VW);
        tile_depth(rows, a, line, sums);
    }
    tile_end(rows, work, sums);
    (void)type;
}

// A tile over lines of depths as they lie.
INLINE void tile_lines(const size_t rows, const CKElementType type, const tile_work *work) {
    V sums[MR][NV];
    tile_begin(rows, work, sums);
    const float *a = work->a;
    const char *b = work->b;
    const size_t width = type == CK_F32 ? 4 * VW : 2 * VW;
    for (size_t k = 0; k < work->depth; k++, a += rows, b += work->b_step) {
        V line[NV];
#pragma clang loop unroll(full)
        for (size_t v = 0; v < NV; v++) {
            line[v] = v_widen(b + v * width, type);
            // Some tiles on along the line: farther than the processor looks by itself.
            if (v * width % 64 == 0) __builtin_prefetch(b + v * width + 512, 0, 3);
        }
        tile_depth(rows, a, line, sums);
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

// Runs all whole squares of the vectors [first, end) of a tile over transposed b; returns the depths done.
INLINE size_t tile_squares(
    const size_t rows, const CKElementType type, const tile_work *work, const size_t first, const size_t end,
    V sums[][NV]) {
    const size_t bytes = type == CK_F32 ? 4 : 2, side = type == CK_F32 ? VW : 2 * VW;
    const float *a = work->a;
    size_t k = 0;
    for (; k + side <= work->depth; k += side, a += side * rows) {
#pragma clang loop unroll(full)
        for (size_t v = first; v < end; v++) {
            V square[VW];
            const char *b = work->b + v * VW * work->b_step + k * bytes;
            // The next tile's, so that the many short columns arrive in time.
#pragma clang loop unroll(full)
            for (size_t i = 0; i < VW; i++) __builtin_prefetch(b + (i + NR) * work->b_step, 0, 2);
            load_square(b, work->b_step, square);
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
    return k;
}

// A tile over transposed b as it lies: squares of floats or of pairs of halves are transposed in registers.
INLINE void tile_columns(const size_t rows, const CKElementType type, const tile_work *work) {
    V sums[MR][NV];
    tile_begin(rows, work, sums);
    const size_t bytes = type == CK_F32 ? 4 : 2;
    // A square and the chains of all vectors do not fit into the registers of a tall tile.
    const size_t group = rows <= ALL_VECTORS_ROWS ? NV : 1;
    size_t k = 0;
#pragma clang loop unroll(full)
    for (size_t v = 0; v < NV; v += group) k = tile_squares(rows, type, work, v, v + group, sums);
    for (const float *a = work->a + k * rows; k < work->depth; k++, a += rows) {
        float line[NR];
        for (size_t n = 0; n < NR; n++) line[n] = gemm_widen(work->b + n * work->b_step + k * bytes, type);
#pragma clang loop unroll(full)
        for (size_t v = 0; v < NV; v++) tile_step(rows, a, v_load(line + v * VW), sums, v);
    }
    tile_end(rows, work, sums);
}

#define TILE(kind, rows, type) \
    static void tile_##kind##_##rows##_##type(const tile_work *work) { tile_##kind(rows, CK_##type, work); }
// All tiles of a height.
#define TILES(rows) \
    TILE(packed, rows, F32) \
    TILE(lines, rows, F32) TILE(lines, rows, F16) TILE(lines, rows, BF16) \
    TILE(columns, rows, F32) TILE(columns, rows, F16) TILE(columns, rows, BF16)
#define TILE_SET(rows) \
    {tile_packed_##rows##_F32, \
     {tile_lines_##rows##_F32, tile_lines_##rows##_F16, tile_lines_##rows##_BF16}, \
     {tile_columns_##rows##_F32, tile_columns_##rows##_F16, tile_columns_##rows##_BF16}}

typedef void (*tile_function)(const tile_work *work);

// The tiles of one height: over packed slivers, and over b as it lies, by element type.
typedef struct tile_set {
    tile_function packed, lines[3], columns[3];
} tile_set;
