#include "CKBlocks.h"

#include <string.h>

// The first bits of a block are often its scale, as an IEEE half.
static inline float half_at(const uint8_t *bytes) {
    uint16_t bits;
    memcpy(&bits, bytes, 2);
    _Float16 half;
    memcpy(&half, &bits, 2);
    return (float)half;
}

static inline uint32_t word_at(const uint8_t *bytes) {
    uint32_t word;
    memcpy(&word, bytes, 4);
    return word;
}

// Blocks of 32 values.

static void widen_q4_0(const uint8_t *block, float *y) {
    const float scale = half_at(block);
    for (int i = 0; i < 16; i++) {
        y[i] = scale * (float)((block[2 + i] & 15) - 8);
        y[i + 16] = scale * (float)((block[2 + i] >> 4) - 8);
    }
}

static void widen_q4_1(const uint8_t *block, float *y) {
    const float scale = half_at(block), least = half_at(block + 2);
    for (int i = 0; i < 16; i++) {
        y[i] = scale * (float)(block[4 + i] & 15) + least;
        y[i + 16] = scale * (float)(block[4 + i] >> 4) + least;
    }
}

static void widen_q5_0(const uint8_t *block, float *y) {
    const float scale = half_at(block);
    const uint32_t fifth = word_at(block + 2);
    for (int i = 0; i < 16; i++) {
        const int low = (block[6 + i] & 15) | (int)(fifth >> i & 1) << 4;
        const int high = (block[6 + i] >> 4) | (int)(fifth >> (i + 16) & 1) << 4;
        y[i] = scale * (float)(low - 16);
        y[i + 16] = scale * (float)(high - 16);
    }
}

static void widen_q5_1(const uint8_t *block, float *y) {
    const float scale = half_at(block), least = half_at(block + 2);
    const uint32_t fifth = word_at(block + 4);
    for (int i = 0; i < 16; i++) {
        const int low = (block[8 + i] & 15) | (int)(fifth >> i & 1) << 4;
        const int high = (block[8 + i] >> 4) | (int)(fifth >> (i + 16) & 1) << 4;
        y[i] = scale * (float)low + least;
        y[i + 16] = scale * (float)high + least;
    }
}

static void widen_q8_0(const uint8_t *block, float *y) {
    const float scale = half_at(block);
    for (int i = 0; i < 32; i++) y[i] = scale * (float)(int8_t)block[2 + i];
}

