// Matrix products of float32 activations with stored weights.
#ifndef CK_GEMM_H
#define CK_GEMM_H

#include <stdbool.h>
#include <stddef.h>

#include "CKElementKernels.h"
#include "CKInstructionSet.h"
#include "CKPool.h"

#pragma clang assume_nonnull begin

// c (+)= a · b + bias.  a [M, K] and c [M, N] are float32, b [K, N] is widened on the fly.
//
// Every element of c is one chain of fused multiply-adds over k ascending, beginning with 0; then the bias is
// added, and with `accumulate` that sum is added to the old value.  So an element depends on its row of a
// and its column of b alone, to the last bit: not on M, N, the instruction set or the threads.
typedef struct {
    size_t rows, columns, depth;
    // Element (m, k) is a[m * a_stride + k], transposed a[k * a_stride + m].
    const float *a;
    size_t a_stride;
    bool a_transposed;
    // Element (k, n) is b[k * b_stride + n], transposed b[n * b_stride + k].  Any byte address will do.
    const void *b;
    size_t b_stride;
    bool b_transposed;
    CKElementType b_type;
    // N values, or NULL.
    const float *_Nullable bias;
    float *c;
    size_t c_stride;
    bool accumulate;
} CKGemm;

// How many bytes of scratch memory `ck_gemm` needs for this product.
size_t ck_gemm_scratch_bytes(const CKGemm *gemm, CKInstructionSet set);

// Computes the product with a supported instruction set on the threads of `pool` (NULL: on the calling one).
// `scratch` is aligned to 64 bytes.
void ck_gemm(const CKGemm *gemm, CKInstructionSet set, CKPool *_Nullable pool, void *scratch);

#pragma clang assume_nonnull end

#endif
