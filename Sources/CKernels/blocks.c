#include "CKBlocks.h"

#include <string.h>

#define ALWAYS_INLINE inline __attribute__((always_inline))
// The best of several versions is taken when the program starts.
#if defined(__x86_64__) && defined(__linux__)
#define FOR_EVERY_SET __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FOR_EVERY_SET
#endif

// The first bits of a block are often its scale, as an IEEE half.
static ALWAYS_INLINE float half_at(const uint8_t *bytes) {
    uint16_t bits;
    memcpy(&bits, bytes, 2);
    _Float16 half;
    memcpy(&half, &bits, 2);
    return (float)half;
}

static ALWAYS_INLINE uint32_t word_at(const uint8_t *bytes) {
    uint32_t word;
    memcpy(&word, bytes, 4);
    return word;
}

typedef uint8_t Bytes __attribute__((vector_size(16)));
typedef int8_t Integers __attribute__((vector_size(16)));
typedef float Floats __attribute__((vector_size(64)));

static ALWAYS_INLINE Bytes bytes_at(const uint8_t *from) {
    Bytes bytes;
    memcpy(&bytes, from, 16);
    return bytes;
}

// 16 integers as floats times the scale.
static ALWAYS_INLINE void scaled(Integers q, float scale, float *y) {
    const Floats product = __builtin_convertvector(q, Floats) * scale;
    memcpy(y, &product, 64);
}

// The same with a number added to the rounded products.
static ALWAYS_INLINE void scaled_above(Integers q, float scale, float least, float *y) {
    const Floats sum = __builtin_convertvector(q, Floats) * scale + least;
    memcpy(y, &sum, 64);
}

// 16 where a bit of the word is set, for each of its next 16 bits.
static ALWAYS_INLINE Bytes fifth_bits(uint32_t word) {
    Bytes result;
    for (int i = 0; i < 16; i++) result[i] = (uint8_t)((word >> i & 1) << 4);
    return result;
}

// Blocks of 32 values.

static ALWAYS_INLINE void widen_q4_0(const uint8_t *block, float *y) {
    const float scale = half_at(block);
    const Bytes q = bytes_at(block + 2);
    scaled((Integers)(q & 15) - 8, scale, y);
    scaled((Integers)(q >> 4) - 8, scale, y + 16);
}

static ALWAYS_INLINE void widen_q4_1(const uint8_t *block, float *y) {
    const float scale = half_at(block), least = half_at(block + 2);
    const Bytes q = bytes_at(block + 4);
    scaled_above((Integers)(q & 15), scale, least, y);
    scaled_above((Integers)(q >> 4), scale, least, y + 16);
}

static ALWAYS_INLINE void widen_q5_0(const uint8_t *block, float *y) {
    const float scale = half_at(block);
    const uint32_t fifth = word_at(block + 2);
    const Bytes q = bytes_at(block + 6);
    scaled((Integers)((q & 15) | fifth_bits(fifth)) - 16, scale, y);
    scaled((Integers)((q >> 4) | fifth_bits(fifth >> 16)) - 16, scale, y + 16);
}

static ALWAYS_INLINE void widen_q5_1(const uint8_t *block, float *y) {
    const float scale = half_at(block), least = half_at(block + 2);
    const uint32_t fifth = word_at(block + 4);
    const Bytes q = bytes_at(block + 8);
    scaled_above((Integers)((q & 15) | fifth_bits(fifth)), scale, least, y);
    scaled_above((Integers)((q >> 4) | fifth_bits(fifth >> 16)), scale, least, y + 16);
}

static ALWAYS_INLINE void widen_q8_0(const uint8_t *block, float *y) {
    const float scale = half_at(block);
    scaled((Integers)bytes_at(block + 2), scale, y);
    scaled((Integers)bytes_at(block + 18), scale, y + 16);
}

