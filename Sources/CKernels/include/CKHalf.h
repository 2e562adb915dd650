// Operations whose results are rounded to half precision as PyTorch's on a processor, one table of functions for
// each instruction set.
//
// PyTorch computes every operation on half-precision tensors in float32 and rounds its result.  Here values stay
// float32 and are rounded in place.  Operations that are one for a backend but several for PyTorch are rounded
// after each of theirs; operations that a backend shares with PyTorch need `round` alone.  Sums are formed in
// PyTorch's order on a processor with AVX-512, whatever the instruction set here, so all sets give the same bits.
#ifndef CK_HALF_H
#define CK_HALF_H

#include <stdbool.h>
#include <stddef.h>

#include "CKElementKernels.h"

#pragma clang assume_nonnull begin

typedef struct {
    // 1 − learning rate · weight decay, 1 − beta1, beta2, 1 − beta2.
    float kept, first_share, second_kept, second_share;
    // The learning rate over 1 − beta1^t, and √(1 − beta2^t).
    float step_size, correction, epsilon;
} CKHalfAdamW;

typedef struct {
    // x = x rounded to half precision, to nearest with ties to even.
    void (*round)(float *x, size_t count);
    // y = a · b, rounded.  y may be a or b.
    void (*multiply)(const float *a, const float *b, float *y, size_t count);
    // y = y + bias, rounded.
    void (*finish)(const float *_Nullable bias, float *y, size_t count);
    // y = the sum of the rows of x over the divisor, rounded.
    void (*sum_rows)(
        const float *x, size_t x_stride, size_t rows, size_t columns, float divisor, float *y);

    // The tanh approximation of GELU, written as transformers writes `gelu_new`.  y may be x.
    void (*gelu)(const float *x, float *y, size_t count);
    // dx may be dy.
    void (*gelu_backward)(const float *dy, const float *x, float *dx, size_t count);

    // As those of the element kernels; y may be x.  The statistics are rounded after they served the row.
    void (*layer_norm)(
        const float *x, size_t x_stride, size_t rows, size_t columns, const float *gain,
        const float *_Nullable bias, float epsilon, float *y, size_t y_stride,
        float *_Nullable statistics, size_t statistics_stride);
    void (*layer_norm_backward)(
        const float *dy, size_t dy_stride, const float *x, size_t x_stride, size_t rows, size_t columns,
        const float *gain, const float *statistics, size_t statistics_stride, float *dx, size_t dx_stride);

    // One query head of one sequence.  With `wide`, scores and their softmax stay float32 until the values are
    // weighted.  `scratch` holds a float for every key.
    void (*attention)(
        const CKAttentionSpan *span, bool wide, const float *queries, size_t query_stride,
        const float *keys, size_t key_stride, const float *values, size_t value_stride, float *output,
        size_t output_stride, float *_Nullable log_sum_exp, size_t log_sum_exp_stride, float *scratch);
    // Adds to d_keys and d_values, whose first row is that of the first query; overwrites d_queries.  `scratch`
    // holds `ck_half_attention_backward_scratch` floats.
    void (*attention_backward)(
        const CKAttentionSpan *span, bool wide, const float *d_output, size_t d_output_stride,
        const float *queries, size_t query_stride, const float *keys, size_t key_stride,
        const float *values, size_t value_stride, float *d_queries, size_t d_query_stride, float *d_keys,
        size_t d_key_stride, float *d_values, size_t d_value_stride, float *scratch);

    // As `distribution_terms` of the element kernels: log_softmax of logits and base, then the terms.
    void (*distribution_terms)(
        float *logits, const float *_Nullable base, size_t count, const CKDistributionTerms *terms,
        float *values, bool gradient);

    // One step of torch.optim.AdamW, which is nine operations.
    void (*adamw)(
        const CKHalfAdamW *options, float *parameters, const float *gradients, float *first_moments,
        float *second_moments, size_t count);
} CKHalfKernels;

// The kernels of a supported set (`ck_supports`); null for others.
const CKHalfKernels *_Nullable ck_half_kernels(CKInstructionSet set);

// Floats of scratch memory for the backward pass of attention.
size_t ck_half_attention_backward_scratch(const CKAttentionSpan *span);

// The depths that a product's chain of multiply-adds runs over before the next chain is added to it, as oneDNN
// cuts the depth of half-precision products.
size_t ck_half_depth_step(size_t depth);

#pragma clang assume_nonnull end

#endif
