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

// 2^n for −126 ≤ n ≤ 127.
static __device__ __forceinline__ float powerOfTwo(int n) { return __int_as_float((n + 127) << 23); }

// x · 2^n for |n| ≤ 252, rounded only where the result is subnormal.
static __device__ __forceinline__ float scaledByPower(float x, int n) {
    const int half = n / 2;
    return x * powerOfTwo(half) * powerOfTwo(n - half);
}

static __device__ __forceinline__ void roundTo(half16 &y, float x) { y = roundToHalf(x); }
static __device__ __forceinline__ void roundTo(bfloat16 &y, float x) { y = roundToBrain(x); }

// Four elements of a row from `place` on, 0 behind its end.
static __device__ __forceinline__ void loadFour(
    const float *row, bool aligned, int place, int columns, float (&four)[4]) {
    if (aligned && place + 4 <= columns) {
        const float4 whole = *(const float4 *)(row + place);
        four[0] = whole.x, four[1] = whole.y, four[2] = whole.z, four[3] = whole.w;
    } else {
#pragma unroll
        for (int i = 0; i < 4; i++) four[i] = place + i < columns ? row[place + i] : 0.0f;
    }
}

// The largest finite magnitude of a row; every thread gets it.
static __device__ __forceinline__ float largestFinite(
    const float *row, bool aligned, int columns, float *scratch) {
    float largest = 0;
    for (int place = 4 * threadIdx.x; place < columns; place += 4 * blockDim.x) {
        float four[4];
        loadFour(row, aligned, place, columns, four);
#pragma unroll
        for (int i = 0; i < 4; i++) {
            const float magnitude = fabsf(four[i]);
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
    if (threadIdx.x == 0) exponents[row] = exponent;
    for (int place = 4 * threadIdx.x; place < columns; place += 4 * blockDim.x) {
        float left[4];
        loadFour(source, aligned, place, columns, left);
#pragma unroll
        for (int i = 0; i < 4; i++) left[i] = scaledByPower(left[i], exponent);
        for (int term = 0; term < count; term++) {
            unsigned long long packed = 0;
#pragma unroll
            for (int i = 0; i < 4; i++) {
                Term rounded;
                roundTo(rounded, left[i]);
                packed |= (unsigned long long)rounded.bits << (16 * i);
                // What is not finite has no rest.
                left[i] = fabsf(left[i]) < INFINITE ? left[i] - widen(rounded) : 0.0f;
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

// A block does 1,024 columns of a row, four a thread: neighbours where they can be read at once, else 256
// apart, so that a warp's reads and writes lie together either way.
static __device__ __forceinline__ void storeSum(
    float *y, const float *bias, int column, bool accumulate, float sum) {
    if (bias) sum += bias[column];
    y[column] = accumulate ? y[column] + sum : sum;
}

// y[r] (+)= 2^−exponents[r] · Σ_t products[t · N + r] + bias.  products [count · N, pitch]; the small terms
// are added first.  Grid: r · blocks + block.
extern "C" __global__ void __launch_bounds__(256) join_terms(
    const float *products, int pitch, int rows, int count, const int *exponents, const float *bias, Rows y,
    int columns, int accumulate) {
    const int blocks = (columns + 1023) / 1024;
    const int row = blockIdx.x / blocks, first = blockIdx.x % blocks * 1024;
    const int exponent = -exponents[row];
    float *target = y.row(row);
    const bool aligned = isAligned(products, pitch) && isAligned(y.start, y.stride)
        && (!bias || isAligned(bias, 0));
    const int column = first + 4 * threadIdx.x;
    if (aligned && column + 4 <= columns) {
        float4 sum = make_float4(0, 0, 0, 0);
        for (int term = count - 1; term >= 0; term--) {
            const float *source = products + ((long long)term * rows + row) * pitch + column;
            const float4 part = *(const float4 *)source;
            sum.x += part.x, sum.y += part.y, sum.z += part.z, sum.w += part.w;
        }
        const float4 added = bias ? *(const float4 *)(bias + column) : make_float4(0, 0, 0, 0);
        sum.x = scaledByPower(sum.x, exponent) + added.x, sum.y = scaledByPower(sum.y, exponent) + added.y;
        sum.z = scaledByPower(sum.z, exponent) + added.z, sum.w = scaledByPower(sum.w, exponent) + added.w;
        float4 *place = (float4 *)(target + column);
        const float4 old = accumulate ? *place : make_float4(0, 0, 0, 0);
        *place = make_float4(old.x + sum.x, old.y + sum.y, old.z + sum.z, old.w + sum.w);
        return;
    }
    for (int i = 0; i < 4; i++) {
        const int place = aligned ? column + i : first + threadIdx.x + 256 * i;
        if (place >= columns) continue;
        float sum = 0;
        for (int term = count - 1; term >= 0; term--)
            sum += products[((long long)term * rows + row) * pitch + place];
        storeSum(target, bias, place, accumulate, scaledByPower(sum, exponent));
    }
}

// y[r] (+)= bias, or 0 without one: where a product begins that adds to y.  Grid: r · blocks + block.
extern "C" __global__ void __launch_bounds__(256) begin_product(
    const float *bias, Rows y, int columns, int accumulate) {
    const int blocks = (columns + 1023) / 1024;
    float *target = y.row(blockIdx.x / blocks);
    const int first = blockIdx.x % blocks * 1024;
    const bool aligned = isAligned(y.start, y.stride) && (!bias || isAligned(bias, 0));
    const int column = first + 4 * threadIdx.x;
    if (aligned && column + 4 <= columns) {
        float4 sum = bias ? *(const float4 *)(bias + column) : make_float4(0, 0, 0, 0);
        float4 *place = (float4 *)(target + column);
        const float4 old = accumulate ? *place : make_float4(0, 0, 0, 0);
        *place = make_float4(old.x + sum.x, old.y + sum.y, old.z + sum.z, old.w + sum.w);
        return;
    }
    for (int i = 0; i < 4; i++) {
        const int place = aligned ? column + i : first + threadIdx.x + 256 * i;
        if (place < columns) storeSum(target, bias, place, accumulate, 0);
    }
}
