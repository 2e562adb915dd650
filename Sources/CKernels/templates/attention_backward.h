// Inputs and outputs of a tile of the backward pass; names as in `attention_backward`.
typedef struct {
    const CKAttentionSpan *span;
    const float *d_output, *queries, *log_sum_exp, *deltas;
    size_t d_output_stride, query_stride, log_sum_exp_stride;
    // Keys and values of the tile, a column each.
    const float *key_columns, *value_columns;
    // [QUERY_TILE][KEY_TILE]: softmax weights, and the gradients of scores times the scale.
    float *weights, *d_scores;
} BackwardTile;

// weights = e^(score − logSumExp), d_scores = weights · (dOutput · value − delta) · scale, both 0 where the
// query cannot see, for the queries q … q + height − 1 in the tile's rows `row` ….
static void weigh_block(
    const BackwardTile *t, size_t q, size_t row, size_t height, size_t tile, size_t count) {
    const size_t size = t->span->head_size, all = vectors_of(count);
    const size_t vectors = vectors_of(visible(t->span, q + height - 1, tile, count).end);
    float *weights = t->weights + row * KEY_TILE, *d_scores = t->d_scores + row * KEY_TILE;
    const Floats scale = splat(t->span->scale);
    score(height, vectors, t->queries + q * t->query_stride, t->query_stride, t->key_columns, size,
        weights);
    score(height, vectors, t->d_output + q * t->d_output_stride, t->d_output_stride, t->value_columns, size,
        d_scores);
    for (size_t r = 0; r < height; r++, weights += KEY_TILE, d_scores += KEY_TILE) {
        const Visible keys = visible(t->span, q + r, tile, count);
        const Floats total = splat(t->log_sum_exp[(q + r) * t->log_sum_exp_stride]);
        const Floats delta = splat(t->deltas[q + r]);
        for (size_t v = 0; v < all; v++) {
            const Ints seen = visible_lanes(keys, v * LANES);
            Floats w = splat(0), g = splat(0);
            if (v < vectors) {
                w = choose(seen, small_exponential(load(weights + v * LANES) * scale - total), w);
                g = choose(seen, w * (load(d_scores + v * LANES) - delta) * scale, g);
            }
            store(weights + v * LANES, w);
            store(d_scores + v * LANES, g);
        }
    }
}

static void kernel_attention_backward(
    const CKAttentionSpan *span, const float *d_output, size_t d_output_stride, const float *queries,
    size_t query_stride, const float *keys, size_t key_stride, const float *values, size_t value_stride,
    const float *output, size_t output_stride, const float *log_sum_exp, size_t log_sum_exp_stride,
    float *d_queries, size_t d_query_stride, float *d_keys, size_t d_key_stride, float *d_values,
    size_t d_value_stride, float *scratch) {
    const size_t size = span->head_size, older = span->keys - span->queries;
    float *key_columns = scratch, *value_columns = key_columns + size * KEY_TILE;
    float *weights = value_columns + size * KEY_TILE, *d_scores = weights + QUERY_TILE * KEY_TILE;
    float *deltas = d_scores + QUERY_TILE * KEY_TILE;
    for (size_t q = 0; q < span->queries; q++) {
        deltas[q] = kernel_dot(d_output + q * d_output_stride, output + q * output_stride, size);
        memset(d_queries + q * d_query_stride, 0, size * sizeof(float));
    }
    const BackwardTile t = {span, d_output, queries, log_sum_exp, deltas, d_output_stride, query_stride,
        log_sum_exp_stride, key_columns, value_columns, weights, d_scores};
    for (size_t tile = 0; tile < span->keys; tile += KEY_TILE) {
        const size_t count = least(KEY_TILE, span->keys - tile);
        // The queries that see any key of the tile.
        size_t end = span->queries;
        if (span->window && tile + count - 1 + span->window < span->keys) {
            const size_t behind = tile + count - 1 + span->window;
            end = behind > older ? behind - older : 0;
        }
        size_t first = tile > older ? tile - older : 0;
        if (first >= end) continue;
        transpose(keys + tile * key_stride, key_stride, count, size, key_columns);
        transpose(values + tile * value_stride, value_stride, count, size, value_columns);
        for (; first < end; first += QUERY_TILE) {
            const size_t height = least(QUERY_TILE, end - first);
            for (size_t r = 0; r < height; r += BLOCK) {
                const size_t block = least(BLOCK, height - r), q = first + r;
                weigh_block(&t, q, r, block, tile, count);
                WeightedSum sum = {d_queries + q * d_query_stride, d_query_stride, d_scores + r * KEY_TILE,
                    KEY_TILE, 1, keys + tile * key_stride, key_stride,
                    visible(span, q + block - 1, tile, count).end};
                add_weighted(block, &sum, size);
            }
            // Keys older than the first query are constants.
            for (size_t k = older > tile ? older - tile : 0; k < count; k += BLOCK) {
                const size_t block = least(BLOCK, count - k), row = tile + k - older;
                const size_t skip = row > first ? least(row - first, height) : 0, q = first + skip;
                WeightedSum value = {d_values + row * d_value_stride, d_value_stride,
                    weights + skip * KEY_TILE + k, 1, KEY_TILE, d_output + q * d_output_stride,
                    d_output_stride, height - skip};
                add_weighted(block, &value, size);
                WeightedSum key = {d_keys + row * d_key_stride, d_key_stride,
                    d_scores + skip * KEY_TILE + k, 1, KEY_TILE, queries + q * query_stride, query_stride,
                    height - skip};
                add_weighted(block, &key, size);
            }
        }
    }
}
