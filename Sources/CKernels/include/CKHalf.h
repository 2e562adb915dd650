// Operations whose results are rounded to half precision as PyTorch's on a processor.
//
// PyTorch computes every operation on half-precision tensors in float32 and rounds its result.  Here values stay
// float32 and are rounded in place.  Operations that are one for a backend but several for PyTorch are rounded
// after each of theirs; operations that a backend shares with PyTorch need `ck_half_round` alone.
#ifndef CK_HALF_H
#define CK_HALF_H

#include <stdbool.h>
#include <stddef.h>

#include "CKElementKernels.h"

#pragma clang assume_nonnull begin

// x = x rounded to half precision, to nearest with ties to even.
void ck_half_round(float *x, size_t count);

// y = a · b, rounded.  y may be a or b.
void ck_half_multiply(const float *a, const float *b, float *y, size_t count);

// The tanh approximation of GELU, written as transformers writes `gelu_new`.  y may be x.
void ck_half_gelu(const float *x, float *y, size_t count);
// dx may be dy.
void ck_half_gelu_backward(const float *dy, const float *x, float *dx, size_t count);

// One query head of one sequence.  With `wide`, scores and their softmax stay float32 until the values are
// weighted.  `scratch` holds `ck_half_attention_scratch` floats.
void ck_half_attention(
    const CKAttentionSpan *span, bool wide, const float *queries, size_t query_stride, const float *keys,
    size_t key_stride, const float *values, size_t value_stride, float *output, size_t output_stride,
    float *_Nullable log_sum_exp, size_t log_sum_exp_stride, float *scratch);
// Adds to d_keys and d_values, whose first row is that of the first query; overwrites d_queries.
void ck_half_attention_backward(
    const CKAttentionSpan *span, bool wide, const float *d_output, size_t d_output_stride,
    const float *queries, size_t query_stride, const float *keys, size_t key_stride, const float *values,
    size_t value_stride, float *d_queries, size_t d_query_stride, float *d_keys, size_t d_key_stride,
    float *d_values, size_t d_value_stride, float *scratch);
// Floats of scratch memory for both.
size_t ck_half_attention_scratch(const CKAttentionSpan *span);

// As `distribution_terms` of the element kernels: log_softmax of logits and base, then the terms.
void ck_half_distribution_terms(
    float *logits, const float *_Nullable base, size_t count, const CKDistributionTerms *terms,
    float *values, bool gradient);

typedef struct {
    // 1 − learning rate · weight decay, 1 − beta1, beta2, 1 − beta2.
    float kept, first_share, second_kept, second_share;
    // The learning rate over 1 − beta1^t, and √(1 − beta2^t).
    float step_size, correction, epsilon;
} CKHalfAdamW;

// One step of torch.optim.AdamW, which is nine operations.
void ck_half_adamw(
    const CKHalfAdamW *options, float *parameters, const float *gradients, float *first_moments,
    float *second_moments, size_t count);

#pragma clang assume_nonnull end

#endif
