// Numbers of half precision in float32, and sums in the order in which PyTorch's vectors form them.
//
// PyTorch compiles softmax for AVX-512 where a processor has it, so its sums run in two vectors of sixteen lanes;
// its norms are compiled for AVX2 alone, so theirs run in two vectors of eight.  The same lanes are summed here in
// every build.  A product that PyTorch's compiler fuses with an addition is fused here.

INLINE float fused_float(float a, float b, float c) { return __builtin_fmaf(a, b, c); }

// x rounded to half precision.
INLINE float half(float x) {
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

// e^x as PyTorch's vectors compute it (Sleef's expf of 1 ulp), for x ≤ 0.
INLINE float vector_exponential(float x) {
    // Adding 1.5 · 2²³ rounds to an integer, which is then in the low bits.
    float clamped = x < -104 ? -104 : x, shifted = clamped * 0x1.715476p0f + 0x1.8p23f;
    float n = shifted - 0x1.8p23f;
    float r = fused_float(n, -0.693145751953125f, clamped);
    r = fused_float(n, -1.428606765330187045e-06f, r);
    float p = fused_float(0.000198527617612853646278381f, r, 0.00139304355252534151077271f);
    p = fused_float(p, r, 0.00833336077630519866943359f);
    p = fused_float(p, r, 0.0416664853692054748535156f);
    p = fused_float(p, r, 0.166666671633720397949219f);
    p = fused_float(p, r, 0.5f);
    p = 1 + fused_float(r * r, p, r);
    // 2^n in two factors, since it may be below the normal numbers.
    uint32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    int32_t exponent = (int32_t)(bits - 0x4B400000), part = exponent >> 1;
    uint32_t low = (uint32_t)(part + 127) << 23, high = (uint32_t)(exponent - part + 127) << 23;
    float first, second;
    memcpy(&first, &low, sizeof first);
    memcpy(&second, &high, sizeof second);
    return x < -104 ? 0 : p * first * second;
}

// A sum over a row in two vectors of sixteen lanes.
typedef struct {
    float lanes[2 * LANES];
} PairSum;

INLINE float sum_in_order(const float *x, size_t count) {
    float sum = 0;
    for (size_t i = 0; i < count; i++) sum += x[i];
    return sum;
}

// The sum of a row of `count` terms, of which term i was added to lane i mod 32.
INLINE float pair_total(const PairSum *sum, size_t count) {
    float folded[LANES];
    for (size_t i = 0; i < LANES; i++) folded[i] = sum->lanes[i] + sum->lanes[i + LANES];
    if (count < 2 * LANES) return sum_in_order(folded, count < LANES ? count : LANES);
    return sum_lanes(load(folded));
}
