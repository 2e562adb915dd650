// A function and its derivative.
typedef struct {
    Floats value, slope;
} Curve;

INLINE Curve gelu_exact(Floats x) {
    Normal n = normal(x);
    // Negative x use the tail itself: 1 − (1 − tail) would lose it.
    Floats below = choose(x < 0, n.tail, splat(1) - n.tail);
    Floats value = choose(n.tail == 0, choose(x < 0, splat(0), x), x * below);
    return (Curve){value, below + choose(n.density == 0, splat(0), x * n.density)};
}

// x · sigmoid(w), w = x · (c₁ + c₂x²) with c₁ = 2√(2/π), c₂ = 0.044715 · c₁.  w is kept as a sum of two
// floats: its own rounding error would show in the far tail.
INLINE Curve gelu_tanh(Floats x) {
    const Floats c1 = splat(0x1.988454p0f), c1_rest = splat(-0x1.857936p-25f);
    const Floats c2 = splat(0x1.2444f2p-4f), c2_rest = splat(0x1.49b16ap-29f);
    // Outside, sigmoid(w) is 0 or 1.
    Floats z = choose(x > 12, splat(12), choose(x < -12, splat(-12), x));
    Floats square = z * z, square_rest = fused(z, z, -square);
    Floats p = c2 * square;
    Floats p_rest = fused(c2, square, -p) + fused(c2, square_rest, c2_rest * square);
    Floats v = c1 + p;
    Floats back = v - c1;
    Floats v_rest = ((c1 - (v - back)) + (p - back)) + (p_rest + c1_rest);
    Floats w = z * v;
    Floats w_rest = fused(z, v, -w) + z * v_rest;
    Floats s = sigmoid(w, w_rest);
    Floats slope = fused(splat(3) * c2, square, c1);
    return (Curve){choose(s == 0, splat(0), x * s), fused(z * slope, s * (splat(1) - s), s)};
}

INLINE Curve silu(Floats x) {
    Floats s = sigmoid(x, splat(0));
    Floats t = s * (splat(1) - s);
    return (Curve){choose(s == 0, splat(0), x * s), choose(t == 0, s, fused(x, t, s))};
}

// NaN passes.
INLINE Curve curve(CKActivation kind, Floats x) {
    switch (kind) {
    case CK_GELU_EXACT:
        return gelu_exact(x);
    case CK_GELU_TANH:
        return gelu_tanh(x);
    case CK_SILU:
        return silu(x);
    case CK_RELU:
        return (Curve){choose(x <= 0, splat(0), x), choose(x > 0, splat(1), splat(0))};
    case CK_LEAKY_RELU:
        break;
    }
    Floats slope = choose(x > 0, splat(1), splat(0.01f));
    return (Curve){x * slope, slope};
}

// Runs `body` with a constant `kind`, so that each loop holds one function only.
#define FOR_EACH_KIND(kind, body)                                                                        \
    switch (kind) {                                                                                      \
    case CK_GELU_EXACT: body(CK_GELU_EXACT); break;                                                      \
    case CK_GELU_TANH: body(CK_GELU_TANH); break;                                                        \
    case CK_SILU: body(CK_SILU); break;                                                                  \
    case CK_RELU: body(CK_RELU); break;                                                                  \
    case CK_LEAKY_RELU: body(CK_LEAKY_RELU); break;                                                      \
    }

static void kernel_activation(CKActivation kind, const float *x, float *y, size_t count) {
#define BODY(constant)                                                                                   \
    for (size_t i = 0; i < count; i += LANES) {                                                          \
        size_t left = count - i;                                                                         \
        store_next(y + i, curve(constant, load_next(x + i, left)).value, left);                          \
    }
    FOR_EACH_KIND(kind, BODY)
#undef BODY
}

static void kernel_activation_backward(
    CKActivation kind, const float *dy, const float *x, float *dx, size_t count) {
#define BODY(constant)                                                                                   \
    for (size_t i = 0; i < count; i += LANES) {                                                          \
        size_t left = count - i;                                                                         \
        Floats slope = curve(constant, load_next(x + i, left)).slope;                                    \
        store_next(dx + i, load_next(dy + i, left) * slope, left);                                       \
    }
    FOR_EACH_KIND(kind, BODY)
#undef BODY
}

static void kernel_gated(CKActivation kind, const float *gate, const float *up, float *y, size_t count) {
#define BODY(constant)                                                                                   \
    for (size_t i = 0; i < count; i += LANES) {                                                          \
        size_t left = count - i;                                                                         \
        Floats value = curve(constant, load_next(gate + i, left)).value;                                 \
        store_next(y + i, value * load_next(up + i, left), left);                                        \
    }
    FOR_EACH_KIND(kind, BODY)
#undef BODY
}

static void kernel_gated_backward(
    CKActivation kind, const float *dy, const float *gate, const float *up, float *d_gate, float *d_up,
    size_t count) {
#define BODY(constant)                                                                                   \
    for (size_t i = 0; i < count; i += LANES) {                                                          \
        size_t left = count - i;                                                                         \
        Curve f = curve(constant, load_next(gate + i, left));                                            \
        Floats gradient = load_next(dy + i, left), factor = load_next(up + i, left);                     \
        store_next(d_gate + i, gradient * factor * f.slope, left);                                       \
        store_next(d_up + i, gradient * f.value, left);                                                  \
    }
    FOR_EACH_KIND(kind, BODY)
#undef BODY
}
#undef FOR_EACH_KIND
