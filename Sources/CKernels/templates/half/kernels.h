// All half-precision kernels for one instruction set.  A source file includes this after kernels.h and has
// defined CK_HALF_TABLE, the name of their table.
#include "number.h"
#include "elements.h"
#include "norm.h"
#include "attention.h"
#include "distribution.h"

const CKHalfKernels CK_HALF_TABLE = {
    .round = kernel_half_round,
    .multiply = kernel_half_multiply,
    .finish = kernel_half_finish,
    .sum_rows = kernel_half_sum_rows,
    .gelu = kernel_half_gelu,
    .gelu_backward = kernel_half_gelu_backward,
    .layer_norm = kernel_half_layer_norm,
    .layer_norm_backward = kernel_half_layer_norm_backward,
    .attention = kernel_half_attention,
    .attention_backward = kernel_half_attention_backward,
    .distribution_terms = kernel_half_distribution_terms,
    .adamw = kernel_half_adamw,
};
