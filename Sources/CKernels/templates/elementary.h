// Elementary functions, accurate to about one unit in the last place.

// (e^r − 1 − r) / r² for |r| ≤ ½ log 2, fitted so that e^r holds 1.5e-8.
INLINE Floats exponential_curvature(Floats r) {
    Floats q = fused(splat(0x1.6c6a16p-10f), r, splat(0x1.120b9cp-7f));
    q = fused(q, r, splat(0x1.5555bap-5f));
    q = fused(q, r, splat(0x1.5554dcp-3f));
    return fused(q, r, splat(0.5f));
}

// The parts of e^x = 2^n · e^r with |r| ≤ ½ log 2.
typedef struct {
    // n lies in the low bits.
    Bits n;
    // e^r.
    Floats mantissa;
} Power;

INLINE Power power(Floats x) {
    // Adding 1.5 · 2²³ rounds to an integer.
    Floats shifted = fused(x, splat(0x1.715476p0f), splat(0x1.8p23f));
    Floats n = shifted - splat(0x1.8p23f);
    Floats r = fused(n, splat(-0x1.62e4p-1f), x);
    r = fused(n, splat(-0x1.7f7d1cp-20f), r);
    return (Power){(Bits)shifted, fused(exponential_curvature(r) * r, r, r) + splat(1)};
}

// e^x for x ≤ 88; 0 below −86.9, where results would leave the normal range.
INLINE Floats small_exponential(Floats x) {
    Power e = power(x);
    return choose(x < -86.9f, splat(0), e.mantissa * (Floats)((e.n + 127) << 23));
}

// e^x; 0 below −86.9.
INLINE Floats exponential(Floats x) {
    Power e = power(choose(x > 88.8f, splat(88.8f), x));
    // Half of 2^n, doubled afterwards, so that n = 128 fits.
    return choose(x < -86.9f, splat(0), e.mantissa * (Floats)((e.n + 126) << 23) * splat(2));
}

// Φ(−|x|) and φ(x) = e^(−x²/2) / √(2π), both to full relative accuracy.
typedef struct {
    Floats tail, density;
} Normal;

// Φ(−a) = e^(−a²/2) · P(t) / (1 + a) with t = (a − 4) / (a + 4); P fitted to 2e-9 for a ≤ 13.5.
INLINE Normal normal(Floats x) {
    Floats a = (Floats)((Ints)x & 0x7fffffff);
    // Beyond 13.5 both are 0; the clamp keeps infinity from making NaN.
    a = choose(a > 20, splat(20), a);
    Floats square = a * a;
    Floats rest = fused(a, a, -square);
    Floats e = small_exponential(square * splat(-0.5f));
    e = fused(e, rest * splat(-0.5f), e);
    Floats t = (a - splat(4)) / (a + splat(4));
    Floats p = fused(splat(-7.06553227e-05f), t, splat(-5.79501005e-05f));
    p = fused(p, t, splat(0.000694706478f));
    p = fused(p, t, splat(-0.000304424045f));
    p = fused(p, t, splat(-0.0050055047f));
    p = fused(p, t, splat(0.0179400822f));
    p = fused(p, t, splat(-0.0321970857f));
    p = fused(p, t, splat(0.0286000157f));
    p = fused(p, t, splat(0.013999587f));
    p = fused(p, t, splat(-0.0967034683f));
    p = fused(p, t, splat(0.472053207f));
    return (Normal){.tail = e * p / (splat(1) + a), .density = e * splat(0.398942280f)};
}

// 1 / (1 + e^(−(x + correction))), where `correction` is the rounding error of x.
INLINE Floats sigmoid(Floats x, Floats correction) {
    Floats e = exponential(-x);
    // Infinity times a correction would be NaN.
    e = choose(e < 3e38f, fused(e, -correction, e), e);
    return splat(1) / (splat(1) + e);
}
