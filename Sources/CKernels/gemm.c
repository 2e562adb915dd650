#include "templates/gemm_plan.h"

// Packed rows of a may take this many floats; deeper products take several passes.
static const size_t most_packed = 1 << 20;
// Unfinished chains of one block of tiles, in floats: part of a core's second cache.
static const size_t block_chains = 64 << 10;
// The same when b is used as it lies line by line.
static const size_t direct_chains = 16 << 10;
// How many lines of b are then worked on at a time: no more than processors can fetch side by side.
static const size_t direct_depth_step = 16;
// Less work than this many multiply-adds is not worth handing to another thread.
static const size_t least_work = 128 << 10;

static size_t quotient_up(size_t a, size_t b) { return (a + b - 1) / b; }
static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

static const gemm_kernels *kernels_of(CKInstructionSet set) {
    switch (set) {
#if defined(__x86_64__)
    case CK_AVX512: return &gemm_avx512_kernels;
    case CK_AVX2: return &gemm_avx2_kernels;
#elif defined(__aarch64__)
    case CK_NEON: return &gemm_neon_kernels;
#endif
    default: return &gemm_plain_kernels;
    }
}

// How a product is cut, whatever the number of threads.
typedef struct cut {
    const gemm_kernels *kernels;
    size_t panels, slivers;
    bool direct;
    size_t depth_step, pass_depth;
    // Floats of packed a, and of unfinished chains (0 when c holds them).
    size_t packed, partial, partial_stride;
} cut;

static cut cut_of(const CKGemm *gemm, CKInstructionSet set) {
    cut cut = {.kernels = kernels_of(set)};
    cut.panels = quotient_up(gemm->rows, cut.kernels->tile_rows);
    cut.slivers = quotient_up(gemm->columns, cut.kernels->tile_columns);
    cut.direct = gemm->rows
        <= (gemm->b_transposed ? cut.kernels->direct_rows_transposed : cut.kernels->direct_rows);
    size_t most = cut.direct && !gemm->b_transposed ? direct_depth_step : GEMM_DEPTH_STEP;
    size_t steps = larger(1, quotient_up(gemm->depth, most));
    // Whole squares of pairs of halves, of any vector's size.
    size_t unit = gemm_smaller(most, 32);
    cut.depth_step = larger(unit, quotient_up(quotient_up(gemm->depth, steps), unit) * unit);
    size_t steps_a_pass = larger(1, most_packed / larger(1, gemm->rows * cut.depth_step));
    cut.pass_depth = larger(1, gemm_smaller(gemm->depth, steps_a_pass * cut.depth_step));
    bool in_place = gemm->rows == 1 && !gemm->a_transposed;
    cut.packed = in_place ? 0 : quotient_up(gemm->rows * cut.pass_depth, 16) * 16;
    if (gemm->accumulate && gemm->depth > cut.depth_step) {
        // An odd number of cache lines: rows do not fall on the same places of a cache.
        cut.partial_stride = quotient_up(gemm->columns, 32) * 32 + 16;
        cut.partial = gemm->rows * cut.partial_stride;
    }
    return cut;
}

size_t ck_gemm_scratch_bytes(const CKGemm *gemm, CKInstructionSet set) {
    cut cut = cut_of(gemm, set);
    return (cut.packed + cut.partial) * sizeof(float);
}

// A pass and its grid of blocks.
typedef struct grid {
    gemm_pass pass;
    const cut *cut;
    size_t panel_blocks, sliver_blocks;
    size_t pack_steps;
} grid;

static void pack_item(void *context, size_t index) {
    const grid *grid = context;
    size_t step = quotient_up(quotient_up(grid->pass.depth, grid->pack_steps), 16) * 16;
    size_t from = gemm_smaller(index % grid->pack_steps * step, grid->pass.depth);
    size_t to = gemm_smaller(from + step, grid->pass.depth);
    grid->cut->kernels->pack(&grid->pass, index / grid->pack_steps, from, to);
}

static void multiply_item(void *context, size_t index) {
    const grid *grid = context;
    size_t panel = index % grid->panel_blocks, sliver = index / grid->panel_blocks;
    size_t panels = grid->pass.panels, slivers = grid->cut->slivers;
    grid->cut->kernels->multiply(
        &grid->pass, panels * panel / grid->panel_blocks, panels * (panel + 1) / grid->panel_blocks,
        slivers * sliver / grid->sliver_blocks, slivers * (sliver + 1) / grid->sliver_blocks);
}

// Cuts a pass into blocks: enough for all threads, none too small, unfinished chains within a cache.
static void shape_grid(grid *grid, size_t threads) {
    const CKGemm *gemm = grid->pass.gemm;
    size_t panels = grid->pass.panels, slivers = grid->cut->slivers;
    size_t sliver_chains = larger(1, gemm->rows * grid->cut->kernels->tile_columns);
    size_t work = gemm->rows * gemm->columns * grid->pass.depth;
    size_t wanted = threads == 1 ? 1 : gemm_smaller(threads * 4, work / least_work + 1);
    size_t most_chains = grid->cut->direct && !gemm->b_transposed ? direct_chains : block_chains;
    size_t within_cache = quotient_up(slivers, larger(1, most_chains / sliver_chains));
    grid->sliver_blocks = gemm_smaller(slivers, larger(within_cache, wanted));
    grid->panel_blocks = larger(1, gemm_smaller(panels, wanted / grid->sliver_blocks));
    size_t packing = gemm->rows * grid->pass.depth;
    bool alone = threads == 1 || packing < 8 * least_work / 64;
    grid->pack_steps = alone ? 1 : larger(1, gemm_smaller(grid->pass.depth / 64, 4 * threads / panels + 1));
}

void ck_gemm(const CKGemm *gemm, CKInstructionSet set, CKPool *pool, void *scratch) {
    if (gemm->rows == 0 || gemm->columns == 0) return;
    cut cut = cut_of(gemm, set);
    float *packed = scratch, *partial = packed + cut.packed;
    for (size_t first = 0; first < gemm->depth || first == 0; first += cut.pass_depth) {
        size_t depth = gemm_smaller(gemm->depth - first, cut.pass_depth);
        grid grid = {
            .cut = &cut,
            .pass = {
                .gemm = gemm, .first = first, .depth = depth, .begins = first == 0,
                .ends = first + depth == gemm->depth, .packed = packed, .panels = cut.panels,
                .partial = cut.partial > 0 ? partial : gemm->c,
                .partial_stride = cut.partial > 0 ? cut.partial_stride : gemm->c_stride,
                .depth_step = cut.depth_step, .direct = cut.direct}};
        shape_grid(&grid, ck_pool_threads(pool));
        if (cut.packed > 0) {
            bool alone = gemm->rows * depth < least_work / 8;
            ck_pool_run(alone ? NULL : pool, cut.panels * grid.pack_steps, pack_item, &grid);
        } else {
            grid.pass.packed = (float *)gemm->a + first;
        }
        ck_pool_run(pool, grid.panel_blocks * grid.sliver_blocks, multiply_item, &grid);
    }
}
