INLINE void turn(Floats *a, Floats *b, Floats cosine, Floats sine) {
    Floats first = fused(*a, cosine, -(*b * sine));
    *b = fused(*b, cosine, *a * sine);
    *a = first;
}

static void kernel_rotate(
    float *head, const float *cosines, const float *sines, size_t pairs, bool neighbours, bool inverse) {
    const Floats sign = splat(inverse ? -1 : 1);
    for (size_t i = 0; i < pairs; i += LANES) {
        const size_t left = pairs - i;
        Floats cosine = load_next(cosines + i, left), sine = load_next(sines + i, left) * sign;
        if (neighbours) {
            float *start = head + 2 * i;
            Floats low = load_next(start, 2 * left);
            Floats high = 2 * left > LANES ? load_next(start + LANES, 2 * left - LANES) : splat(0);
            Floats a = __builtin_shufflevector(
                low, high, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
            Floats b = __builtin_shufflevector(
                low, high, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
            turn(&a, &b, cosine, sine);
            store_next(start, zip_low(a, b), 2 * left);
            if (2 * left > LANES) store_next(start + LANES, zip_high(a, b), 2 * left - LANES);
        } else {
            Floats a = load_next(head + i, left), b = load_next(head + pairs + i, left);
            turn(&a, &b, cosine, sine);
            store_next(head + i, a, left);
            store_next(head + pairs + i, b, left);
        }
    }
}
