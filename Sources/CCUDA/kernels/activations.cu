#line 2 "activations.cu"
// Elementwise functions and their derivatives, accurate to some units in the last place over the whole range;
// tanhf and erff alone would lose the tails, which are differences of nearly equal numbers.

// The order of `Activation`'s cases.
enum { GELU_EXACT, GELU_TANH, SILU, RELU, LEAKY_RELU };

// A function and its derivative.
struct Curve { float value, slope; };

// Φ(−a) = e^(−a²/2) · P(t) / (1 + a) for a = |x|, with t = (a − 4) / (a + 4); P fitted to 2e-9 for a ≤ 13.5.
static __device__ __forceinline__ Curve geluExact(float x) {
    // Beyond 13.5 the tail is 0; the clamp keeps infinity from making NaN, and lets NaN pass.
    float a = fabsf(x);
    a = a > 20.0f ? 20.0f : a;
    const float square = a * a, rest = fmaf(a, a, -square);
    float e = expf(square * -0.5f);
    e = fmaf(e, rest * -0.5f, e);
    const float t = (a - 4.0f) / (a + 4.0f);
    float p = fmaf(-7.06553227e-05f, t, -5.79501005e-05f);
    p = fmaf(p, t, 0.000694706478f);
    p = fmaf(p, t, -0.000304424045f);
    p = fmaf(p, t, -0.0050055047f);
    p = fmaf(p, t, 0.0179400822f);
    p = fmaf(p, t, -0.0321970857f);
    p = fmaf(p, t, 0.0286000157f);
    p = fmaf(p, t, 0.013999587f);
    p = fmaf(p, t, -0.0967034683f);
    p = fmaf(p, t, 0.472053207f);
    const float tail = e * p / (1.0f + a), density = e * 0.398942280f;
    // Negative x use the tail itself: 1 − (1 − tail) would lose it.
    const float below = x < 0.0f ? tail : 1.0f - tail;
    const float value = tail == 0.0f ? (x < 0.0f ? 0.0f : x) : x * below;
    return {value, below + (density == 0.0f ? 0.0f : x * density)};
}

// σ(x + correction), where `correction` is the rounding error of x, and 1 − σ, which keeps its precision too.
struct Sigmoid { float value, rest; };

static __device__ __forceinline__ Sigmoid sigmoidOf(float x, float correction) {
    float e = expf(-x);
    // Infinity times a correction would be NaN.
    if (e < 3e38f) e = fmaf(e, -correction, e);
    const float value = 1.0f / (1.0f + e);
    return {value, value == 0.0f ? 1.0f : e * value};
}

// x · sigmoid(w), w = x · (c₁ + c₂x²) with c₁ = 2√(2/π), c₂ = 0.044715 · c₁.  w is kept as a sum of two
// floats: its own rounding error would show in the far tail.
static __device__ __forceinline__ Curve geluTanh(float x) {
    const float c1 = 0x1.988454p0f, c1Rest = -0x1.857936p-25f;
    const float c2 = 0x1.2444f2p-4f, c2Rest = 0x1.49b16ap-29f;
    // Outside, sigmoid(w) is 0 or 1.
    const float z = x > 12.0f ? 12.0f : x < -12.0f ? -12.0f : x;
    const float square = z * z, squareRest = fmaf(z, z, -square);
    // Rounded on its own: fused into the next line, the sum of two floats would not hold.
    const float p = __fmul_rn(c2, square);
    const float pRest = fmaf(c2, square, -p) + fmaf(c2, squareRest, c2Rest * square);
    const float v = c1 + p, back = v - c1;
    const float vRest = ((c1 - (v - back)) + (p - back)) + (pRest + c1Rest);
    const float w = z * v, wRest = fmaf(z, v, -w) + z * vRest;
    const Sigmoid s = sigmoidOf(w, wRest);
    const float slope = fmaf(3.0f * c2, square, c1);
    return {s.value == 0.0f ? 0.0f : x * s.value, fmaf(z * slope, s.value * s.rest, s.value)};
}

static __device__ __forceinline__ Curve silu(float x) {
    const Sigmoid s = sigmoidOf(x, 0.0f);
    const float both = s.value * s.rest;
    return {s.value == 0.0f ? 0.0f : x * s.value, both == 0.0f ? s.value : fmaf(x, both, s.value)};
}

