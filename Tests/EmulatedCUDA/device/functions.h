// The functions that every kernel can call without a header.
#pragma once
#include "threads.h"

#include <math.h>
#include <stdlib.h>

// MARK: Bits

template <class To, class From> static inline To emulatedBits(From value) {
    static_assert(sizeof(To) == sizeof(From), "the same bits");
    To bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}
static inline unsigned __float_as_uint(float x) { return emulatedBits<unsigned>(x); }
static inline float __uint_as_float(unsigned x) { return emulatedBits<float>(x); }
static inline int __float_as_int(float x) { return emulatedBits<int>(x); }
static inline float __int_as_float(int x) { return emulatedBits<float>(x); }
static inline long long __double_as_longlong(double x) { return emulatedBits<long long>(x); }
static inline double __longlong_as_double(long long x) { return emulatedBits<double>(x); }

static inline int __popc(unsigned x) { return __builtin_popcount(x); }
static inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
static inline int __clz(int x) { return x ? __builtin_clz(x) : 32; }
static inline int __clzll(long long x) { return x ? __builtin_clzll(x) : 64; }
static inline int __ffs(int x) { return __builtin_ffs(x); }
static inline int __ffsll(long long x) { return __builtin_ffsll(x); }
static inline unsigned __brev(unsigned x) { return __builtin_bitreverse32(x); }
static inline unsigned __umulhi(unsigned x, unsigned y) { return (unsigned long long)x * y >> 32; }
static inline int __mulhi(int x, int y) { return (long long)x * y >> 32; }
static inline unsigned long long __umul64hi(unsigned long long x, unsigned long long y) {
    return (unsigned __int128)x * y >> 64;
}

// MARK: Half precision

static inline float emulatedHalfToFloat(unsigned short bits) { return (float)emulatedBits<_Float16>(bits); }
static inline unsigned short emulatedFloatToHalf(float x) {
    return emulatedBits<unsigned short>((_Float16)x);
}

// MARK: Rounded to nearest, never joined into one multiplication and addition

#pragma clang fp contract(off)
static inline float __fadd_rn(float x, float y) { return x + y; }
static inline float __fsub_rn(float x, float y) { return x - y; }
static inline float __fmul_rn(float x, float y) { return x * y; }
static inline float __fdiv_rn(float x, float y) { return x / y; }
#pragma clang fp contract(fast)
static inline float __fmaf_rn(float x, float y, float z) { return __builtin_fmaf(x, y, z); }
static inline float __frcp_rn(float x) { return 1.0f / x; }
static inline float __fsqrt_rn(float x) { return sqrtf(x); }
static inline float __frsqrt_rn(float x) { return 1.0f / sqrtf(x); }
static inline float __int2float_rn(int x) { return (float)x; }
static inline float __uint2float_rn(unsigned x) { return (float)x; }

/// Conversions to integers keep to the ends of the range; NaN gives 0.
template <class T> static inline T emulatedSaturated(float x, float lowest, float above, T highest) {
    return x != x ? 0 : x < lowest ? (T)lowest : x >= above ? highest : (T)x;
}
static inline int emulatedInt(float x) { return emulatedSaturated<int>(x, -0x1p31f, 0x1p31f, 0x7fffffff); }
static inline unsigned emulatedUnsigned(float x) { return emulatedSaturated<unsigned>(x, 0, 0x1p32f, ~0u); }
static inline int __float2int_rn(float x) { return emulatedInt(rintf(x)); }
static inline int __float2int_rz(float x) { return emulatedInt(truncf(x)); }
static inline int __float2int_rd(float x) { return emulatedInt(floorf(x)); }
static inline int __float2int_ru(float x) { return emulatedInt(ceilf(x)); }
static inline unsigned __float2uint_rn(float x) { return emulatedUnsigned(rintf(x)); }
static inline unsigned __float2uint_rz(float x) { return emulatedUnsigned(truncf(x)); }

// MARK: Functions that C lacks, and the fast ones.  (The C library has some of the names to itself.)

static inline float rsqrtf(float x) { return 1.0f / sqrtf(x); }
static inline double rsqrt(double x) { return 1.0 / sqrt(x); }
static inline float __saturatef(float x) { return x > 0 ? (x < 1 ? x : 1.0f) : 0.0f; }
static inline float __fdividef(float x, float y) { return x / y; }
#define __expf(x) expf(x)
#define __logf(x) logf(x)
#define __log2f(x) log2f(x)
#define __powf(x, y) powf(x, y)
#define __sinf(x) sinf(x)
#define __cosf(x) cosf(x)
#define __tanhf(x) tanhf(x)

#define EMULATED_EXTREMES(T, smaller, larger)                                                                \
    static inline T min(T x, T y) { return smaller; }                                                        \
    static inline T max(T x, T y) { return larger; }
EMULATED_EXTREMES(int, y < x ? y : x, x < y ? y : x)
EMULATED_EXTREMES(unsigned, y < x ? y : x, x < y ? y : x)
EMULATED_EXTREMES(long, y < x ? y : x, x < y ? y : x)
EMULATED_EXTREMES(unsigned long, y < x ? y : x, x < y ? y : x)
EMULATED_EXTREMES(long long, y < x ? y : x, x < y ? y : x)
EMULATED_EXTREMES(unsigned long long, y < x ? y : x, x < y ? y : x)
EMULATED_EXTREMES(float, fminf(x, y), fmaxf(x, y))
EMULATED_EXTREMES(double, fmin(x, y), fmax(x, y))
#undef EMULATED_EXTREMES

// MARK: Memory

template <class T> static inline T __ldg(const T *address) { return *address; }
template <class T> static inline T __ldcg(const T *address) { return *address; }
template <class T> static inline T __ldcs(const T *address) { return *address; }
template <class T> static inline void __stcs(T *address, T value) { *address = value; }
template <class T> static inline void __stcg(T *address, T value) { *address = value; }
static inline void __threadfence() {}
static inline void __threadfence_block() {}

// Threads run one at a time.  Floating-point numbers are left out: their sums would depend on the order.
#define EMULATED_ATOMIC(T)                                                                                   \
    static inline T atomicExch(T *address, T value) {                                                        \
        T old = *address;                                                                                    \
        *address = value;                                                                                    \
        return old;                                                                                          \
    }                                                                                                        \
    static inline T atomicAdd(T *address, T value) { return atomicExch(address, *address + value); }         \
    static inline T atomicSub(T *address, T value) { return atomicExch(address, *address - value); }         \
    static inline T atomicMin(T *address, T value) { return atomicExch(address, min(*address, value)); }     \
    static inline T atomicMax(T *address, T value) { return atomicExch(address, max(*address, value)); }     \
    static inline T atomicAnd(T *address, T value) { return atomicExch(address, *address & value); }         \
    static inline T atomicOr(T *address, T value) { return atomicExch(address, *address | value); }          \
    static inline T atomicXor(T *address, T value) { return atomicExch(address, *address ^ value); }         \
    static inline T atomicCAS(T *address, T expected, T value) {                                             \
        return atomicExch(address, *address == expected ? value : *address);                                 \
    }
EMULATED_ATOMIC(int)
EMULATED_ATOMIC(unsigned)
EMULATED_ATOMIC(unsigned long long)
#undef EMULATED_ATOMIC

__attribute__((noreturn)) static inline void __trap() {
    emulated::fail("__trap()");
    emulated::abandon();
}
