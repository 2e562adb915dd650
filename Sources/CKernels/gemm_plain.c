#include "templates/gemm_plan.h"

#include <math.h>

// The plain twin of the vector kernels: the definition of the product, without tiles.

static void pack_plain(const gemm_pass *pass, size_t panel, size_t from, size_t to) {
    const CKGemm *gemm = pass->gemm;
    size_t row = gemm_panel_row(pass, panel), height = gemm_panel_row(pass, panel + 1) - row;
    for (size_t k = from; k < to; k++) {
        for (size_t r = 0; r < height; r++) {
            size_t m = row + r, depth = pass->first + k;
            size_t index = gemm->a_transposed ? depth * gemm->a_stride + m : m * gemm->a_stride + depth;
            pass->packed[row * pass->depth + k * height + r] = gemm->a[index];
        }
    }
}

// Computes depths [k, k + depth) of one element's chain.
static void multiply_plain_element(
    const gemm_pass *pass, const float *a, size_t height, size_t row, size_t column, size_t k,
    size_t depth) {
    const CKGemm *gemm = pass->gemm;
    bool begins = pass->begins && k == 0, ends = pass->ends && k + depth == pass->depth;
    float sum = begins ? 0 : pass->partial[row * pass->partial_stride + column];
    for (size_t i = k; i < k + depth; i++) {
        float b = gemm_widen(gemm_b_address(gemm, pass->first + i, column), gemm->b_type);
        sum = fmaf(a[i * height], b, sum);
    }
    if (!ends) {
        pass->partial[row * pass->partial_stride + column] = sum;
        return;
    }
    if (gemm->bias != NULL) sum += gemm->bias[column];
    float *c = gemm->c + row * gemm->c_stride + column;
    *c = gemm->accumulate ? *c + sum : sum;
}

static void multiply_plain(
    const gemm_pass *pass, size_t panel0, size_t panel1, size_t sliver0, size_t sliver1) {
    size_t columns = gemm_smaller(pass->gemm->columns, sliver1 * gemm_plain_kernels.tile_columns);
    for (size_t panel = panel0; panel < panel1; panel++) {
        size_t first = gemm_panel_row(pass, panel), height = gemm_panel_row(pass, panel + 1) - first;
        for (size_t row = first; row < first + height; row++) {
            const float *a = pass->packed + first * pass->depth + (row - first);
            for (size_t column = sliver0 * gemm_plain_kernels.tile_columns; column < columns; column++) {
                multiply_plain_element(pass, a, height, row, column, 0, pass->depth);
            }
        }
    }
}

const gemm_kernels gemm_plain_kernels = {
    .tile_rows = 4, .tile_columns = 16, .direct_rows = 0, .direct_rows_transposed = 0,
    .pack = pack_plain, .multiply = multiply_plain};
