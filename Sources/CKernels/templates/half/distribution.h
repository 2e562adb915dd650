// The loss of one row of logits as PyTorch computes it on half-precision tensors.

// The amount that log_softmax subtracts from every logit: first the largest, then the rounded
// logarithm of the rounded sum.
typedef struct {
    float largest, log_sum;
} HalfNormalizer;

static HalfNormalizer half_normalizer(const float *logits, size_t count) {
    float largest = -INFINITY;
    for (size_t i = 0; i < count; i++) largest = logits[i] > largest ? logits[i] : largest;
    PairSum sum = {{0}};
    for (size_t first = 0; first < count; first += 2 * LANES) {
        size_t left = count - first < 2 * LANES ? count - first : 2 * LANES;
        for (size_t i = 0; i < left; i++) sum.lanes[i] += vector_exponential(logits[first + i] - largest);
    }
    return (HalfNormalizer){largest, half(logf(half(pair_total(&sum, count))))};
}

INLINE float half_log_probability(HalfNormalizer n, float logit) {
    return half(logit - n.largest - n.log_sum);
}

// The terms over log-probabilities.
typedef struct {
    float target, comparator;
} HalfTermGradients;

static HalfTermGradients half_sparse_terms(
    HalfNormalizer n, const float *logits, const CKDistributionTerms *terms, float *values) {
    HalfTermGradients result = {0, 0};
    if (terms->target >= 0) {
        values[0] = half_log_probability(n, logits[terms->target]);
        result.target = -half(terms->target_weight);
    }
    if (terms->comparator >= 0) {
        float probability = half(vector_exponential(half_log_probability(n, logits[terms->comparator])));
        // The next number below 1 is 1 − 2⁻¹¹; the floor keeps the logarithm finite at 1.
        float rest = half(1 - probability);
        rest = rest > 0x1p-12f ? rest : 0x1p-12f;
        values[1] = half(logf(rest));
        result.comparator = half(half(half(terms->comparator_weight) / rest) * probability);
    }
    return result;
}

static double half_divergence(
    HalfNormalizer edited, const float *logits, HalfNormalizer unedited, const float *base, size_t count) {
    double divergence = 0;
    for (size_t i = 0; i < count; i++) {
        float before = half_log_probability(unedited, base[i]);
        float change = half(before - half_log_probability(edited, logits[i]));
        divergence += half(half(vector_exponential(before)) * change);
    }
    return divergence;
}

// The gradient of the loss with respect to a row's log-probabilities.
typedef struct {
    const CKDistributionTerms *terms;
    HalfTermGradients sparse;
    // The unedited logits, or null without a divergence.
    const float *base;
    HalfNormalizer unedited;
    float divergence_weight;
} HalfGradient;

INLINE float half_own_gradient(const HalfGradient *gradient, size_t i) {
    float own = 0;
    if (gradient->base) {
        float before = half_log_probability(gradient->unedited, gradient->base[i]);
        own = -half(gradient->divergence_weight * half(vector_exponential(before)));
    }
    if ((int64_t)i == gradient->terms->target) own = half(own + gradient->sparse.target);
    if ((int64_t)i == gradient->terms->comparator) own = half(own + gradient->sparse.comparator);
    return own;
}

static void half_differentiate(
    const HalfGradient *gradient, HalfNormalizer edited, float *logits, size_t count) {
    PairSum sum = {{0}};
    for (size_t first = 0; first < count; first += 2 * LANES) {
        size_t left = count - first < 2 * LANES ? count - first : 2 * LANES;
        for (size_t i = 0; i < left; i++) sum.lanes[i] += half_own_gradient(gradient, first + i);
    }
    float total = pair_total(&sum, count);
    for (size_t i = 0; i < count; i++) {
        float probability = vector_exponential(half_log_probability(edited, logits[i]));
        logits[i] = half(fused_float(-probability, total, half_own_gradient(gradient, i)));
    }
}

static void kernel_half_distribution_terms(
    float *logits, const float *base, size_t count, const CKDistributionTerms *terms, float *values,
    bool gradient) {
    values[0] = values[1] = values[2] = 0;
    HalfNormalizer edited = half_normalizer(logits, count);
    HalfGradient asked = {terms, half_sparse_terms(edited, logits, terms, values), NULL, {0, 0}, 0};
    if (terms->divergence_weight != 0) {
        asked.base = base;
        asked.unedited = half_normalizer(base, count);
        asked.divergence_weight = half(terms->divergence_weight);
        values[2] = (float)half_divergence(edited, logits, asked.unedited, base, count);
    }
    if (gradient) half_differentiate(&asked, edited, logits, count);
}