static const int8_t uneven[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

static ALWAYS_INLINE void widen_iq4_nl(const uint8_t *block, float *y) {
    const float scale = half_at(block);
    Integers low, high;
    for (int i = 0; i < 16; i++) {
        low[i] = uneven[block[2 + i] & 15];
        high[i] = uneven[block[2 + i] >> 4];
    }
    scaled(low, scale, y);
    scaled(high, scale, y + 16);
}

// Twice the values of FP4 (E2M1); the scale, a power of two, is halved in return.
static const int8_t twice_fp4[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

static ALWAYS_INLINE void widen_mxfp4(const uint8_t *block, float *y) {
    const uint32_t exponent = block[0];
    const uint32_t bits = exponent < 2 ? 0x00200000u << exponent : (exponent - 1) << 23;
    float scale;
    memcpy(&scale, &bits, 4);
    for (int i = 0; i < 16; i++) {
        y[i] = scale * (float)twice_fp4[block[1 + i] & 15];
        y[i + 16] = scale * (float)twice_fp4[block[1 + i] >> 4];
    }
}

// Blocks of 256 values.

static ALWAYS_INLINE void widen_q2_k(const uint8_t *block, float *y) {
    const uint8_t *scales = block, *bits = block + 16;
    const float scale = half_at(block + 80), least = half_at(block + 82);
    for (int group = 0; group < 16; group++) {
        const Bytes q = bytes_at(bits + group / 8 * 32 + group % 2 * 16) >> (uint8_t)(group % 8 / 2 * 2) & 3;
        // x − m is x + (−m).
        const float m = least * (float)(scales[group] >> 4);
        scaled_above((Integers)q, scale * (float)(scales[group] & 15), -m, y + 16 * group);
    }
}

static ALWAYS_INLINE void widen_q3_k(const uint8_t *block, float *y) {
    const uint8_t *third = block, *bits = block + 32, *packed = block + 96;
    const float scale = half_at(block + 108);
    for (int group = 0; group < 16; group++) {
        // Four low bits of two scales in each of the first 8 bytes, two high bits of four in the last 4.
        const int low = packed[group % 8] >> group / 8 * 4 & 15;
        const int high = packed[8 + group % 4] >> group / 4 * 2 & 3;
        const Bytes q = bytes_at(bits + group / 8 * 32 + group % 2 * 16) >> (uint8_t)(group % 8 / 2 * 2) & 3;
        const Bytes h = bytes_at(third + group % 2 * 16) >> (uint8_t)(group / 2) & 1;
        scaled((Integers)(q + h * 4) - 4, scale * (float)((low | high << 4) - 32), y + 16 * group);
    }
}

// The scale and the least value of the `group`th 32 values, six bits each.
static ALWAYS_INLINE void six_bits(const uint8_t *packed, int group, uint8_t *scale, uint8_t *least) {
    if (group < 4) {
        *scale = packed[group] & 63;
        *least = packed[group + 4] & 63;
    } else {
        *scale = (packed[group + 4] & 15) | packed[group - 4] >> 6 << 4;
        *least = packed[group + 4] >> 4 | packed[group] >> 6 << 4;
    }
}

static ALWAYS_INLINE void widen_q4_k(const uint8_t *block, float *y) {
    const float scale = half_at(block), least = half_at(block + 2);
    for (int group = 0; group < 8; group++) {
        uint8_t s, l;
        six_bits(block + 4, group, &s, &l);
        const float d = scale * (float)s, m = -(least * (float)l);
        const uint8_t *from = block + 16 + group / 2 * 32;
        const uint8_t shift = group % 2 * 4;
        scaled_above((Integers)(bytes_at(from) >> shift & 15), d, m, y + 32 * group);
        scaled_above((Integers)(bytes_at(from + 16) >> shift & 15), d, m, y + 32 * group + 16);
    }
}

static ALWAYS_INLINE void widen_q5_k(const uint8_t *block, float *y) {
    const float scale = half_at(block), least = half_at(block + 2);
    const uint8_t *fifth = block + 16;
    for (int group = 0; group < 8; group++) {
        uint8_t s, l;
        six_bits(block + 4, group, &s, &l);
        const float d = scale * (float)s, m = -(least * (float)l);
        const uint8_t *from = block + 48 + group / 2 * 32;
        const uint8_t shift = group % 2 * 4, place = (uint8_t)group;
        for (int side = 0; side < 32; side += 16) {
            const Bytes high = (bytes_at(fifth + side) >> place & 1) << 4;
            scaled_above((Integers)((bytes_at(from + side) >> shift & 15) | high), d, m, y + 32 * group + side);
        }
    }
}

static ALWAYS_INLINE void widen_q6_k(const uint8_t *block, float *y) {
    const uint8_t *low = block, *high = block + 128;
    const int8_t *scales = (const int8_t *)block + 192;
    const float scale = half_at(block + 208);
    for (int group = 0; group < 16; group++) {
        // Eight groups share 64 bytes of low and 32 of high bits.
        const uint8_t part = group % 8 / 2;
        const int side = group % 2 * 16;
        const Bytes q = bytes_at(low + group / 8 * 64 + part % 2 * 32 + side) >> (uint8_t)(part / 2 * 4) & 15;
        const Bytes h = (bytes_at(high + group / 8 * 32 + side) >> (uint8_t)(part * 2) & 3) << 4;
        scaled((Integers)(q | h) - 32, scale * (float)scales[group], y + 16 * group);
    }
}

static ALWAYS_INLINE void widen_iq4_xs(const uint8_t *block, float *y) {
    const float scale = half_at(block);
    const int high = block[2] | block[3] << 8;
    for (int group = 0; group < 8; group++) {
        const int s = (block[4 + group / 2] >> group % 2 * 4 & 15) | (high >> 2 * group & 3) << 4;
        const float d = scale * (float)(s - 32);
        Integers first, second;
        for (int i = 0; i < 16; i++) {
            first[i] = uneven[block[8 + 16 * group + i] & 15];
            second[i] = uneven[block[8 + 16 * group + i] >> 4];
        }
        scaled(first, d, y + 32 * group);
        scaled(second, d, y + 32 * group + 16);
    }
}

// Five digits of base 3 in a byte, as a fraction of 256: a multiplication brings the next one to the top.
static ALWAYS_INLINE int digit(uint8_t byte, int place) {
    static const uint8_t powers[5] = {1, 3, 9, 27, 81};
    return (uint8_t)(byte * powers[place]) * 3 >> 8;
}

static ALWAYS_INLINE void widen_tq1_0(const uint8_t *block, float *y) {
    const float scale = half_at(block + 52);
    for (int place = 0; place < 5; place++) {
        for (int i = 0; i < 32; i++) y[32 * place + i] = scale * (float)(digit(block[i], place) - 1);
        for (int i = 0; i < 16; i++) y[160 + 16 * place + i] = scale * (float)(digit(block[32 + i], place) - 1);
    }
    for (int place = 0; place < 4; place++) {
        for (int i = 0; i < 4; i++) y[240 + 4 * place + i] = scale * (float)(digit(block[48 + i], place) - 1);
    }
}

static ALWAYS_INLINE void widen_tq2_0(const uint8_t *block, float *y) {
    const float scale = half_at(block + 64);
    for (int group = 0; group < 8; group++) {
        const uint8_t *q = block + group / 4 * 32;
        for (int i = 0; i < 32; i++) y[32 * group + i] = scale * (float)((q[i] >> group % 4 * 2 & 3) - 1);
    }
}

typedef struct {
    size_t values, bytes;
} Sizes;

static Sizes sizes_of(CKBlockFormat format) {
    switch (format) {
    case CK_Q4_0:
    case CK_IQ4_NL:
        return (Sizes){32, 18};
    case CK_Q4_1:
        return (Sizes){32, 20};
    case CK_Q5_0:
        return (Sizes){32, 22};
    case CK_Q5_1:
        return (Sizes){32, 24};
    case CK_Q8_0:
        return (Sizes){32, 34};
    case CK_Q2_K:
        return (Sizes){256, 84};
    case CK_Q3_K:
        return (Sizes){256, 110};
    case CK_Q4_K:
        return (Sizes){256, 144};
    case CK_Q5_K:
        return (Sizes){256, 176};
    case CK_Q6_K:
        return (Sizes){256, 210};
    case CK_IQ4_XS:
        return (Sizes){256, 136};
    case CK_TQ1_0:
        return (Sizes){256, 54};
    case CK_TQ2_0:
        return (Sizes){256, 66};
    case CK_MXFP4:
        return (Sizes){32, 17};
    }
    __builtin_trap();
}

size_t ck_block_values(CKBlockFormat format) { return sizes_of(format).values; }

size_t ck_block_bytes(CKBlockFormat format) { return sizes_of(format).bytes; }

#define WIDEN(format, widen) \
    case format: \
        for (size_t i = 0; i < blocks; i++) widen(block + i * bytes, values + i * count); \
        return;

FOR_EVERY_SET void ck_widen_blocks(CKBlockFormat format, const void *source, float *values, size_t blocks) {
    const uint8_t *block = source;
    const size_t bytes = ck_block_bytes(format), count = ck_block_values(format);
    switch (format) {
        WIDEN(CK_Q4_0, widen_q4_0)
        WIDEN(CK_Q4_1, widen_q4_1)
        WIDEN(CK_Q5_0, widen_q5_0)
        WIDEN(CK_Q5_1, widen_q5_1)
        WIDEN(CK_Q8_0, widen_q8_0)
        WIDEN(CK_Q2_K, widen_q2_k)
        WIDEN(CK_Q3_K, widen_q3_k)
        WIDEN(CK_Q4_K, widen_q4_k)
        WIDEN(CK_Q5_K, widen_q5_k)
        WIDEN(CK_Q6_K, widen_q6_k)
        WIDEN(CK_IQ4_NL, widen_iq4_nl)
        WIDEN(CK_IQ4_XS, widen_iq4_xs)
        WIDEN(CK_TQ1_0, widen_tq1_0)
        WIDEN(CK_TQ2_0, widen_tq2_0)
        WIDEN(CK_MXFP4, widen_mxfp4)
    }
}
