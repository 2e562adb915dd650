INLINE float sum_of(const float *x, size_t count) {
    Sums sums = {0, 0, 0, 0};
    size_t i = 0;
    for (; i + 4 * LANES <= count; i += 4 * LANES) {
        sums.a += load(x + i);
        sums.b += load(x + i + 16);
        sums.c += load(x + i + 32);
        sums.d += load(x + i + 48);
    }
    for (; i < count; i += LANES) sums.a += load_next(x + i, count - i);
    return sum_all(sums);
}

// Σ (x − mean)².
INLINE float squares_about(const float *x, float mean, size_t count) {
    Sums sums = {0, 0, 0, 0};
    Floats m = splat(mean);
    size_t i = 0;
    for (; i + 4 * LANES <= count; i += 4 * LANES) {
        Floats a = load(x + i) - m, b = load(x + i + 16) - m;
        Floats c = load(x + i + 32) - m, d = load(x + i + 48) - m;
        sums.a = fused(a, a, sums.a);
        sums.b = fused(b, b, sums.b);
        sums.c = fused(c, c, sums.c);
        sums.d = fused(d, d, sums.d);
    }
    for (; i < count; i += LANES) {
        size_t left = count - i;
        Floats a = left >= LANES ? load(x + i) - m : load_some(x + i, left, mean) - m;
        sums.a = fused(a, a, sums.a);
    }
    return sum_all(sums);
}

static void kernel_layer_norm(
    const float *x, size_t x_stride, size_t rows, size_t columns, const float *gain, const float *bias,
    float epsilon, float *y, size_t y_stride, float *statistics, size_t statistics_stride) {
    for (size_t row = 0; row < rows; row++, x += x_stride, y += y_stride) {
        float mean = sum_of(x, columns) / (float)columns;
        float variance = squares_about(x, mean, columns) / (float)columns;
        float inverse = 1 / sqrtf(variance + epsilon);
        for (size_t i = 0; i < columns; i += LANES) {
            size_t left = columns - i;
            Floats unit = (load_next(x + i, left) - splat(mean)) * splat(inverse);
            Floats offset = bias ? load_next(bias + i, left) : splat(0);
            store_next(y + i, fused(unit, load_next(gain + i, left), offset), left);
        }
        if (statistics) {
            statistics[row * statistics_stride] = mean;
            statistics[row * statistics_stride + 1] = inverse;
        }
    }
}

static void kernel_rms_norm(
    const float *x, size_t x_stride, size_t rows, size_t columns, const float *gain, float epsilon,
    float *y, size_t y_stride, float *statistics, size_t statistics_stride) {
    for (size_t row = 0; row < rows; row++, x += x_stride, y += y_stride) {
        float inverse = 1 / sqrtf(squares_about(x, 0, columns) / (float)columns + epsilon);
        for (size_t i = 0; i < columns; i += LANES) {
            size_t left = columns - i;
            Floats unit = load_next(x + i, left) * splat(inverse);
            store_next(y + i, unit * load_next(gain + i, left), left);
        }
        if (statistics) statistics[row * statistics_stride] = inverse;
    }
}

// With x̂ = (x − mean) · inverse and g = dy · gain:
// dx = inverse · (g − [centred] mean(g) − x̂ · mean(g · x̂)).
INLINE void norm_backward(
    const float *dy, const float *x, size_t columns, const float *gain, float mean, float inverse,
    bool centred, float *dx, bool accumulate) {
    Floats m = splat(mean), scale = splat(inverse), gradients = splat(0), products = splat(0);
    for (size_t i = 0; i < columns; i += LANES) {
        size_t left = columns - i;
        Floats unit = (load_next(x + i, left) - m) * scale;
        Floats g = load_next(dy + i, left) * load_next(gain + i, left);
        gradients += g;
        products = fused(g, unit, products);
    }
    float gradient = centred ? sum_lanes(gradients) / (float)columns : 0;
    float product = sum_lanes(products) / (float)columns;
    for (size_t i = 0; i < columns; i += LANES) {
        size_t left = columns - i;
        Floats unit = (load_next(x + i, left) - m) * scale;
        Floats g = load_next(dy + i, left) * load_next(gain + i, left);
        Floats result = scale * fused(unit, splat(-product), g - splat(gradient));
        if (accumulate) result += load_next(dx + i, left);
        store_next(dx + i, result, left);
    }
}

static void kernel_layer_norm_backward(
    const float *dy, size_t dy_stride, const float *x, size_t x_stride, size_t rows, size_t columns,
    const float *gain, const float *statistics, size_t statistics_stride, float *dx, size_t dx_stride,
    bool accumulate) {
    for (size_t row = 0; row < rows; row++)
        norm_backward(dy + row * dy_stride, x + row * x_stride, columns, gain,
            statistics[row * statistics_stride], statistics[row * statistics_stride + 1], true,
            dx + row * dx_stride, accumulate);
}

static void kernel_rms_norm_backward(
    const float *dy, size_t dy_stride, const float *x, size_t x_stride, size_t rows, size_t columns,
    const float *gain, const float *statistics, size_t statistics_stride, float *dx, size_t dx_stride,
    bool accumulate) {
    for (size_t row = 0; row < rows; row++)
        norm_backward(dy + row * dy_stride, x + row * x_stride, columns, gain, 0,
            statistics[row * statistics_stride], false, dx + row * dx_stride, accumulate);
}
