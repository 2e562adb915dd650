// Sums over a row are formed in float lanes inside a block and in double across blocks.
enum { ROW_BLOCK = 1024 };

// Σ e^x as sum · e^maximum.
typedef struct {
    float maximum;
    double sum;
} Mass;

INLINE float largest_of(const float *x, size_t count) {
    Floats a = splat(-INFINITY), b = a;
    size_t i = 0;
    for (; i + 2 * LANES <= count; i += 2 * LANES) {
        a = larger(load(x + i), a);
        b = larger(load(x + i + LANES), b);
    }
    for (; i < count; i += LANES) {
        size_t left = count - i;
        a = larger(left >= LANES ? load(x + i) : load_some(x + i, left, -INFINITY), a);
    }
    return largest_lane(larger(a, b));
}

INLINE float sum_exponentials(const float *x, float pivot, size_t count) {
    Floats a = splat(0), b = a, p = splat(pivot);
    size_t i = 0;
    for (; i + 2 * LANES <= count; i += 2 * LANES) {
        a += small_exponential(load(x + i) - p);
        b += small_exponential(load(x + i + LANES) - p);
    }
    for (; i < count; i += LANES) {
        size_t left = count - i;
        a += small_exponential((left >= LANES ? load(x + i) : load_some(x + i, left, -INFINITY)) - p);
    }
    return sum_lanes(a + b);
}

static void add_block(Mass *mass, const float *x, size_t count) {
    float maximum = scalar_larger(largest_of(x, count), mass->maximum);
    if (maximum > mass->maximum) mass->sum *= exp((double)mass->maximum - maximum);
    mass->maximum = maximum;
    // Without a finite maximum only NaN can add something.
    mass->sum += sum_exponentials(x, maximum == -INFINITY ? 0 : maximum, count);
}

// The mass of all elements except the one at `without` (−1 for none).
static Mass mass_of(const float *x, size_t count, int32_t without) {
    Mass mass = {-INFINITY, 0};
    for (size_t i = 0; i < count; i += ROW_BLOCK) {
        size_t length = least(ROW_BLOCK, count - i);
        if (without >= 0 && (size_t)without >= i && (size_t)without < i + length) {
            float rest[ROW_BLOCK];
            memcpy(rest, x + i, length * sizeof(float));
            rest[(size_t)without - i] = -INFINITY;
            add_block(&mass, rest, length);
        } else {
            add_block(&mass, x + i, length);
        }
    }
    return mass;
}

INLINE double log_of(Mass mass) { return mass.maximum + log(mass.sum); }

static double kernel_log_sum_exp(const float *logits, size_t count) { return log_of(mass_of(logits, count, -1)); }

// Puts `id` in its place among the best `k`, of which `found` are known; equal values stay in order of id.
INLINE void insert(float value, int32_t id, size_t k, size_t *found, int32_t *ids, float *values) {
    size_t place = *found < k ? (*found)++ : k - 1;
    for (; place > 0 && !(values[place - 1] >= value); place--) {
        values[place] = values[place - 1];
        ids[place] = ids[place - 1];
    }
    values[place] = value;
    ids[place] = id;
}

static void kernel_top_k(const float *logits, size_t count, size_t k, int32_t *ids, float *values) {
    const double total = kernel_log_sum_exp(logits, count);
    size_t found = 0;
    for (size_t i = 0; i < count; i += LANES) {
        const size_t left = least(LANES, count - i);
        if (found == k && left == LANES) {
            Ints better = load(logits + i) > splat(values[k - 1]);
            if (!__builtin_reduce_or(better)) continue;
        }
        for (size_t j = i; j < i + left; j++) {
            // NaN comes last.
            float value = logits[j] == logits[j] ? logits[j] : -INFINITY;
            if (found < k || value > values[k - 1]) insert(value, (int32_t)j, k, &found, ids, values);
        }
    }
    for (size_t i = 0; i < k; i++) values[i] = (float)(values[i] - total);
}

// A double as a sum of two floats.
typedef struct {
    Floats high, low;
} TwoFloats;

INLINE TwoFloats two_floats(double value) {
    float high = (float)value;
    return (TwoFloats){splat(high), splat((float)(value - high))};
}

INLINE Floats probability(Floats x, TwoFloats total) { return small_exponential((x - total.high) - total.low); }

// How the gradient of a row depends on p and p⁰, except at the target and the comparator:
// p · direct − p · raised − p⁰ · divergence.
typedef struct {
    float direct, raised, divergence;
} Slopes;

// A term of KL(p⁰ ‖ p) = Σ p⁰ · (e^d − 1 − d) with d = log p − log p⁰.  Σ p = Σ p⁰ makes it the same as
// Σ p⁰ · −d, but no term is negative, so that the divergence of nearly equal rows does not cancel away.
INLINE Floats divergence_term(Floats p, Floats p0, Floats d) {
    Floats far = (p - p0) - p0 * d;
    Floats near = p0 * (d * d * exponential_curvature(d));
    Floats term = choose((d > -0.34f) & (d < 0.34f), near, far);
    // Where p⁰ is 0, d may be infinite.
    return choose(p0 == 0, p, term);
}

