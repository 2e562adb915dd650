// Causal softmax attention of one head over one sequence, in tiles: scores of more than KEY_TILE keys are
// never held at once.  Tiles start at position 0 of the sequence, so that a query's result depends on its
// position and the keys alone, not on which other queries are computed with it.

enum { KEY_TILE = 64, QUERY_TILE = 64, BLOCK = 4 };

// How many vectors a register block is wide; no result depends on it.
#if defined(CK_WIDE)
enum { SCORE_VECTORS = 2, SUM_VECTORS = 4 };
#else
enum { SCORE_VECTORS = 1, SUM_VECTORS = 1 };
#endif

INLINE Floats zip_low(Floats a, Floats b) {
    return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

INLINE Floats zip_high(Floats a, Floats b) {
    return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

INLINE size_t least(size_t a, size_t b) { return a < b ? a : b; }

INLINE size_t greatest(size_t a, size_t b) { return a > b ? a : b; }

// columns[d · KEY_TILE + k] = rows[k · stride + d] for `count` ≤ KEY_TILE rows, then 0 up to the next full
// vector.
static void transpose(const float *rows, size_t stride, size_t count, size_t size, float *columns) {
    for (size_t k = 0; k < count; k += LANES)
        for (size_t d = 0; d < size; d += LANES) {
            Floats a[LANES], b[LANES];
            for (size_t i = 0; i < LANES; i++)
                a[i] = k + i < count ? load_next(rows + (k + i) * stride + d, size - d) : splat(0);
            // Four perfect shuffles of the rows are a transposition.
#pragma clang loop unroll(full)
            for (int round = 0; round < 4; round++) {
#pragma clang loop unroll(full)
                for (int i = 0; i < 8; i++) {
                    b[2 * i] = zip_low(a[i], a[i + 8]);
                    b[2 * i + 1] = zip_high(a[i], a[i + 8]);
                }
#pragma clang loop unroll(full)
                for (int i = 0; i < LANES; i++) a[i] = b[i];
            }
            for (size_t i = 0; i < LANES && d + i < size; i++)
                store(columns + (d + i) * KEY_TILE + k, a[i]);
        }
}

INLINE void score_block(
    const int height, const int width, const float *rows, size_t stride, const float *columns, size_t size,
    float *scores) {
    Floats sums[BLOCK][SCORE_VECTORS];
#pragma clang loop unroll(full)
    for (int r = 0; r < height; r++)
#pragma clang loop unroll(full)
        for (int v = 0; v < width; v++) sums[r][v] = splat(0);
    for (size_t d = 0; d < size; d++)
#pragma clang loop unroll(full)
        for (int v = 0; v < width; v++) {
            Floats column = load(columns + d * KEY_TILE + v * LANES);
#pragma clang loop unroll(full)
            for (int r = 0; r < height; r++)
                sums[r][v] = fused(splat(rows[r * stride + d]), column, sums[r][v]);
        }
#pragma clang loop unroll(full)
    for (int r = 0; r < height; r++)
#pragma clang loop unroll(full)
        for (int v = 0; v < width; v++) store(scores + r * KEY_TILE + v * LANES, sums[r][v]);
}

INLINE void score_rows(
    const int height, size_t vectors, const float *rows, size_t stride, const float *columns, size_t size,
    float *scores) {
    size_t v = 0;
    for (; v + SCORE_VECTORS <= vectors; v += SCORE_VECTORS)
        score_block(height, SCORE_VECTORS, rows, stride, columns + v * LANES, size, scores + v * LANES);
    for (; v < vectors; v++)
        score_block(height, 1, rows, stride, columns + v * LANES, size, scores + v * LANES);
}

// scores[r][k] = rows[r] · column k, for `height` ≤ BLOCK rows and `vectors` · LANES columns.
static void score(
    size_t height, size_t vectors, const float *rows, size_t stride, const float *columns, size_t size,
    float *scores) {
    switch (height) {
    case 4: score_rows(4, vectors, rows, stride, columns, size, scores); break;
    case 3: score_rows(3, vectors, rows, stride, columns, size, scores); break;
    case 2: score_rows(2, vectors, rows, stride, columns, size, scores); break;
    default: score_rows(1, vectors, rows, stride, columns, size, scores); break;
    }
}

// The operands of `output[r] += Σ_j weights[r · weight_row + j · weight_step] · rows[j]`.
typedef struct {
    float *output;
    size_t output_stride;
    const float *weights;
    size_t weight_row, weight_step;
    const float *rows;
    size_t row_stride, count;
} WeightedSum;

INLINE void sum_block(const int height, const int width, const WeightedSum *sum, size_t d, size_t left) {
    Floats sums[BLOCK][SUM_VECTORS];
#pragma clang loop unroll(full)
    for (int r = 0; r < height; r++)
#pragma clang loop unroll(full)
        for (int v = 0; v < width; v++)
            sums[r][v] = load_next(sum->output + r * sum->output_stride + d + v * LANES, left);
    for (size_t j = 0; j < sum->count; j++) {
        const float *row = sum->rows + j * sum->row_stride + d;
        const float *weights = sum->weights + j * sum->weight_step;
        Floats values[SUM_VECTORS];
#pragma clang loop unroll(full)
        for (int v = 0; v < width; v++) values[v] = load_next(row + v * LANES, left);
#pragma clang loop unroll(full)
        for (int r = 0; r < height; r++) {
            Floats weight = splat(weights[r * sum->weight_row]);
#pragma clang loop unroll(full)
            for (int v = 0; v < width; v++) sums[r][v] = fused(weight, values[v], sums[r][v]);
        }
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < height; r++)
#pragma clang loop unroll(full)
        for (int v = 0; v < width; v++)
            store_next(sum->output + r * sum->output_stride + d + v * LANES, sums[r][v], left);
}

INLINE void sum_rows_of(const int height, const WeightedSum *sum, size_t size) {
    size_t d = 0;
    for (; d + SUM_VECTORS * LANES <= size; d += SUM_VECTORS * LANES)
        sum_block(height, SUM_VECTORS, sum, d, LANES);
    for (; d + LANES <= size; d += LANES) sum_block(height, 1, sum, d, LANES);
    if (d < size) sum_block(height, 1, sum, d, size - d);
}

// `height` ≤ BLOCK outputs of `size` elements; j runs upwards.
static void add_weighted(size_t height, const WeightedSum *sum, size_t size) {
    if (sum->count == 0) return;
    switch (height) {
    case 4: sum_rows_of(4, sum, size); break;
    case 3: sum_rows_of(3, sum, size); break;
    case 2: sum_rows_of(2, sum, size); break;
    default: sum_rows_of(1, sum, size); break;
    }
}

// The keys [begin, end) of a tile that a query sees.
typedef struct {
    size_t begin, end;
} Visible;

INLINE Visible visible(const CKAttentionSpan *span, size_t query, size_t tile, size_t count) {
    size_t position = query + span->keys - span->queries;
    size_t first = span->window && position + 1 > span->window ? position + 1 - span->window : 0;
    size_t begin = first > tile ? first - tile : 0;
    size_t end = position + 1 > tile ? least(position + 1 - tile, count) : 0;
    return (Visible){least(begin, end), end};
}

INLINE Ints visible_lanes(Visible keys, size_t first) {
    const Ints lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    Ints key = lane + (int32_t)first;
    return (key >= (int32_t)keys.begin) & (key < (int32_t)keys.end);
}

INLINE size_t vectors_of(size_t count) { return (count + LANES - 1) / LANES; }

// Turns a row of scores into weights e^(score − maximum), 0 where the query cannot see, and brings the
// maximum, the sum of weights and the output up to date.
static void soften(
    const CKAttentionSpan *span, Visible keys, size_t vectors, float *scores, float *maximum, float *sum,
    float *output) {
    Floats largest = splat(-INFINITY);
    for (size_t v = 0; v < vectors; v++) {
        Floats s = load(scores + v * LANES) * splat(span->scale);
        s = choose(visible_lanes(keys, v * LANES), s, splat(-INFINITY));
        store(scores + v * LANES, s);
        largest = larger(s, largest);
    }
    if (keys.begin == keys.end) {
        for (size_t v = 0; v < vectors; v++) store(scores + v * LANES, splat(0));
        return;
    }
    float previous = *maximum;
    float now = scalar_larger(largest_lane(largest), previous);
    Floats weights = splat(0);
    for (size_t v = 0; v < vectors; v++) {
        Floats w = small_exponential(load(scores + v * LANES) - splat(now));
        store(scores + v * LANES, w);
        weights += w;
    }
    float kept = small_exponential(splat(previous - now)).x;
    *maximum = now;
    *sum = *sum * kept + sum_lanes(weights);
    if (kept != 1) kernel_scale(output, kept, output, span->head_size, false);
}

static void kernel_attention(
    const CKAttentionSpan *span, const float *queries, size_t query_stride, const float *keys,
    size_t key_stride, const float *values, size_t value_stride, float *output, size_t output_stride,
    float *log_sum_exp, size_t log_sum_exp_stride, float *scratch) {
    const size_t size = span->head_size, end_query = span->end_query;
    float *columns = scratch, *scores = columns + size * KEY_TILE;
    float *maxima = scores + BLOCK * KEY_TILE, *sums = maxima + QUERY_TILE;
    for (size_t first = span->first_query; first < end_query; first += QUERY_TILE) {
        const size_t end = least(first + QUERY_TILE, end_query);
        for (size_t q = first; q < end; q++) {
            maxima[q - first] = -INFINITY;
            sums[q - first] = 0;
            memset(output + q * output_stride, 0, size * sizeof(float));
        }
        const size_t last_key = end + span->keys - span->queries;
        size_t tile = 0;
        if (span->window) {
            size_t oldest = first + span->keys - span->queries + 1;
            if (oldest > span->window) tile = (oldest - span->window) / KEY_TILE * KEY_TILE;
        }
        for (; tile < last_key; tile += KEY_TILE) {
            const size_t count = least(KEY_TILE, last_key - tile);
            transpose(keys + tile * key_stride, key_stride, count, size, columns);
            for (size_t q = first; q < end; q += BLOCK) {
                const size_t height = least(BLOCK, end - q);
                const size_t begin = visible(span, q, tile, count).begin;
                const size_t stop = visible(span, q + height - 1, tile, count).end;
                if (begin >= stop) continue;
                const size_t vectors = vectors_of(stop);
                score(height, vectors, queries + q * query_stride, query_stride, columns, size, scores);
                for (size_t r = 0; r < height; r++)
                    soften(span, visible(span, q + r, tile, count), vectors, scores + r * KEY_TILE,
                        maxima + (q - first) + r, sums + (q - first) + r, output + (q + r) * output_stride);
                WeightedSum sum = {output + q * output_stride, output_stride, scores + begin, KEY_TILE, 1,
                    values + (tile + begin) * value_stride, value_stride, stop - begin};
                add_weighted(height, &sum, size);
            }
        }
        for (size_t q = first; q < end; q++) {
            float *row = output + q * output_stride;
            float total = sums[q - first];
            for (size_t d = 0; d < size; d += LANES)
                store_next(row + d, load_next(row + d, size - d) / splat(total), size - d);
            if (log_sum_exp)
                log_sum_exp[q * log_sum_exp_stride] = (float)(maxima[q - first] + log(total));
        }
    }
}
