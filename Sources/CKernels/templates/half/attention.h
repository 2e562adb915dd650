// Attention of one head as PyTorch computes it on half-precision tensors.

// In the order of oneDNN's products: products of halves are exact, so this is a chain of fused multiply-adds.
INLINE float half_dot(const float *a, const float *b, size_t count) {
    float sum = 0;
    for (size_t i = 0; i < count; i++) sum = fused_float(a[i], b[i], sum);
    return sum;
}

// The first key that a query at `position` sees.
INLINE size_t half_first_key(const CKAttentionSpan *span, size_t position) {
    return span->window && position + 1 > span->window ? position + 1 - span->window : 0;
}

// weights = e^(weights − largest) of the keys first … position; returns their sum.  Whole vectors of keys are
// summed in lanes.  Those that are left are summed in order, but with `wide`, where they are part of a vector.
INLINE float half_exponentials(
    float *weights, float largest, size_t first, size_t position, size_t keys, bool wide) {
    size_t end = keys < LANES ? 0 : wide ? keys : keys - keys % LANES;
    float lanes[LANES] = {0}, sum;
    for (size_t key = first; key <= position && key < end; key++)
        lanes[key % LANES] += weights[key] = vector_exponential(weights[key] - largest);
    sum = sum_lanes(load(lanes));
    for (size_t key = first > end ? first : end; key <= position; key++) {
        float distance = weights[key] - largest;
        sum += weights[key] = wide ? vector_exponential(distance) : (float)exp((double)distance);
    }
    return sum;
}

// weights[first …  position] = softmax of a query's scores, not yet rounded; returns log Σ exp.
INLINE float half_attend(
    const CKAttentionSpan *span, bool wide, const float *query, const float *keys, size_t key_stride,
    size_t position, float *weights) {
    size_t first = half_first_key(span, position);
    float divisor = half(1 / span->scale), largest = -INFINITY;
    for (size_t key = first; key <= position; key++) {
        float score = half_dot(query, keys + key * key_stride, span->head_size);
        score = wide ? score * span->scale : half(half(score) / divisor);
        weights[key] = score;
        largest = score > largest ? score : largest;
    }
    float sum = half_exponentials(weights, largest, first, position, span->keys, wide), share = 1 / sum;
    for (size_t key = first; key <= position; key++) weights[key] *= share;
    return (float)(largest + log((double)sum));
}

// Σ gradients · weights over the keys first … position.
INLINE float half_softmax_dot(
    const float *gradients, const float *weights, size_t first, size_t position, size_t keys, bool wide) {
    PairSum sum = {{0}};
    // Without `wide` two vectors are summed at a time, else one.
    size_t lanes = wide ? LANES : 2 * LANES;
    for (size_t key = first; key <= position; key++) {
        float *lane = &sum.lanes[key % lanes];
        *lane = fused_float(gradients[key], weights[key], *lane);
    }
    return wide && keys >= LANES ? sum_lanes(load(sum.lanes)) : pair_total(&sum, keys);
}

static void kernel_half_attention(
    const CKAttentionSpan *span, bool wide, const float *queries, size_t query_stride, const float *keys,
    size_t key_stride, const float *values, size_t value_stride, float *output, size_t output_stride,
    float *log_sum_exp, size_t log_sum_exp_stride, float *weights) {
    for (size_t query = span->first_query; query < span->end_query; query++) {
        size_t position = span->keys - span->queries + query;
        float total = half_attend(
            span, wide, queries + query * query_stride, keys, key_stride, position, weights);
        if (log_sum_exp) log_sum_exp[query * log_sum_exp_stride] = total;
        float *y = output + query * output_stride;
        for (size_t i = 0; i < span->head_size; i++) y[i] = 0;
        for (size_t key = half_first_key(span, position); key <= position; key++) {
            float weight = half(weights[key]);
            for (size_t i = 0; i < span->head_size; i++)
                y[i] = fused_float(weight, values[key * value_stride + i], y[i]);
        }
        kernel_half_round(y, span->head_size);
    }
}

// target += the rounded sum over the queries of factors[query] · rows[query].
INLINE void half_add_products(
    const CKAttentionSpan *span, const float *factors, const float *rows, size_t row_stride, float *sum,
    float *target) {
    for (size_t i = 0; i < span->head_size; i++) sum[i] = 0;
    for (size_t query = 0; query < span->queries; query++) {
        float factor = factors[query * span->keys];
        if (factor == 0) continue;
        for (size_t i = 0; i < span->head_size; i++)
            sum[i] = fused_float(factor, rows[query * row_stride + i], sum[i]);
    }
    for (size_t i = 0; i < span->head_size; i++) target[i] = half(target[i] + half(sum[i]));
}

static void kernel_half_attention_backward(
    const CKAttentionSpan *span, bool wide, const float *d_output, size_t d_output_stride,
    const float *queries, size_t query_stride, const float *keys, size_t key_stride, const float *values,
    size_t value_stride, float *d_queries, size_t d_query_stride, float *d_keys, size_t d_key_stride,
    float *d_values, size_t d_value_stride, float *scratch) {
    size_t older = span->keys - span->queries, size = span->head_size;
    float *weights = scratch, *d_scores = weights + span->queries * span->keys;
    float *d_weights = d_scores + span->queries * span->keys, *sum = d_weights + span->keys;
    float divisor = half(1 / span->scale);
    memset(scratch, 0, 2 * span->queries * span->keys * sizeof *scratch);
    for (size_t query = 0; query < span->queries; query++) {
        size_t position = older + query, first = half_first_key(span, position);
        const float *d_row = d_output + query * d_output_stride;
        float *w = weights + query * span->keys, *d = d_scores + query * span->keys;
        half_attend(span, wide, queries + query * query_stride, keys, key_stride, position, w);
        for (size_t key = first; key <= position; key++) {
            if (!wide) w[key] = half(w[key]);
            d_weights[key] = half(half_dot(d_row, values + key * value_stride, size));
        }
        float mean = half_softmax_dot(d_weights, w, first, position, span->keys, wide);
        float *dq = d_queries + query * d_query_stride;
        for (size_t i = 0; i < size; i++) dq[i] = 0;
        for (size_t key = first; key <= position; key++) {
            float change = (d_weights[key] - mean) * w[key];
            d[key] = wide ? change * span->scale : half(half(change) / divisor);
            w[key] = half(w[key]);
            for (size_t i = 0; i < size; i++)
                dq[i] = fused_float(d[key], keys[key * key_stride + i], dq[i]);
        }
        kernel_half_round(dq, size);
    }
    for (size_t row = 0; row < span->queries; row++) {
        half_add_products(
            span, d_scores + older + row, queries, query_stride, sum, d_keys + row * d_key_stride);
        half_add_products(
            span, weights + older + row, d_output, d_output_stride, sum, d_values + row * d_value_stride);
    }
}
