#line 2 "softmax_parts.cuh"
// Sums of exponentials over rows of logits [R, V].
//
// A row is cut into segments of `segmentLength` elements, one block each, so that even a single row of a
// large vocabulary keeps many multiprocessors reading.  What a block found waits in working memory for the
// kernel that joins the segments of a row: two short launches instead of atomics.  The cuts and the order of
// all additions follow from V alone.  A thread always holds the same elements, 4 · (thread + 256 · i) … + 3,
// whether they are read 16 bytes at once or one by one (V = 50,257 aligns no row; the first-level cache then
// serves three of four reads).

enum { segmentThreads = 256, segmentHeld = 8, segmentLength = segmentThreads * segmentHeld };

// Σ e^x as sum · e^maximum.
struct RowMass {
    double sum;
    double maximum;
};

static __device__ __forceinline__ int segmentsOf(int columns) {
    return (columns + segmentLength - 1) / segmentLength;
}

// MARK: Exponentials

// (e^r − 1 − r) / r² for |r| ≤ ½ log 2, fitted so that e^r holds 1.5e-8.
static __device__ __forceinline__ float exponentialCurvature(float r) {
    float q = fmaf(0x1.6c6a16p-10f, r, 0x1.120b9cp-7f);
    q = fmaf(q, r, 0x1.5555bap-5f);
    q = fmaf(q, r, 0x1.5554dcp-3f);
    return fmaf(q, r, 0.5f);
}

// e^x for x ≤ 88 to half a unit in the last place, as on the CPU; 0 below −86.9, where results would leave
// the normal range.  With the careful sum some twenty instructions for 4 bytes read: about what a data-centre
// GPU can do at its full bandwidth.
static __device__ __forceinline__ float smallExponential(float x) {
    // Adding 1.5 · 2²³ rounds to an integer, which then lies in the low bits.
    float shifted = fmaf(x, 0x1.715476p0f, 0x1.8p23f);
    float n = shifted - 0x1.8p23f;
    float r = fmaf(n, -0x1.62e4p-1f, x);
    r = fmaf(n, -0x1.7f7d1cp-20f, r);
    float mantissa = fmaf(exponentialCurvature(r) * r, r, r) + 1.0f;
    float scale = __uint_as_float((__float_as_uint(shifted) + 127u) << 23);
    return x < -86.9f ? 0.0f : mantissa * scale;
}

// MARK: Sums that keep their rounding errors

// A float32 sum and what its additions rounded away.
struct CarefulSum {
    float sum, error;
};

// Knuth's addition: six float32 operations instead of one in double, which costs 32 on consumer GPUs.
static __device__ __forceinline__ void carefullyAdd(CarefulSum &total, float x) {
    float sum = total.sum + x;
    float added = sum - total.sum;
    total.error += (total.sum - (sum - added)) + (x - added);
    total.sum = sum;
}

// The sum over the block, in thread 0.  `parts` has 8 elements of shared memory.
static __device__ __forceinline__ double carefulBlockSum(CarefulSum own, double *parts) {
    int lane = threadIdx.x & 31, warp = threadIdx.x >> 5, warps = blockDim.x >> 5;
    for (int step = 16; step > 0; step >>= 1) {
        float sum = __shfl_xor_sync(ALL_LANES, own.sum, step);
        float error = __shfl_xor_sync(ALL_LANES, own.error, step);
        carefullyAdd(own, sum);
        own.error += error;
    }
    __syncthreads();
    // The errors of an infinite sum are NaN.
    if (lane == 0) parts[warp] = fabsf(own.sum) < INFINITE ? (double)own.sum + own.error : (double)own.sum;
    __syncthreads();
    double total = 0;
    if (threadIdx.x == 0) {
        for (int i = 0; i < warps; i++) total += parts[i];
    }
    return total;
}

static __device__ __forceinline__ double warpSumOfDoubles(double x) {
    for (int step = 16; step > 0; step >>= 1) x += __shfl_xor_sync(ALL_LANES, x, step);
    return x;
}

// MARK: Segments

// Where the i-th element that this thread holds lies in its row.
static __device__ __forceinline__ int heldPlace(int segment, int i) {
    return segment * segmentLength + 4 * (threadIdx.x + segmentThreads * (i >> 2)) + (i & 3);
}

// The thread's elements of a segment; `filler` where the row has ended.
static __device__ __forceinline__ void loadHeld(
    const float *row, bool aligned, int segment, int columns, float filler, float (&held)[segmentHeld]) {
#pragma unroll
    for (int i = 0; i < segmentHeld; i += 4) {
        int place = heldPlace(segment, i);
        if (aligned && place + 4 <= columns) {
            float4 four = *(const float4 *)(row + place);
            held[i] = four.x, held[i + 1] = four.y, held[i + 2] = four.z, held[i + 3] = four.w;
        } else {
#pragma unroll
            for (int j = 0; j < 4; j++) held[i + j] = place + j < columns ? row[place + j] : filler;
        }
    }
}

static __device__ __forceinline__ void storeHeld(
    float *row, bool aligned, int segment, int columns, const float (&held)[segmentHeld]) {
#pragma unroll
    for (int i = 0; i < segmentHeld; i += 4) {
        int place = heldPlace(segment, i);
        if (aligned && place + 4 <= columns) {
            *(float4 *)(row + place) = make_float4(held[i], held[i + 1], held[i + 2], held[i + 3]);
        } else {
#pragma unroll
            for (int j = 0; j < 4; j++) {
                if (place + j < columns) row[place + j] = held[i + j];
            }
        }
    }
}

// The mass of the elements that the block holds, in thread 0.  NaN adds NaN, but is no maximum.
static __device__ __forceinline__ RowMass massOfHeld(
    const float (&held)[segmentHeld], float *scratch, double *parts) {
    float largest = -INFINITE;
#pragma unroll
    for (int i = 0; i < segmentHeld; i++) largest = fmaxf(largest, held[i]);
    largest = blockMax(largest, scratch);
    // Without a finite maximum only NaN can add something.
    const float pivot = largest == -INFINITE ? 0.0f : largest;
    CarefulSum sum = {0, 0};
#pragma unroll
    for (int i = 0; i < segmentHeld; i++) carefullyAdd(sum, smallExponential(held[i] - pivot));
    RowMass mass;
    mass.sum = carefulBlockSum(sum, parts);
    mass.maximum = largest;
    return mass;
}

// The mass of a row from those of its segments; every lane of the warp gets it.
static __device__ __forceinline__ RowMass joinMasses(const RowMass *masses, int segments) {
    const int lane = threadIdx.x & 31;
    float largest = -INFINITE;
    for (int i = lane; i < segments; i += 32) largest = fmaxf(largest, (float)masses[i].maximum);
    RowMass row;
    row.maximum = warpMax(largest);
    double sum = 0;
    for (int i = lane; i < segments; i += 32) {
        // The difference of infinities would be NaN.
        const double factor = masses[i].maximum == row.maximum ? 1.0 : exp(masses[i].maximum - row.maximum);
        sum += masses[i].sum * factor;
    }
    row.sum = warpSumOfDoubles(sum);
    return row;
}

static __device__ __forceinline__ double logOf(RowMass mass) { return mass.maximum + log(mass.sum); }
