// Sixteen float lanes, the unit of every kernel.  The compiler maps them to one AVX-512, two AVX2 or four
// NEON registers; results are the same, because only the order of operations counts.
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline, unused))

enum { LANES = 16 };

typedef float Floats __attribute__((ext_vector_type(16)));
typedef int32_t Ints __attribute__((ext_vector_type(16)));
typedef uint32_t Bits __attribute__((ext_vector_type(16)));
typedef uint16_t Halves __attribute__((ext_vector_type(16)));

INLINE Floats splat(float value) { return (Floats)value; }

INLINE Floats load(const float *source) {
    Floats value;
    memcpy(&value, source, sizeof value);
    return value;
}

INLINE void store(float *target, Floats value) { memcpy(target, &value, sizeof value); }

// The first `count` < 16 lanes; the others are `rest`.
INLINE Floats load_some(const float *source, size_t count, float rest) {
    Floats value = splat(rest);
    memcpy(&value, source, count * sizeof(float));
    return value;
}

INLINE void store_some(float *target, Floats value, size_t count) {
    memcpy(target, &value, count * sizeof(float));
}

// The next lanes of a row with `left` elements to go.
INLINE Floats load_next(const float *source, size_t left) {
    return left >= LANES ? load(source) : load_some(source, left, 0);
}

INLINE void store_next(float *target, Floats value, size_t left) {
    if (left >= LANES)
        store(target, value);
    else
        store_some(target, value, left);
}

// a · b + c, rounded once.
INLINE Floats fused(Floats a, Floats b, Floats c) { return __builtin_elementwise_fma(a, b, c); }

INLINE Floats choose(Ints mask, Floats yes, Floats no) {
    return (Floats)((mask & (Ints)yes) | (~mask & (Ints)no));
}

// The larger; `b` where `a` is NaN.
INLINE Floats larger(Floats a, Floats b) { return choose(a > b, a, b); }

typedef float Floats8 __attribute__((ext_vector_type(8)));
typedef float Floats4 __attribute__((ext_vector_type(4)));

// The sum of the lanes, always halved in the same way.
INLINE float sum_lanes(Floats v) {
    Floats8 a = v.lo + v.hi;
    Floats4 b = a.lo + a.hi;
    return (b.x + b.z) + (b.y + b.w);
}

INLINE float scalar_larger(float a, float b) { return a > b ? a : b; }

INLINE float largest_lane(Floats v) {
    float lanes[LANES];
    store(lanes, v);
    float largest = lanes[0];
    for (int i = 1; i < LANES; i++) largest = scalar_larger(lanes[i], largest);
    return largest;
}

// Four independent sums, to hide the latency of an addition.
typedef struct {
    Floats a, b, c, d;
} Sums;

INLINE float sum_all(Sums s) { return sum_lanes((s.a + s.b) + (s.c + s.d)); }

// Half precision, exactly, infinities and NaN included.
INLINE Floats widen_halves(Halves halves) {
    Bits bits = __builtin_convertvector(halves, Bits);
    Floats magnitude = (Floats)((bits & 0x7fff) << 13) * splat(0x1p112f);
    Bits special = (Bits)((bits & 0x7c00) == 0x7c00) & 0x7f800000;
    return (Floats)((Bits)magnitude | special | ((bits & 0x8000) << 16));
}

INLINE Floats widen_brains(Halves halves) {
    return (Floats)(__builtin_convertvector(halves, Bits) << 16);
}
