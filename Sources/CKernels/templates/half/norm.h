// Layer norm as PyTorch computes it on half-precision rows: in vectors of eight lanes, two at a time.

enum { HALF_LANES = 8, MOMENT_CHUNK = 16, MOMENT_LEVELS = 32 };

INLINE Floats8 load8(const float *source) {
    Floats8 value;
    memcpy(&value, source, sizeof value);
    return value;
}

INLINE Floats8 fused8(Floats8 a, Floats8 b, Floats8 c) { return __builtin_elementwise_fma(a, b, c); }

INLINE float sum_lanes8(Floats8 v) {
    Floats4 b = v.lo + v.hi;
    return (b.x + b.z) + (b.y + b.w);
}

// The mean of `count` numbers in every lane, and the sum of their squared distances from it.
typedef struct {
    size_t count;
    Floats8 mean, squares;
} LaneMoments;

INLINE void merge_lanes(LaneMoments *moments, const LaneMoments *other) {
    size_t count = moments->count + other->count;
    float share = count == 0 ? 0 : (float)other->count / (float)count;
    Floats8 delta = other->mean - moments->mean, shift = share * delta;
    moments->squares =
        fused8(delta * (float)moments->count, shift, moments->squares + other->squares);
    moments->mean += shift;
    moments->count = count;
}

// Welford's updates with `count` vectors, each of which is followed by one of another chain.
INLINE LaneMoments lane_moments(const float *x, size_t count) {
    LaneMoments moments = {count, (Floats8)(0.0f), (Floats8)(0.0f)};
    for (size_t i = 0; i < count; i++) {
        Floats8 value = load8(x + i * 2 * HALF_LANES), delta = value - moments.mean;
        moments.mean = fused8(delta, (Floats8)(1.0f / (float)(i + 1)), moments.mean);
        moments.squares = fused8(delta, value - moments.mean, moments.squares);
    }
    return moments;
}

// The moments of `pairs` pairs of vectors: chunks are merged as a binary tree.
static LaneMoments row_lane_moments(const float *x, size_t pairs) {
    LaneMoments levels[MOMENT_LEVELS] = {0};
    size_t chunks = (pairs + MOMENT_CHUNK - 1) / MOMENT_CHUNK, depth = 0;
    while (((size_t)1 << depth) < chunks) depth++;
    for (size_t chunk = 0; chunk < chunks; chunk++) {
        size_t first = chunk * MOMENT_CHUNK, count = pairs - first;
        if (count > MOMENT_CHUNK) count = MOMENT_CHUNK;
        for (size_t chain = 0; chain < 2; chain++) {
            LaneMoments moments = lane_moments(x + (2 * first + chain) * HALF_LANES, count);
            merge_lanes(&levels[0], &moments);
        }
        size_t carries = chunk + 1;
        for (size_t level = 1; level < depth && carries % 2 == 0; level++, carries /= 2) {
            merge_lanes(&levels[level], &levels[level - 1]);
            levels[level - 1] = (LaneMoments){0};
        }
    }
    for (size_t level = 1; level < depth; level++) merge_lanes(&levels[0], &levels[level]);
    return levels[0];
}

typedef struct {
    float mean, variance;
} RowMoments;

static RowMoments row_moments(const float *x, size_t columns) {
    size_t pairs = columns / (2 * HALF_LANES), count = 0;
    LaneMoments lanes = row_lane_moments(x, pairs);
    float mean = 0, squares = 0;
    for (size_t i = pairs * 2 * HALF_LANES; i < columns; i++) {
        float delta = x[i] - mean;
        mean += delta / (float)++count;
        squares = fused_float(delta, x[i] - mean, squares);
    }
    for (size_t lane = 0; lane < HALF_LANES; lane++) {
        size_t total = count + 2 * pairs;
        float share = total == 0 ? 0 : (float)(2 * pairs) / (float)total;
        float delta = lanes.mean[lane] - mean;
        mean = fused_float(share, delta, mean);
        squares += fused_float(delta * delta * share, (float)count, lanes.squares[lane]);
        count = total;
    }
    return (RowMoments){mean, squares / (float)columns};
}

static void kernel_half_layer_norm(
    const float *x, size_t x_stride, size_t rows, size_t columns, const float *gain, const float *bias,
    float epsilon, float *y, size_t y_stride, float *statistics, size_t statistics_stride) {
    for (size_t row = 0; row < rows; row++, x += x_stride, y += y_stride) {
        RowMoments moments = row_moments(x, columns);
        float inverse = 1 / sqrtf(moments.variance + epsilon), offset = -inverse * moments.mean;
        for (size_t i = 0; i < columns; i++) {
            float unit = fused_float(x[i], inverse, offset);
            y[i] = half(fused_float(unit, gain[i], bias ? bias[i] : 0));
        }
        if (statistics) {
            statistics[row * statistics_stride] = half(moments.mean);
            statistics[row * statistics_stride + 1] = half(inverse);
        }
    }
}

// The next lanes of a row with `left` elements to go; those beyond are 0.
INLINE Floats8 load8_next(const float *source, size_t left) {
    Floats8 value = (Floats8)(0.0f);
    memcpy(&value, source, (left < HALF_LANES ? left : HALF_LANES) * sizeof(float));
    return value;
}

// Σ a · b, or Σ a · b · c.
INLINE float norm_dot(const float *a, const float *b, const float *c, size_t count) {
    Floats8 sums[2] = {(Floats8)(0.0f), (Floats8)(0.0f)};
    // A row shorter than two vectors has one sum.
    size_t chains = count < 2 * HALF_LANES ? 1 : 2;
    for (size_t i = 0, chain = 0; i < count; i += HALF_LANES, chain = (chain + 1) % chains) {
        Floats8 factor = load8_next(a + i, count - i), other = load8_next(b + i, count - i);
        if (c) {
            factor = factor * other;
            other = load8_next(c + i, count - i);
        }
        sums[chain] = fused8(factor, other, sums[chain]);
    }
    if (chains == 2) return sum_lanes8(sums[0] + sums[1]);
    float lanes[HALF_LANES];
    memcpy(lanes, &sums[0], sizeof lanes);
    return sum_in_order(lanes, count < HALF_LANES ? count : HALF_LANES);
}

static void kernel_half_layer_norm_backward(
    const float *dy, size_t dy_stride, const float *x, size_t x_stride, size_t rows, size_t columns,
    const float *gain, const float *statistics, size_t statistics_stride, float *dx, size_t dx_stride) {
    float share = 1 / (float)columns;
    for (size_t row = 0; row < rows; row++) {
        const float *d = dy + row * dy_stride, *values = x + row * x_stride;
        float mean = statistics[row * statistics_stride];
        float inverse = statistics[row * statistics_stride + 1];
        float products = norm_dot(d, values, gain, columns), sum = norm_dot(d, gain, NULL, columns);
        float slope = fused_float(sum, mean, -products) * inverse * inverse * inverse * share;
        float offset = fused_float(-slope, mean, -(sum * inverse * share));
        float *result = dx + row * dx_stride;
        for (size_t i = 0; i < columns; i++)
            result[i] = half(fused_float(slope, values[i], inverse * d[i] * gain[i]) + offset);
    }
}
