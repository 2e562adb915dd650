// Packing and blocking of the matrix product for any vector type; see gemm_tiles.h.  The including file
// has defined `tiles`: those of r rows are tiles[r − 1].

// Packs depths [from, to) of a panel: element (row, k) goes to k * height + row.
static void pack_panel(const gemm_pass *pass, size_t panel, size_t from, size_t to) {
    const CKGemm *gemm = pass->gemm;
    size_t row = gemm_panel_row(pass, panel), height = gemm_panel_row(pass, panel + 1) - row;
    float *out = pass->packed + row * pass->depth + from * height, *end = out + (to - from) * height;
    if (gemm->a_transposed) {
        const float *a = gemm->a + (pass->first + from) * gemm->a_stride + row;
        for (; out < end; out += height, a += gemm->a_stride) memcpy(out, a, height * sizeof(float));
        return;
    }
    const float *a = gemm->a + row * gemm->a_stride + pass->first + from;
    size_t k = from;
    for (; k + VW <= to; k += VW, a += VW) {
        for (size_t top = 0; top < height; top += VW) {
            size_t tall = gemm_smaller(height - top, VW);
            V square[VW];
            for (size_t i = 0; i < VW; i++) {
                square[i] = i < tall ? v_load(a + (top + i) * gemm->a_stride) : v_zero();
            }
            v_transpose(square);
            // A whole vector may be stored as long as what it spoils is written later.
            for (size_t i = 0; i < VW; i++) {
                float *place = out + i * height + top;
                if (tall == VW || (top == 0 && tall == height && place + VW <= end)) {
                    v_store(place, square[i]);
                } else {
                    memcpy(place, &square[i], tall * sizeof(float));
                }
            }
        }
        out += VW * height;
    }
    for (; k < to; k++, a++, out += height) {
        for (size_t r = 0; r < height; r++) out[r] = a[r * gemm->a_stride];
    }
}

// Packs a sliver of whole width whose lines are depths.
INLINE void pack_lines(const char *b, size_t step, size_t depth, const CKElementType type, float *out) {
    const size_t width = type == CK_F32 ? 4 * VW : 2 * VW;
    for (size_t k = 0; k < depth; k++, b += step, out += NR) {
#pragma clang loop unroll(full)
        for (size_t v = 0; v < NV; v++) v_store(out + v * VW, v_widen(b + v * width, type));
    }
}

// Packs a sliver of whole width whose lines are columns.
INLINE void pack_columns(
    const char *b, size_t step, size_t depth, const CKElementType type, float *out) {
    const size_t bytes = type == CK_F32 ? 4 : 2;
    const size_t side = type == CK_F32 ? VW : 2 * VW;
    size_t k = 0;
    for (; k + side <= depth; k += side) {
#pragma clang loop unroll(full)
        for (size_t v = 0; v < NV; v++) {
            V square[VW];
            load_square(b + v * VW * step + k * bytes, step, square);
#pragma clang loop unroll(full)
            for (size_t i = 0; i < VW; i++) {
                float *place = out + (type == CK_F32 ? k + i : k + 2 * i) * NR + v * VW;
                if (type == CK_F32) {
                    v_store(place, square[i]);
                } else {
                    v_store(place, v_even(square[i], type));
                    v_store(place + NR, v_odd(square[i], type));
                }
            }
        }
    }
    for (; k < depth; k++) {
        for (size_t n = 0; n < NR; n++) out[k * NR + n] = gemm_widen(b + n * step + k * bytes, type);
    }
}

// Packs columns [column, column + width) at depths [k, k + depth) as [depth, NR], filled up with 0.
static void pack_sliver(
    const CKGemm *gemm, size_t k, size_t depth, size_t column, size_t width, float *out) {
    const char *b = gemm_b_address(gemm, k, column);
    CKElementType type = gemm->b_type;
    size_t step = gemm->b_stride * gemm_element_bytes(type);
    if (width < NR) {
        memset(out, 0, depth * NR * sizeof(float));
        for (size_t i = 0; i < depth; i++) {
            for (size_t n = 0; n < width; n++) {
                out[i * NR + n] = gemm_widen(gemm_b_address(gemm, k + i, column + n), type);
            }
        }
    } else if (gemm->b_transposed) {
        switch (type) {
        case CK_F32: pack_columns(b, step, depth, CK_F32, out); break;
        case CK_F16: pack_columns(b, step, depth, CK_F16, out); break;
        case CK_BF16: pack_columns(b, step, depth, CK_BF16, out); break;
        }
    } else {
        switch (type) {
        case CK_F32: pack_lines(b, step, depth, CK_F32, out); break;
        case CK_F16: pack_lines(b, step, depth, CK_F16, out); break;
        case CK_BF16: pack_lines(b, step, depth, CK_BF16, out); break;
        }
    }
}

