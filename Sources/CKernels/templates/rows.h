static void kernel_widen(const void *source, CKElementType type, float *y, size_t count, bool accumulate) {
    const char *bytes = source;
    size_t width = type == CK_F32 ? 4 : 2;
    for (size_t i = 0; i < count; i += LANES) {
        size_t left = count - i;
        Floats value = splat(0);
        Halves halves = (Halves)(0);
        size_t some = left < LANES ? left : LANES;
        if (type == CK_F32) {
            if (left >= LANES)
                memcpy(&value, bytes + i * width, sizeof value);
            else
                memcpy(&value, bytes + i * width, some * width);
        } else {
            if (left >= LANES)
                memcpy(&halves, bytes + i * width, sizeof halves);
            else
                memcpy(&halves, bytes + i * width, some * width);
            value = type == CK_F16 ? widen_halves(halves) : widen_brains(halves);
        }
        if (accumulate) value += load_next(y + i, left);
        store_next(y + i, value, left);
    }
}

static void kernel_fill(float *y, size_t count, float value) {
    for (size_t i = 0; i < count; i += LANES) store_next(y + i, splat(value), count - i);
}

static void kernel_add(const float *x, float scale, float *y, size_t count) {
    for (size_t i = 0; i < count; i += LANES) {
        size_t left = count - i;
        store_next(y + i, fused(splat(scale), load_next(x + i, left), load_next(y + i, left)), left);
    }
}

static void kernel_scale(const float *x, float factor, float *y, size_t count, bool accumulate) {
    if (accumulate) {
        kernel_add(x, factor, y, count);
        return;
    }
    for (size_t i = 0; i < count; i += LANES) {
        size_t left = count - i;
        store_next(y + i, splat(factor) * load_next(x + i, left), left);
    }
}

static void kernel_blend(const float *x, float alpha, float beta, float *y, size_t count) {
    for (size_t i = 0; i < count; i += LANES) {
        size_t left = count - i;
        Floats kept = splat(beta) * load_next(y + i, left);
        store_next(y + i, fused(splat(alpha), load_next(x + i, left), kept), left);
    }
}

static float kernel_dot(const float *a, const float *b, size_t count) {
    Sums sums = {0, 0, 0, 0};
    size_t i = 0;
    for (; i + 4 * LANES <= count; i += 4 * LANES) {
        sums.a = fused(load(a + i), load(b + i), sums.a);
        sums.b = fused(load(a + i + 16), load(b + i + 16), sums.b);
        sums.c = fused(load(a + i + 32), load(b + i + 32), sums.c);
        sums.d = fused(load(a + i + 48), load(b + i + 48), sums.d);
    }
    for (; i < count; i += LANES)
        sums.a = fused(load_next(a + i, count - i), load_next(b + i, count - i), sums.a);
    return sum_all(sums);
}

// How many rows are summed before their sum is added to the others', to keep rounding errors small.
enum { SUM_BLOCK = 32 };

INLINE void sum_columns(
    const int width, const float *x, size_t x_stride, size_t rows, size_t left, float factor, float *y,
    bool accumulate) {
    Floats sums[4] = {0, 0, 0, 0};
    for (size_t first = 0; first < rows; first += SUM_BLOCK) {
        const size_t end = rows - first < SUM_BLOCK ? rows : first + SUM_BLOCK;
        Floats block[4] = {0, 0, 0, 0};
        for (size_t row = first; row < end; row++)
#pragma clang loop unroll(full)
            for (int v = 0; v < width; v++) block[v] += load_next(x + row * x_stride + v * LANES, left);
#pragma clang loop unroll(full)
        for (int v = 0; v < width; v++) sums[v] += block[v];
    }
#pragma clang loop unroll(full)
    for (int v = 0; v < width; v++) {
        Floats sum = sums[v] * splat(factor);
        if (accumulate) sum += load_next(y + v * LANES, left);
        store_next(y + v * LANES, sum, left);
    }
}

static void kernel_sum_rows(
    const float *x, size_t x_stride, size_t rows, size_t columns, float factor, float *y,
    bool accumulate) {
    size_t i = 0;
    for (; i + 4 * LANES <= columns; i += 4 * LANES)
        sum_columns(4, x + i, x_stride, rows, LANES, factor, y + i, accumulate);
    for (; i < columns; i += LANES)
        sum_columns(1, x + i, x_stride, rows, columns - i, factor, y + i, accumulate);
}
