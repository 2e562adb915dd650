#include "CKHalf.h"

#include <math.h>
#include <string.h>

// x rounded to half precision.
static inline float half(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    uint32_t sign = bits & 0x80000000, magnitude = bits & 0x7FFFFFFF;
    float size;
    memcpy(&size, &magnitude, sizeof size);
    // Subnormal halves are multiples of 2⁻²⁴, the unit of float32 from ½ on.
    float small = (size + 0.5f) - 0.5f;
    uint32_t small_bits;
    memcpy(&small_bits, &small, sizeof small_bits);
    uint32_t normal = (magnitude + 0xFFF + ((magnitude >> 13) & 1)) & ~(uint32_t)0x1FFF;
    normal = normal >= 0x47800000 ? 0x7F800000 : normal;
    uint32_t rounded = magnitude < 0x38800000 ? small_bits : normal;
    rounded = magnitude > 0x7F800000 ? 0x7FC00000 : rounded;
    rounded |= sign;
    memcpy(&x, &rounded, sizeof x);
    return x;
}

void ck_half_round(float *x, size_t count) {
    for (size_t i = 0; i < count; i++) x[i] = half(x[i]);
}

void ck_half_multiply(const float *a, const float *b, float *y, size_t count) {
    for (size_t i = 0; i < count; i++) y[i] = half(a[i] * b[i]);
}

// MARK: GELU

// 0.5 · x · (1 + tanh(√(2/π) · (x + 0.044715 · x³))).
static const float gelu_root = 0.79788456f, gelu_cubic = 0.044715f;

static inline float gelu_tangent(float x) {
    return half(tanhf(half(gelu_root * half(x + half(gelu_cubic * half(x * x * x))))));
}

void ck_half_gelu(const float *x, float *y, size_t count) {
    for (size_t i = 0; i < count; i++) y[i] = half(half(0.5f * x[i]) * half(1 + gelu_tangent(x[i])));
}

void ck_half_gelu_backward(const float *dy, const float *x, float *dx, size_t count) {
    for (size_t i = 0; i < count; i++) {
        float tangent = gelu_tangent(x[i]);
        float d_tangent = half(dy[i] * half(0.5f * x[i]));
        float d_sum = half(half(d_tangent * (1 - tangent * tangent)) * gelu_root);
        float d_cube = half(half(d_sum * gelu_cubic) * half(3 * half(x[i] * x[i])));
        float d_linear = half(half(dy[i] * half(1 + tangent)) * 0.5f);
        dx[i] = half(half(d_sum + d_cube) + d_linear);
    }
}

// MARK: Attention

size_t ck_half_attention_scratch(const CKAttentionSpan *span) {
    return 2 * span->queries * span->keys + span->keys + span->head_size;
}

// In the order of oneDNN's products: products of halves are exact, so this is a chain of fused multiply-adds.
static float dot(const float *a, const float *b, size_t count) {
    float sum = 0;
    for (size_t i = 0; i < count; i++) sum += a[i] * b[i];
    return sum;
}

// The first key that a query at `position` sees.
static size_t first_key(const CKAttentionSpan *span, size_t position) {
    return span->window && position + 1 > span->window ? position + 1 - span->window : 0;
}

// weights[first …  position] = softmax of a query's scores, not yet rounded; returns log Σ exp.
static float attend(
    const CKAttentionSpan *span, bool wide, const float *query, const float *keys, size_t key_stride,
    size_t position, float *weights) {
    size_t first = first_key(span, position);
    float divisor = half(1 / span->scale), largest = -INFINITY;
    for (size_t key = first; key <= position; key++) {
        float score = dot(query, keys + key * key_stride, span->head_size);
        score = wide ? score * span->scale : half(half(score) / divisor);
        weights[key] = score;
        largest = score > largest ? score : largest;
    }
    double sum = 0;
    for (size_t key = first; key <= position; key++) sum += weights[key] = expf(weights[key] - largest);
    for (size_t key = first; key <= position; key++) weights[key] = (float)(weights[key] / sum);
    return (float)(largest + log(sum));
}

void ck_half_attention(
    const CKAttentionSpan *span, bool wide, const float *queries, size_t query_stride, const float *keys,
    size_t key_stride, const float *values, size_t value_stride, float *output, size_t output_stride,
    float *log_sum_exp, size_t log_sum_exp_stride, float *weights) {
    for (size_t query = span->first_query; query < span->end_query; query++) {
        size_t position = span->keys - span->queries + query;
        float total = attend(
            span, wide, queries + query * query_stride, keys, key_stride, position, weights);
        if (log_sum_exp) log_sum_exp[query * log_sum_exp_stride] = total;
        float *y = output + query * output_stride;
        for (size_t i = 0; i < span->head_size; i++) y[i] = 0;
        for (size_t key = first_key(span, position); key <= position; key++) {
            float weight = half(weights[key]);
            for (size_t i = 0; i < span->head_size; i++) y[i] += weight * values[key * value_stride + i];
        }
        ck_half_round(y, span->head_size);
    }
}