// Runs a tile of which only `width` columns exist, through a tile of its own.
static void multiply_narrow(tile_function tile, tile_work work, size_t rows, size_t width) {
    float out[MR * NR] = {0}, in[MR * NR] = {0}, bias[NR] = {0};
    size_t bytes = width * sizeof(float);
    float *target = work.out;
    for (size_t r = 0; r < rows; r++) {
        if (work.in != NULL) memcpy(in + r * NR, work.in + r * work.in_stride, bytes);
        if (work.accumulate) memcpy(out + r * NR, target + r * work.out_stride, bytes);
    }
    if (work.in != NULL) { work.in = in; }
    if (work.bias != NULL) { work.bias = memcpy(bias, work.bias, bytes); }
    size_t stride = work.out_stride;
    work.in_stride = work.out_stride = NR;
    work.out = out;
    tile(&work);
    for (size_t r = 0; r < rows; r++) memcpy(target + r * stride, out + r * NR, bytes);
}

// One step of a block: a sliver's first column and the depths [k, k + depth) of the pass.
typedef struct sliver_step {
    size_t column, k, depth;
} sliver_step;

// Points the tiles to what the next step will pack; returns how many memory lines that is.
static size_t fetch_ahead(const gemm_pass *pass, const sliver_step *next, tile_work *work) {
    const CKGemm *gemm = pass->gemm;
    const size_t bytes = gemm_element_bytes(gemm->b_type);
    const size_t row_bytes = (gemm->b_transposed ? next->depth : NR) * bytes;
    work->ahead = gemm_b_address(gemm, pass->first + next->k, next->column);
    work->ahead_step = gemm->b_stride * bytes;
    work->ahead_first = work->ahead_shift = 0;
    for (; ((size_t)64 << work->ahead_shift) < row_bytes; work->ahead_shift++) {}
    return (gemm->b_transposed ? NR : next->depth) << work->ahead_shift;
}

// Moves on to the memory lines for the next tile, or to none.
static void advance_ahead(tile_work *work, size_t lines) {
    work->ahead_first += work->depth;
    if (work->ahead_first >= lines) {
        work->ahead = (const char *)work->a;
        work->ahead_step = work->ahead_shift = 0;
    }
}

// Computes a step for the panels [panel0, panel1).
static void multiply_sliver(
    const gemm_pass *pass, size_t panel0, size_t panel1, const sliver_step *step, const sliver_step *next) {
    const CKGemm *gemm = pass->gemm;
    _Alignas(64) float sliver[GEMM_DEPTH_STEP * NR];
    size_t width = gemm_smaller(gemm->columns - step->column, NR), lines = 0;
    bool direct = pass->direct && width == NR, begins = pass->begins && step->k == 0;
    bool ends = pass->ends && step->k + step->depth == pass->depth;
    tile_work work = {
        .depth = step->depth, .in_stride = pass->partial_stride,
        .bias = ends && gemm->bias != NULL ? gemm->bias + step->column : NULL,
        .accumulate = ends && gemm->accumulate};
    if (direct) {
        work.b = gemm_b_address(gemm, pass->first + step->k, step->column);
        work.b_step = gemm->b_stride * gemm_element_bytes(gemm->b_type);
    } else {
        pack_sliver(gemm, pass->first + step->k, step->depth, step->column, width, sliver);
        work.b = (const char *)sliver;
        lines = fetch_ahead(pass, next, &work);
    }
    for (size_t panel = panel0; panel < panel1; panel++) {
        size_t row = gemm_panel_row(pass, panel), height = gemm_panel_row(pass, panel + 1) - row;
        work.a = pass->packed + row * pass->depth + step->k * height;
        work.in = begins ? NULL : pass->partial + row * pass->partial_stride + step->column;
        work.out_stride = ends ? gemm->c_stride : pass->partial_stride;
        work.out = (ends ? gemm->c : pass->partial) + row * work.out_stride + step->column;
        const tile_set *set = &tiles[height - 1];
        tile_function tile = !direct ? set->packed
            : gemm->b_transposed     ? set->columns[gemm->b_type]
                                     : set->lines[gemm->b_type];
        if (width == NR)
            tile(&work);
        else
            multiply_narrow(tile, work, height, width);
        if (!direct) advance_ahead(&work, lines);
    }
}

static void multiply_block(
    const gemm_pass *pass, size_t panel0, size_t panel1, size_t sliver0, size_t sliver1) {
    const size_t most = pass->depth_step, depths = pass->depth == 0 ? 1 : (pass->depth + most - 1) / most;
    const size_t slivers = sliver1 - sliver0;
    // Transposed b that is used as it lies is read along its columns, everything else across them.
    const bool along = pass->direct && pass->gemm->b_transposed;
    sliver_step step = {0, 0, 0};
    for (size_t i = 0; i <= depths * slivers; i++) {
        // After the last step there is none to prepare: it names itself once more.
        const size_t place = gemm_smaller(i, depths * slivers - 1);
        const size_t k = most * (along ? place % depths : place / slivers);
        const sliver_step next = {
            .column = NR * (sliver0 + (along ? place / depths : place % slivers)),
            .k = k, .depth = gemm_smaller(pass->depth - k, most)};
        if (i > 0) multiply_sliver(pass, panel0, panel1, &step, &next);
        step = next;
    }
}
