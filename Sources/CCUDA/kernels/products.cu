#line 2 "products.cu"
// What stands around the products of cuBLAS, which multiplies operands of one type only.
//
// Activations are float32, weights may be stored in 16 bits.  Rounding the activations would cost accuracy,
// widening the weights twice the memory and its reading.  So a row of activations is scaled by a power of two
// and split into a sum of 16-bit terms, which become further rows of the same product: the weights are read
// once, and the tensor cores multiply 16-bit numbers exactly and add in float32.
//
// What a term cannot hold of x, where m is the largest finite magnitude of x's row:
//     f16, two terms: 2⁻²³ · |x|, or 2⁻³⁹ · m where that is more (of one term 2⁻¹¹ · |x|, as TF32)
//     bf16, three terms: nothing (of one term 2⁻⁸ · |x|)
// Rows are scaled so that m lies in [2¹⁴, 2¹⁵) for f16 and [1, 2) for bf16: neither 1e38 nor 1e-40 leaves the
// range, and all small elements keep their bits down to 2⁻³⁹ of m.  NaN and infinities go into the first term
// and stay in their row; only the product of an infinite weight with a zero term is NaN.
//
// Cost: decoding is bound by reading the weights, which stays once; large batches do two or three products
// for one on tensor cores, eight and more times as fast as float32 without them.

// 2^n for |n| ≤ 252 as two factors; products are rounded only where they are subnormal.
struct PowerOfTwo {
    float first, second;
    __device__ __forceinline__ explicit PowerOfTwo(int n)
        : first(__int_as_float((n / 2 + 127) << 23)), second(__int_as_float((n - n / 2 + 127) << 23)) {}
    __device__ __forceinline__ float times(float x) const { return x * first * second; }
};

static __device__ __forceinline__ void roundTo(half16 &y, float x) { y = roundToHalf(x); }
static __device__ __forceinline__ void roundTo(bfloat16 &y, float x) { y = roundToBrain(x); }

// The largest finite magnitude of a row; every thread gets it.
static __device__ __forceinline__ float largestFinite(
    const float *row, bool aligned, int columns, float *scratch) {
    float largest = 0;
    for (int place = 4 * threadIdx.x; place < columns; place += 4 * blockDim.x) {
        const Lanes<4> four = loadFour(row, place, columns, aligned);
#pragma unroll
        for (int i = 0; i < 4; i++) {
            const float magnitude = fabsf(four.at[i]);
            if (magnitude < INFINITE) largest = fmaxf(largest, magnitude);
        }
    }
    return blockMax(largest, scratch);
}

// terms[t · N + r] = term t of row r times 2^exponents[r], in rows of `pitch` elements, a multiple of 4 that
// covers `columns`; the last group is filled up with 0.  One block a row.
template <typename Term>
static __device__ __forceinline__ void splitRow(
    ReadRows x, int columns, int count, int top, Term *terms, int pitch, int *exponents) {
    __shared__ float scratch[32];
    const long long row = blockIdx.x, rows = gridDim.x;
    const float *source = x.row(row);
    const bool aligned = isAligned(x.start, x.stride);
    const float largest = largestFinite(source, aligned, columns, scratch);
    const int exponent = largest > 0 ? top - ilogbf(largest) : 0;
    const PowerOfTwo scale = PowerOfTwo(exponent);
    if (threadIdx.x == 0) exponents[row] = exponent;
    for (int place = 4 * threadIdx.x; place < columns; place += 4 * blockDim.x) {
        Lanes<4> left = loadFour(source, place, columns, aligned);
#pragma unroll
        for (int i = 0; i < 4; i++) left.at[i] = scale.times(left.at[i]);
        for (int term = 0; term < count; term++) {
            unsigned long long packed = 0;
#pragma unroll
            for (int i = 0; i < 4; i++) {
                Term rounded;
                roundTo(rounded, left.at[i]);
                packed |= (unsigned long long)rounded.bits << (16 * i);
                // What is not finite has no rest.
                left.at[i] = fabsf(left.at[i]) < INFINITE ? left.at[i] - widen(rounded) : 0.0f;
            }
            *(unsigned long long *)(terms + (term * rows + row) * pitch + place) = packed;
        }
    }
}

extern "C" __global__ void __launch_bounds__(1024) split_rows_f16(
    ReadRows x, int columns, int count, half16 *terms, int pitch, int *exponents) {
    splitRow(x, columns, count, 14, terms, pitch, exponents);
}
extern "C" __global__ void __launch_bounds__(1024) split_rows_bf16(
    ReadRows x, int columns, int count, bfloat16 *terms, int pitch, int *exponents) {
    splitRow(x, columns, count, 0, terms, pitch, exponents);
}

// MARK: Sums

// y (+)= sum + bias at a place.
template <class At>
static __device__ __forceinline__ void putSum(
    At at, Lanes<At::width> sum, const float *bias, Rows y, bool accumulate) {
    if (bias) {
        const auto added = at.load(bias);
        for (int i = 0; i < At::width; i++) sum.at[i] += added.at[i];
    }
    if (accumulate) {
        const auto old = at.load(y);
        for (int i = 0; i < At::width; i++) sum.at[i] = old.at[i] + sum.at[i];
    }
    at.store(y, sum);
}

// y[r] (+)= 2^−exponents[r] · Σ_t products[t · N + r] + bias, products in rows of `pitch` elements.  The
// small terms are added first.
extern "C" __global__ void __launch_bounds__(256) join_terms(
    const float *products, int pitch, int count, const int *exponents, const float *bias, Rows y, int rows,
    int columns, int shift, int accumulate) {
    const bool inFours = isAligned(products, pitch) && isAligned(y, rows) && (!bias || isAligned(bias, 0));
    forEachPlace(rows, columns, shift, inFours, [&](auto at) {
        Lanes<at.width> sum = {};
        // Unrolled, it would need more registers than 2,048 threads have.
#pragma unroll 1
        for (int term = count - 1; term >= 0; term--) {
            const auto part = at.load(products + (at.row + (long long)term * rows) * pitch);
            for (int i = 0; i < at.width; i++) sum.at[i] += part.at[i];
        }
        const PowerOfTwo scale = PowerOfTwo(-exponents[at.row]);
        for (int i = 0; i < at.width; i++) sum.at[i] = scale.times(sum.at[i]);
        putSum(at, sum, bias, y, accumulate);
    });
}

// y[r] (+)= bias, or 0 without one: where a product begins that adds to y.
extern "C" __global__ void __launch_bounds__(256) begin_product(
    const float *bias, Rows y, int rows, int columns, int shift, int accumulate) {
    const bool inFours = isAligned(y, rows) && (!bias || isAligned(bias, 0));
    forEachPlace(rows, columns, shift, inFours, [&](auto at) {
        putSum(at, Lanes<at.width>{}, bias, y, accumulate);
    });
}
