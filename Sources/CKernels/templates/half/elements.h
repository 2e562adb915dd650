// Operations on elements, each of which PyTorch rounds.

static void kernel_half_round(float *x, size_t count) {
    for (size_t i = 0; i < count; i++) x[i] = half(x[i]);
}

static void kernel_half_multiply(const float *a, const float *b, float *y, size_t count) {
    for (size_t i = 0; i < count; i++) y[i] = half(a[i] * b[i]);
}

static void kernel_half_finish(const float *bias, float *y, size_t count) {
    for (size_t i = 0; i < count; i++) y[i] = half(bias ? y[i] + bias[i] : y[i]);
}

static void kernel_half_sum_rows(
    const float *x, size_t x_stride, size_t rows, size_t columns, float divisor, float *y) {
    for (size_t i = 0; i < columns; i++) y[i] = 0;
    for (size_t row = 0; row < rows; row++) {
        for (size_t i = 0; i < columns; i++) y[i] += x[row * x_stride + i];
    }
    for (size_t i = 0; i < columns; i++) y[i] = half(y[i] / divisor);
}

// MARK: GELU

// 0.5 · x · (1 + tanh(√(2/π) · (x + 0.044715 · x³))).
static const float gelu_root = 0.79788456f, gelu_cubic = 0.044715f;

INLINE float gelu_tangent(float x) {
    return half(tanhf(half(gelu_root * half(x + half(gelu_cubic * half(x * x * x))))));
}

static void kernel_half_gelu(const float *x, float *y, size_t count) {
    for (size_t i = 0; i < count; i++) y[i] = half(half(0.5f * x[i]) * half(1 + gelu_tangent(x[i])));
}

static void kernel_half_gelu_backward(const float *dy, const float *x, float *dx, size_t count) {
    for (size_t i = 0; i < count; i++) {
        float tangent = gelu_tangent(x[i]);
        float d_tangent = half(dy[i] * half(0.5f * x[i]));
        float d_sum = half(half(d_tangent * (1 - tangent * tangent)) * gelu_root);
        float d_cube = half(half(d_sum * gelu_cubic) * half(3 * half(x[i] * x[i])));
        float d_linear = half(half(dy[i] * half(1 + tangent)) * 0.5f);
        dx[i] = half(half(d_sum + d_cube) + d_linear);
    }
}

// MARK: Training

static void kernel_half_adamw(
    const CKHalfAdamW *options, float *parameters, const float *gradients, float *first_moments,
    float *second_moments, size_t count) {
    for (size_t i = 0; i < count; i++) {
        float gradient = gradients[i], parameter = half(parameters[i] * options->kept);
        float first = first_moments[i];
        first = half(fused_float(options->first_share, gradient - first, first));
        float second = half(second_moments[i] * options->second_kept);
        second = half(fused_float(options->second_share * gradient, gradient, second));
        float denominator = half(half(half(sqrtf(second)) / options->correction) + options->epsilon);
        parameters[i] = half(parameter - options->step_size * first / denominator);
        first_moments[i] = first;
        second_moments[i] = second;
    }
}
