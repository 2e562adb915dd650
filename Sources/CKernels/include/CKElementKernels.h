// Kernels other than matrix products, one table of functions for each instruction set.
//
// Every kernel is written once over 16 logical lanes and compiled for each instruction set, the plain one
// among them.  Sums run over the same lanes in the same order everywhere, so all sets give the same bits.
// Matrices are row-major float32; a `…_stride` counts floats from one row to the next.  Letters: see
// ComputeBackend.
#ifndef CK_ELEMENT_KERNELS_H
#define CK_ELEMENT_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "CKInstructionSet.h"

#pragma clang assume_nonnull begin

typedef enum { CK_F32 = 0, CK_F16 = 1, CK_BF16 = 2 } CKElementType;

typedef enum {
    CK_GELU_EXACT = 0,
    CK_GELU_TANH = 1,
    CK_SILU = 2,
    CK_RELU = 3,
    CK_LEAKY_RELU = 4,
} CKActivation;

// Which parts of a sequence's attention one call computes.  Pointers are at the span's first row and the
// head's first column; position p of the span is row p of keys and values and row p − (keys − queries) of
// the queries.
typedef struct {
    size_t queries, keys, head_size;
    // Rows [first_query, end_query) are computed (forward only).
    size_t first_query, end_query;
    // A query at position p sees positions p − window + 1 … p; 0 sees all.
    size_t window;
    float scale;
} CKAttentionSpan;

// The terms of the loss for one row of logits; −1 is no token, weight 0 switches a gradient off.
typedef struct {
    int32_t target, comparator;
    float target_weight, comparator_weight, divergence_weight;
} CKDistributionTerms;

typedef struct {
    float learning_rate, beta1, beta2, epsilon, weight_decay;
    // 1 − beta1^t, 1 − beta2^t.
    float correction1, correction2;
} CKAdamW;

typedef struct {
    // Rows.

    // y (+)= the `count` stored elements at `source` (any alignment), widened.
    void (*widen)(const void *source, CKElementType type, float *y, size_t count, bool accumulate);
    void (*fill)(float *y, size_t count, float value);
    // y += scale · x.
    void (*add)(const float *x, float scale, float *y, size_t count);
    // y (+)= x · factor.
    void (*scale)(const float *x, float factor, float *y, size_t count, bool accumulate);
    // y = beta · y + alpha · x.
    void (*blend)(const float *x, float alpha, float beta, float *y, size_t count);
    float (*dot)(const float *a, const float *b, size_t count);
    // y (+)= factor · the sum of the rows of x.
    void (*sum_rows)(
        const float *x, size_t x_stride, size_t rows, size_t columns, float factor, float *y,
        bool accumulate);

    // Norms: rows of D; statistics as in ComputeBackend, or null.

    void (*layer_norm)(
        const float *x, size_t x_stride, size_t rows, size_t columns, const float *gain,
        const float *_Nullable bias, float epsilon, float *y, size_t y_stride,
        float *_Nullable statistics, size_t statistics_stride);
    void (*layer_norm_backward)(
        const float *dy, size_t dy_stride, const float *x, size_t x_stride, size_t rows, size_t columns,
        const float *gain, const float *statistics, size_t statistics_stride, float *dx,
        size_t dx_stride, bool accumulate);
    void (*rms_norm)(
        const float *x, size_t x_stride, size_t rows, size_t columns, const float *gain, float epsilon,
        float *y, size_t y_stride, float *_Nullable statistics, size_t statistics_stride);
    void (*rms_norm_backward)(
        const float *dy, size_t dy_stride, const float *x, size_t x_stride, size_t rows, size_t columns,
        const float *gain, const float *statistics, size_t statistics_stride, float *dx,
        size_t dx_stride, bool accumulate);

    // Activations of one row.

    void (*activation)(CKActivation kind, const float *x, float *y, size_t count);
    void (*activation_backward)(
        CKActivation kind, const float *dy, const float *x, float *dx, size_t count);
    void (*gated)(CKActivation kind, const float *gate, const float *up, float *y, size_t count);
    void (*gated_backward)(
        CKActivation kind, const float *dy, const float *gate, const float *up, float *d_gate,
        float *d_up, size_t count);

    // Attention.

    // Turns the pairs of one head in place; `pairs` angles; `neighbours` chooses (2i, 2i + 1).
    void (*rotate)(
        float *head, const float *cosines, const float *sines, size_t pairs, bool neighbours, bool inverse);
    // One query head; `scratch` holds `ck_attention_scratch` floats, 64-byte aligned.
    void (*attention)(
        const CKAttentionSpan *span, const float *queries, size_t query_stride, const float *keys,
        size_t key_stride, const float *values, size_t value_stride, float *output, size_t output_stride,
        float *_Nullable log_sum_exp, size_t log_sum_exp_stride, float *scratch);
    // One query head.  Adds to d_keys and d_values, whose first row is that of the first query; overwrites
    // d_queries.  `scratch` holds `ck_attention_backward_scratch` floats, 64-byte aligned.
    void (*attention_backward)(
        const CKAttentionSpan *span, const float *d_output, size_t d_output_stride, const float *queries,
        size_t query_stride, const float *keys, size_t key_stride, const float *values,
        size_t value_stride, const float *output, size_t output_stride, const float *log_sum_exp,
        size_t log_sum_exp_stride, float *d_queries, size_t d_query_stride, float *d_keys,
        size_t d_key_stride, float *d_values, size_t d_value_stride, float *scratch);

    // Distributions over one row of V logits.

    double (*log_sum_exp)(const float *logits, size_t count);
    void (*top_k)(const float *logits, size_t count, size_t k, int32_t *ids, float *values);
    void (*distribution_terms)(
        float *logits, const float *_Nullable base, size_t count, const CKDistributionTerms *terms,
        float *values, bool gradient);

    // Training.

    void (*adamw)(
        const CKAdamW *options, float *parameters, const float *gradients, float *first_moments,
        float *second_moments, size_t count);
} CKElementKernels;

// The kernels of a supported set (`ck_supports`); null for others.
const CKElementKernels *_Nullable ck_element_kernels(CKInstructionSet set);

// Floats of scratch memory that attention of this head size needs.
size_t ck_attention_scratch(size_t head_size);
// The same for the backward pass of a span of `queries` queries.
size_t ck_attention_backward_scratch(size_t head_size, size_t queries);

#pragma clang assume_nonnull end

#endif