// NaN passes.
template <int KIND> static __device__ __forceinline__ Curve curve(float x) {
    if constexpr (KIND == GELU_EXACT) return geluExact(x);
    else if constexpr (KIND == GELU_TANH) return geluTanh(x);
    else if constexpr (KIND == SILU) return silu(x);
    else if constexpr (KIND == RELU) return {x <= 0.0f ? 0.0f : x, x > 0.0f ? 1.0f : 0.0f};
    else {
        const float slope = x > 0.0f ? 1.0f : 0.01f;
        return {x * slope, slope};
    }
}

template <int KIND> struct Kind {
    __device__ __forceinline__ Curve operator()(float x) const { return curve<KIND>(x); }
};

// Calls `body` with the function that `kind` names, so that each loop holds one function only.
template <class Body> static __device__ __forceinline__ void withKind(int kind, Body body) {
    switch (kind) {
    case GELU_EXACT: body(Kind<GELU_EXACT>{}); break;
    case GELU_TANH: body(Kind<GELU_TANH>{}); break;
    case SILU: body(Kind<SILU>{}); break;
    case RELU: body(Kind<RELU>{}); break;
    case LEAKY_RELU: body(Kind<LEAKY_RELU>{}); break;
    }
}

extern "C" __global__ void __launch_bounds__(256) activation(
    ReadRows x, Rows y, int rows, int columns, int shift, int kind) {
    const bool inFours = isAligned(x, rows) && isAligned(y, rows);
    withKind(kind, [&](auto f) {
        forEachPlace(rows, columns, shift, inFours, [&](auto at) {
            auto lanes = at.load(x);
#pragma unroll
            for (int i = 0; i < at.width; i++) lanes.at[i] = f(lanes.at[i]).value;
            at.store(y, lanes);
        });
    });
}

extern "C" __global__ void __launch_bounds__(256) activation_backward(
    ReadRows dy, ReadRows x, Rows dx, int rows, int columns, int shift, int kind) {
    const bool inFours = isAligned(dy, rows) && isAligned(x, rows) && isAligned(dx, rows);
    withKind(kind, [&](auto f) {
        forEachPlace(rows, columns, shift, inFours, [&](auto at) {
            auto gradients = at.load(dy), lanes = at.load(x);
#pragma unroll
            for (int i = 0; i < at.width; i++) gradients.at[i] *= f(lanes.at[i]).slope;
            at.store(dx, gradients);
        });
    });
}

extern "C" __global__ void __launch_bounds__(256) gated_activation(
    ReadRows gate, ReadRows up, Rows y, int rows, int columns, int shift, int kind) {
    const bool inFours = isAligned(gate, rows) && isAligned(up, rows) && isAligned(y, rows);
    withKind(kind, [&](auto f) {
        forEachPlace(rows, columns, shift, inFours, [&](auto at) {
            auto gates = at.load(gate), lanes = at.load(up);
#pragma unroll
            for (int i = 0; i < at.width; i++) lanes.at[i] *= f(gates.at[i]).value;
            at.store(y, lanes);
        });
    });
}

extern "C" __global__ void __launch_bounds__(256) gated_activation_backward(
    ReadRows dy, ReadRows gate, ReadRows up, Rows dGate, Rows dUp, int rows, int columns, int shift,
    int kind) {
    const bool inFours = isAligned(dy, rows) && isAligned(gate, rows) && isAligned(up, rows)
        && isAligned(dGate, rows) && isAligned(dUp, rows);
    withKind(kind, [&](auto f) {
        forEachPlace(rows, columns, shift, inFours, [&](auto at) {
            auto gradients = at.load(dy), gates = at.load(gate), lanes = at.load(up);
#pragma unroll
            for (int i = 0; i < at.width; i++) {
                const Curve here = f(gates.at[i]);
                gates.at[i] = gradients.at[i] * lanes.at[i] * here.slope;
                lanes.at[i] = gradients.at[i] * here.value;
            }
            at.store(dGate, gates);
            at.store(dUp, lanes);
        });
    });
}
