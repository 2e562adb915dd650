static void kernel_adamw(
    const CKAdamW *options, float *parameters, const float *gradients, float *first_moments,
    float *second_moments, size_t count) {
    const Floats beta1 = splat(options->beta1), beta2 = splat(options->beta2);
    const Floats fresh1 = splat(1 - options->beta1), fresh2 = splat(1 - options->beta2);
    const Floats kept = splat(1 - options->learning_rate * options->weight_decay);
    const Floats step = splat(options->learning_rate / options->correction1);
    const Floats root = splat(sqrtf(options->correction2)), epsilon = splat(options->epsilon);
    for (size_t i = 0; i < count; i += LANES) {
        const size_t left = count - i;
        Floats g = load_next(gradients + i, left);
        Floats m = fused(beta1, load_next(first_moments + i, left), fresh1 * g);
        Floats v = fused(beta2, load_next(second_moments + i, left), fresh2 * g * g);
        Floats denominator = __builtin_elementwise_sqrt(v) / root + epsilon;
        Floats p = load_next(parameters + i, left) * kept - step * m / denominator;
        store_next(first_moments + i, m, left);
        store_next(second_moments + i, v, left);
        store_next(parameters + i, p, left);
    }
}
