// Matrix products of activations with stored weights.
#ifndef CK_GEMM_H
#define CK_GEMM_H

#include <stdbool.h>
#include <stddef.h>

#include "CKElementKernels.h"

// y[row] (+)= sum over k of x[row][k] * W(o, k), plus bias, for `rows` rows; W(o, k) is the element at
// o * output_step + k * input_step.
void ck_product(
    size_t rows, size_t outputs, size_t inputs, const float *_Nonnull x, size_t x_stride,
    const void *_Nonnull weight, CKElementType type, size_t output_step, size_t input_step,
    const float *_Nullable bias, float *_Nonnull y, size_t y_stride, bool accumulate);

#endif