// target += the rounded sum over the queries of factors[query] · rows[query].
static void add_products(
    const CKAttentionSpan *span, const float *factors, const float *rows, size_t row_stride, float *sum,
    float *target) {
    for (size_t i = 0; i < span->head_size; i++) sum[i] = 0;
    for (size_t query = 0; query < span->queries; query++) {
        float factor = factors[query * span->keys];
        if (factor == 0) continue;
        for (size_t i = 0; i < span->head_size; i++) sum[i] += factor * rows[query * row_stride + i];
    }
    for (size_t i = 0; i < span->head_size; i++) target[i] = half(target[i] + half(sum[i]));
}

void ck_half_attention_backward(
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
        size_t position = older + query, first = first_key(span, position);
        float *w = weights + query * span->keys, *d = d_scores + query * span->keys;
        attend(span, wide, queries + query * query_stride, keys, key_stride, position, w);
        double mean = 0;
        for (size_t key = first; key <= position; key++) {
            if (!wide) w[key] = half(w[key]);
            d_weights[key] = half(dot(d_output + query * d_output_stride, values + key * value_stride, size));
            mean += (double)d_weights[key] * w[key];
        }
        float *dq = d_queries + query * d_query_stride;
        for (size_t i = 0; i < size; i++) dq[i] = 0;
        for (size_t key = first; key <= position; key++) {
            float change = (d_weights[key] - (float)mean) * w[key];
            d[key] = wide ? change * span->scale : half(half(change) / divisor);
            w[key] = half(w[key]);
            for (size_t i = 0; i < size; i++) dq[i] += d[key] * keys[key * key_stride + i];
        }
        ck_half_round(dq, size);
    }
    for (size_t row = 0; row < span->queries; row++) {
        add_products(
            span, d_scores + older + row, queries, query_stride, sum, d_keys + row * d_key_stride);
        add_products(
            span, weights + older + row, d_output, d_output_stride, sum, d_values + row * d_value_stride);
    }
}

// MARK: Distributions

// What log_softmax takes from every logit: first the largest, then the rounded logarithm of the rounded sum.
typedef struct {
    float largest, log_sum;
} Normalizer;

static Normalizer normalizer(const float *logits, size_t count) {
    float largest = -INFINITY;
    for (size_t i = 0; i < count; i++) largest = logits[i] > largest ? logits[i] : largest;
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += expf(logits[i] - largest);
    return (Normalizer){largest, half(logf(half((float)sum)))};
}

static inline float log_probability(Normalizer n, float logit) {
    return half(logit - n.largest - n.log_sum);
}

// What the terms ask of the log-probabilities; the sum of all.
typedef struct {
    float target, comparator, total;
} TermGradients;

static TermGradients sparse_terms(
    Normalizer n, const float *logits, const CKDistributionTerms *terms, float *values) {
    TermGradients result = {0, 0, 0};
    if (terms->target >= 0) {
        values[0] = log_probability(n, logits[terms->target]);
        result.target = -half(terms->target_weight);
    }
    if (terms->comparator >= 0) {
        float probability = half(expf(log_probability(n, logits[terms->comparator])));
        // The next number below 1 is 1 − 2⁻¹¹; the floor keeps the logarithm finite at 1.
        float rest = half(1 - probability);
        rest = rest > 0x1p-12f ? rest : 0x1p-12f;
        values[1] = half(logf(rest));
        result.comparator = half(half(half(terms->comparator_weight) / rest) * probability);
    }
    result.total = result.target + result.comparator;
    return result;
}

static inline float divergence_gradient(Normalizer base, float logit, float weight) {
    return -half(weight * half(expf(log_probability(base, logit))));
}

void ck_half_distribution_terms(
    float *logits, const float *base, size_t count, const CKDistributionTerms *terms, float *values,
    bool gradient) {
    values[0] = values[1] = values[2] = 0;
    Normalizer n = normalizer(logits, count), unedited = {0, 0};
    TermGradients sparse = sparse_terms(n, logits, terms, values);
    bool diverges = terms->divergence_weight != 0;
    float weight = half(terms->divergence_weight);
    double total = sparse.total;
    if (diverges) {
        unedited = normalizer(base, count);
        double divergence = 0;
        for (size_t i = 0; i < count; i++) {
            float before = log_probability(unedited, base[i]);
            float probability = half(expf(before));
            divergence += half(probability * half(before - log_probability(n, logits[i])));
            total -= half(weight * probability);
        }
        values[2] = (float)divergence;
    }
    if (!gradient) return;
    for (size_t i = 0; i < count; i++) {
        float own = diverges ? divergence_gradient(unedited, base[i], weight) : 0;
        if ((int64_t)i == terms->target) own = half(own + sparse.target);
        if ((int64_t)i == terms->comparator) own = half(own + sparse.comparator);
        logits[i] = half(own - expf(log_probability(n, logits[i])) * (float)total);
    }
}

// MARK: Training

void ck_half_adamw(
    const CKHalfAdamW *options, float *parameters, const float *gradients, float *first_moments,
    float *second_moments, size_t count) {
    for (size_t i = 0; i < count; i++) {
        float gradient = gradients[i], parameter = half(parameters[i] * options->kept);
        float first = first_moments[i];
        first = half(first + options->first_share * (gradient - first));
        float second = half(second_moments[i] * options->second_kept);
        second = half(second + options->second_share * gradient * gradient);
        float denominator = half(half(half(sqrtf(second)) / options->correction) + options->epsilon);
        parameters[i] = half(parameter - options->step_size * first / denominator);
        first_moments[i] = first;
        second_moments[i] = second;
    }
}