// KL(p⁰ ‖ p), and with `gradient` the slopes into x.
static double diverge(
    float *x, const float *base, size_t count, double total, double base_total, Slopes slopes,
    bool gradient) {
    const TwoFloats t = two_floats(total), t0 = two_floats(base_total), shift = two_floats(base_total - total);
    double sum = 0;
    for (size_t i = 0; i < count; i += ROW_BLOCK) {
        const size_t end = least(i + ROW_BLOCK, count);
        Floats terms = splat(0);
        for (size_t j = i; j < end; j += LANES) {
            const size_t left = end - j;
            Floats now = left >= LANES ? load(x + j) : load_some(x + j, left, -INFINITY);
            Floats before = left >= LANES ? load(base + j) : load_some(base + j, left, -INFINITY);
            Floats p = probability(now, t), p0 = probability(before, t0);
            terms += divergence_term(p, p0, ((now - before) + shift.high) + shift.low);
            if (gradient) {
                Floats g = fused(p, splat(slopes.direct), -(p0 * splat(slopes.divergence)));
                store_next(x + j, fused(p, splat(-slopes.raised), g), left);
            }
        }
        sum += sum_lanes(terms);
    }
    return sum;
}

static void slope_rows(float *x, size_t count, double total, Slopes slopes) {
    const TwoFloats t = two_floats(total);
    for (size_t i = 0; i < count; i += LANES) {
        const size_t left = count - i;
        Floats p = probability(load_next(x + i, left), t);
        store_next(x + i, fused(p, splat(-slopes.raised), p * splat(slopes.direct)), left);
    }
}

// The row's distribution as far as single tokens need it.
typedef struct {
    double total, base_total;
    // p(comparator), and 1 − p(comparator) from the sum of the others, not less than FLT_MIN.
    double comparator, rest;
} RowDistribution;

// d loss / d x[id], in double; the vector formula does not hold at the target and the comparator.
static double slope_at(
    int32_t id, float x, float base, const CKDistributionTerms *terms, const RowDistribution *row) {
    const double p = exp(x - row->total);
    double slope = 0;
    if (terms->target >= 0) slope += terms->target_weight * (p - (id == terms->target));
    if (terms->comparator >= 0 && terms->comparator_weight != 0) {
        const double share = id == terms->comparator ? 1 : -p / row->rest;
        slope += terms->comparator_weight * row->comparator * share;
    }
    if (terms->divergence_weight != 0)
        slope += terms->divergence_weight * (p - exp(base - row->base_total));
    return slope;
}

static RowDistribution distribution_of(
    const float *logits, const float *base, size_t count, const CKDistributionTerms *terms,
    float *values) {
    RowDistribution row = {0, 0, 0, 1};
    const int32_t c = terms->comparator;
    if (c >= 0) {
        const Mass others = mass_of(logits, count, c);
        const float largest = scalar_larger(others.maximum, logits[c]);
        const double rest = others.sum * exp((double)others.maximum - largest);
        const double own = exp((double)logits[c] - largest);
        row.total = largest + log(rest + own);
        row.comparator = own / (rest + own);
        row.rest = rest / (rest + own);
        if (row.rest < 0x1p-126) row.rest = 0x1p-126;
        values[1] = (float)log(row.rest);
    } else {
        row.total = kernel_log_sum_exp(logits, count);
    }
    if (terms->target >= 0) values[0] = (float)(logits[terms->target] - row.total);
    if (terms->divergence_weight != 0) row.base_total = kernel_log_sum_exp(base, count);
    return row;
}

static void kernel_distribution_terms(
    float *logits, const float *base, size_t count, const CKDistributionTerms *terms, float *values,
    bool gradient) {
    values[0] = values[1] = values[2] = 0;
    const int32_t t = terms->target, c = terms->comparator;
    const float target_weight = t >= 0 ? terms->target_weight : 0;
    const float comparator_weight = c >= 0 ? terms->comparator_weight : 0;
    const float divergence_weight = terms->divergence_weight;
    const bool sloped = target_weight != 0 || comparator_weight != 0 || divergence_weight != 0;
    if (gradient && !sloped && t < 0 && c < 0) kernel_fill(logits, count, 0);
    if (!sloped && t < 0 && c < 0) return;
    const RowDistribution row = distribution_of(logits, base, count, terms, values);
    double at_target = 0, at_comparator = 0;
    if (gradient && t >= 0) at_target = slope_at(t, logits[t], base ? base[t] : 0, terms, &row);
    if (gradient && c >= 0) at_comparator = slope_at(c, logits[c], base ? base[c] : 0, terms, &row);
    double raised = comparator_weight * row.comparator / row.rest;
    if (raised > 0x1p127) raised = 0x1p127;
    const Slopes slopes = {target_weight + divergence_weight, (float)raised, divergence_weight};
    if (divergence_weight != 0)
        values[2] = (float)diverge(logits, base, count, row.total, row.base_total, slopes, gradient);
    else if (gradient && sloped)
        slope_rows(logits, count, row.total, slopes);
    else if (gradient)
        kernel_fill(logits, count, 0);
    if (gradient && t >= 0) logits[t] = (float)at_target;
    if (gradient && c >= 0) logits[c] = (float)at_comparator;
}
