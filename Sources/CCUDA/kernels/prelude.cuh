#line 2 "prelude.cuh"
// What every kernel uses.  All files of this folder are compiled as one source, this one first, by NVRTC
// (without any header) and, for tests, by clang after the emulator's header.
//
// Letters: N rows of a packed batch, D hidden size, V vocabulary size.  Every block has a whole number of
// warps.  No result depends on the order in which blocks run, and none on other rows of the batch.

#ifndef CUDA_EMULATOR
typedef unsigned int uint32_t;
typedef unsigned short uint16_t;
#endif

#define ALL_LANES 0xffffffffu
#define INFINITE __int_as_float(0x7f800000)
#define NOT_A_NUMBER __int_as_float(0x7fffffff)

// A row-major float32 matrix or a view of one: row r starts at start + r · stride.  Nothing is known about
// its alignment beyond 4 bytes; see `isAligned`.
struct Rows {
    float *start;
    long long stride;
    __device__ __forceinline__ float *row(long long index) const { return start + index * stride; }
};
struct ReadRows {
    const float *start;
    long long stride;
    __device__ __forceinline__ const float *row(long long index) const { return start + index * stride; }
};

// Whether every row can be read in groups of four elements.
static __device__ __forceinline__ bool isAligned(const float *start, long long stride) {
    return ((size_t)start & 15) == 0 && (stride & 3) == 0;
}

// MARK: Half precision

struct half16 { uint16_t bits; };
struct bfloat16 { uint16_t bits; };

#ifdef CUDA_EMULATOR
static __device__ __forceinline__ float widen(half16 x) { return emulatedHalfToFloat(x.bits); }
static __device__ __forceinline__ half16 roundToHalf(float x) { return {emulatedFloatToHalf(x)}; }
#else
static __device__ __forceinline__ float widen(half16 x) {
    float y;
    asm("cvt.f32.f16 %0, %1;" : "=f"(y) : "h"(x.bits));
    return y;
}
static __device__ __forceinline__ half16 roundToHalf(float x) {
    half16 y;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(y.bits) : "f"(x));
    return y;
}
#endif
static __device__ __forceinline__ float widen(float x) { return x; }
static __device__ __forceinline__ float widen(bfloat16 x) { return __uint_as_float((uint32_t)x.bits << 16); }
// To nearest, ties to even; NaN stays NaN.
static __device__ __forceinline__ bfloat16 roundToBrain(float x) {
    uint32_t bits = __float_as_uint(x);
    bfloat16 y;
    y.bits = x != x ? (uint16_t)(bits >> 16 | 64) : (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
    return y;
}

// MARK: Reductions

// Every lane gets the result; the order of additions is fixed.
static __device__ __forceinline__ float warpSum(float x) {
    for (int step = 16; step > 0; step >>= 1) x += __shfl_xor_sync(ALL_LANES, x, step);
    return x;
}
static __device__ __forceinline__ float warpMax(float x) {
    for (int step = 16; step > 0; step >>= 1) x = fmaxf(x, __shfl_xor_sync(ALL_LANES, x, step));
    return x;
}

// Every thread gets the result.  All threads of the block must call it.  `scratch` has 32 elements of shared
// memory and may be used again by the next reduction.
static __device__ __forceinline__ float blockSum(float x, float *scratch) {
    int lane = threadIdx.x & 31, warp = threadIdx.x >> 5, warps = blockDim.x >> 5;
    x = warpSum(x);
    __syncthreads();
    if (lane == 0) scratch[warp] = x;
    __syncthreads();
    return warpSum(lane < warps ? scratch[lane] : 0.0f);
}
static __device__ __forceinline__ float blockMax(float x, float *scratch) {
    int lane = threadIdx.x & 31, warp = threadIdx.x >> 5, warps = blockDim.x >> 5;
    x = warpMax(x);
    __syncthreads();
    if (lane == 0) scratch[warp] = x;
    __syncthreads();
    return warpMax(lane < warps ? scratch[lane] : -INFINITE);
}

// Dynamic shared memory, under one name and type for all kernels.
extern __shared__ float dynamicMemory[];
