// CUDA C as clang reads it: keywords, vectors, built-in variables.
#pragma once
#include "threads.h"

#define __global__ __attribute__((annotate("emulated_kernel"), noinline))
#define __device__
#define __host__
#define __constant__ static
#define __managed__ static
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __align__(bytes) __attribute__((aligned(bytes)))
#define __launch_bounds__(...) __attribute__((annotate("emulated_bounds", __VA_ARGS__)))
// A mark for the build, which makes every such declaration in a function a static one that calls `useShared`.
#define __shared__ __attribute__((annotate("emulated_shared")))

#define threadIdx (emulated::grid.threadIndex)
#define blockIdx (emulated::grid.blockIndex)
#define blockDim (emulated::grid.blockSize)
#define gridDim (emulated::grid.size)
#define warpSize 32

// Copies are written out because the compiler checks the alignment of what a function is given, but not of
// what it copies as a whole.
#define EMULATED_VECTOR(T, name)                                                                             \
    struct alignas(2 * sizeof(T)) name##2 {                                                                  \
        T x, y;                                                                                              \
        name##2() = default;                                                                                 \
        name##2(T x, T y) : x(x), y(y) {}                                                                    \
        name##2(const name##2 & other) : x(other.x), y(other.y) {}                                           \
        name##2 &operator=(const name##2 & other) {                                                          \
            x = other.x, y = other.y;                                                                        \
            return *this;                                                                                    \
        }                                                                                                    \
    };                                                                                                       \
    struct name##3 { T x, y, z; };                                                                           \
    struct alignas(4 * sizeof(T) < 16 ? 4 * sizeof(T) : 16) name##4 {                                        \
        T x, y, z, w;                                                                                        \
        name##4() = default;                                                                                 \
        name##4(T x, T y, T z, T w) : x(x), y(y), z(z), w(w) {}                                              \
        name##4(const name##4 & other) : x(other.x), y(other.y), z(other.z), w(other.w) {}                   \
        name##4 &operator=(const name##4 & other) {                                                          \
            x = other.x, y = other.y, z = other.z, w = other.w;                                              \
            return *this;                                                                                    \
        }                                                                                                    \
    };                                                                                                       \
    static inline name##2 make_##name##2(T x, T y) { return name##2(x, y); }                                 \
    static inline name##3 make_##name##3(T x, T y, T z) { return name##3 {x, y, z}; }                        \
    static inline name##4 make_##name##4(T x, T y, T z, T w) { return name##4(x, y, z, w); }
EMULATED_VECTOR(float, float)
EMULATED_VECTOR(int, int)
EMULATED_VECTOR(unsigned, uint)
EMULATED_VECTOR(short, short)
EMULATED_VECTOR(unsigned short, ushort)
EMULATED_VECTOR(signed char, char)
EMULATED_VECTOR(unsigned char, uchar)
EMULATED_VECTOR(double, double)
EMULATED_VECTOR(long long, longlong)
EMULATED_VECTOR(unsigned long long, ulonglong)
#undef EMULATED_VECTOR

struct dim3 {
    unsigned x, y, z;
    dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};
