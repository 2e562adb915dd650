#include "CKGemm.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static float half_to_float(uint16_t half) {
    uint32_t bits = (uint32_t)(half & 0x7fff) << 13;
    float value;
    memcpy(&value, &bits, 4);
    value *= 0x1p112f;
    memcpy(&bits, &value, 4);
    if ((half & 0x7c00) == 0x7c00) bits |= 0x7f800000;
    bits |= (uint32_t)(half & 0x8000) << 16;
    memcpy(&value, &bits, 4);
    return value;
}

static float element(const void *weight, CKElementType type, size_t index) {
    float value;
    uint16_t bits;
    uint32_t wide;
    switch (type) {
    case CK_F32:
        memcpy(&value, (const char *)weight + index * 4, 4);
        return value;
    case CK_F16:
        memcpy(&bits, (const char *)weight + index * 2, 2);
        return half_to_float(bits);
    case CK_BF16:
        break;
    }
    memcpy(&bits, (const char *)weight + index * 2, 2);
    wide = (uint32_t)bits << 16;
    memcpy(&value, &wide, 4);
    return value;
}

void ck_product(
    size_t rows, size_t outputs, size_t inputs, const float *x, size_t x_stride, const void *weight,
    CKElementType type, size_t output_step, size_t input_step, const float *bias, float *y,
    size_t y_stride, bool accumulate) {
    for (size_t row = 0; row < rows; row++)
        for (size_t o = 0; o < outputs; o++) {
            float sum = 0;
            for (size_t k = 0; k < inputs; k++)
                sum = fmaf(x[row * x_stride + k],
                    element(weight, type, o * output_step + k * input_step), sum);
            if (bias) sum += bias[o];
            float *target = y + row * y_stride + o;
            *target = accumulate ? *target + sum : sum;
        }
}