static const int8_t uneven[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

static void widen_iq4_nl(const uint8_t *block, float *y) {
    const float scale = half_at(block);
    for (int i = 0; i < 16; i++) {
        y[i] = scale * (float)uneven[block[2 + i] & 15];
        y[i + 16] = scale * (float)uneven[block[2 + i] >> 4];
    }
}

// Twice the values of FP4 (E2M1); the scale, a power of two, is halved in return.
static const int8_t twice_fp4[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

static void widen_mxfp4(const uint8_t *block, float *y) {
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

static void widen_q2_k(const uint8_t *block, float *y) {
    const uint8_t *scales = block, *bits = block + 16;
    const float scale = half_at(block + 80), least = half_at(block + 82);
    for (int group = 0; group < 16; group++) {
        const float d = scale * (float)(scales[group] & 15), m = least * (float)(scales[group] >> 4);
        const uint8_t *q = bits + group / 8 * 32 + group % 2 * 16;
        const int shift = group % 8 / 2 * 2;
        for (int i = 0; i < 16; i++) y[16 * group + i] = d * (float)(q[i] >> shift & 3) - m;
    }
}

static void widen_q3_k(const uint8_t *block, float *y) {
    const uint8_t *third = block, *bits = block + 32, *packed = block + 96;
    const float scale = half_at(block + 108);
    for (int group = 0; group < 16; group++) {
        // Four low bits of two scales in each of the first 8 bytes, two high bits of four in the last 4.
        const int low = packed[group % 8] >> group / 8 * 4 & 15;
        const int high = packed[8 + group % 4] >> group / 4 * 2 & 3;
        const float d = scale * (float)((low | high << 4) - 32);
        const uint8_t *q = bits + group / 8 * 32 + group % 2 * 16, *h = third + group % 2 * 16;
        const int shift = group % 8 / 2 * 2, place = group / 2;
        for (int i = 0; i < 16; i++) {
            y[16 * group + i] = d * (float)((q[i] >> shift & 3) - (h[i] >> place & 1 ? 0 : 4));
        }
    }
}

// The scale and the least value of the `group`th 32 values, six bits each.
static inline void six_bits(const uint8_t *packed, int group, uint8_t *scale, uint8_t *least) {
    if (group < 4) {
        *scale = packed[group] & 63;
        *least = packed[group + 4] & 63;
    } else {
        *scale = (packed[group + 4] & 15) | packed[group - 4] >> 6 << 4;
        *least = packed[group + 4] >> 4 | packed[group] >> 6 << 4;
    }
}

static void widen_q4_k(const uint8_t *block, float *y) {
    const float scale = half_at(block), least = half_at(block + 2);
    for (int group = 0; group < 8; group++) {
        uint8_t s, l;
        six_bits(block + 4, group, &s, &l);
        const float d = scale * (float)s, m = least * (float)l;
        const uint8_t *q = block + 16 + group / 2 * 32;
        const int shift = group % 2 * 4;
        for (int i = 0; i < 32; i++) y[32 * group + i] = d * (float)(q[i] >> shift & 15) - m;
    }
}

static void widen_q5_k(const uint8_t *block, float *y) {
    const float scale = half_at(block), least = half_at(block + 2);
    const uint8_t *fifth = block + 16;
    for (int group = 0; group < 8; group++) {
        uint8_t s, l;
        six_bits(block + 4, group, &s, &l);
        const float d = scale * (float)s, m = least * (float)l;
        const uint8_t *q = block + 48 + group / 2 * 32;
        const int shift = group % 2 * 4;
        for (int i = 0; i < 32; i++) {
            const int value = (q[i] >> shift & 15) | (fifth[i] >> group & 1) << 4;
            y[32 * group + i] = d * (float)value - m;
        }
    }
}

static void widen_q6_k(const uint8_t *block, float *y) {
    const uint8_t *low = block, *high = block + 128;
    const int8_t *scales = (const int8_t *)block + 192;
    const float scale = half_at(block + 208);
    for (int group = 0; group < 16; group++) {
        const float d = scale * (float)scales[group];
        // Eight groups share 64 bytes of low and 32 of high bits.
        const int part = group % 8 / 2, side = group % 2 * 16;
        const uint8_t *q = low + group / 8 * 64 + part % 2 * 32 + side, *h = high + group / 8 * 32 + side;
        for (int i = 0; i < 16; i++) {
            const int value = (q[i] >> part / 2 * 4 & 15) | (h[i] >> part * 2 & 3) << 4;
            y[16 * group + i] = d * (float)(value - 32);
        }
    }
}

static void widen_iq4_xs(const uint8_t *block, float *y) {
    const float scale = half_at(block);
    const int high = block[2] | block[3] << 8;
    for (int group = 0; group < 8; group++) {
        const int s = (block[4 + group / 2] >> group % 2 * 4 & 15) | (high >> 2 * group & 3) << 4;
        const float d = scale * (float)(s - 32);
        const uint8_t *q = block + 8 + 16 * group;
        for (int i = 0; i < 16; i++) {
            y[32 * group + i] = d * (float)uneven[q[i] & 15];
            y[32 * group + 16 + i] = d * (float)uneven[q[i] >> 4];
        }
    }
}

// Five digits of base 3 in a byte, as a fraction of 256: a multiplication brings the next one to the top.
static inline int digit(uint8_t byte, int place) {
    static const uint8_t powers[5] = {1, 3, 9, 27, 81};
    return (uint8_t)(byte * powers[place]) * 3 >> 8;
}

static void widen_tq1_0(const uint8_t *block, float *y) {
    const float scale = half_at(block + 52);
    for (int place = 0; place < 5; place++) {
        for (int i = 0; i < 32; i++) y[32 * place + i] = scale * (float)(digit(block[i], place) - 1);
        for (int i = 0; i < 16; i++) y[160 + 16 * place + i] = scale * (float)(digit(block[32 + i], place) - 1);
    }
    for (int place = 0; place < 4; place++) {
        for (int i = 0; i < 4; i++) y[240 + 4 * place + i] = scale * (float)(digit(block[48 + i], place) - 1);
    }
}

static void widen_tq2_0(const uint8_t *block, float *y) {
    const float scale = half_at(block + 64);
    for (int group = 0; group < 8; group++) {
        const uint8_t *q = block + group / 4 * 32;
        for (int i = 0; i < 32; i++) y[32 * group + i] = scale * (float)((q[i] >> group % 4 * 2 & 3) - 1);
    }
}

typedef struct {
    size_t values, bytes;
    void (*widen)(const uint8_t *block, float *y);
} Format;

static Format format_of(CKBlockFormat format) {
    switch (format) {
    case CK_Q4_0:
        return (Format){32, 18, widen_q4_0};
    case CK_Q4_1:
        return (Format){32, 20, widen_q4_1};
    case CK_Q5_0:
        return (Format){32, 22, widen_q5_0};
    case CK_Q5_1:
        return (Format){32, 24, widen_q5_1};
    case CK_Q8_0:
        return (Format){32, 34, widen_q8_0};
    case CK_Q2_K:
        return (Format){256, 84, widen_q2_k};
    case CK_Q3_K:
        return (Format){256, 110, widen_q3_k};
    case CK_Q4_K:
        return (Format){256, 144, widen_q4_k};
    case CK_Q5_K:
        return (Format){256, 176, widen_q5_k};
    case CK_Q6_K:
        return (Format){256, 210, widen_q6_k};
    case CK_IQ4_NL:
        return (Format){32, 18, widen_iq4_nl};
    case CK_IQ4_XS:
        return (Format){256, 136, widen_iq4_xs};
    case CK_TQ1_0:
        return (Format){256, 54, widen_tq1_0};
    case CK_TQ2_0:
        return (Format){256, 66, widen_tq2_0};
    case CK_MXFP4:
        return (Format){32, 17, widen_mxfp4};
    }
    __builtin_trap();
}

size_t ck_block_values(CKBlockFormat format) { return format_of(format).values; }

size_t ck_block_bytes(CKBlockFormat format) { return format_of(format).bytes; }

void ck_widen_blocks(CKBlockFormat format, const void *source, float *values, size_t blocks) {
    const Format form = format_of(format);
    const uint8_t *block = source;
    for (size_t i = 0; i < blocks; i++) form.widen(block + i * form.bytes, values + i * form.values);
}
