// All kernels for one instruction set.  A source file defines CK_TABLE, the name of its table, and includes
// this.
#include "CKElementKernels.h"
#include "element_tables.h"
#pragma clang diagnostic ignored "-Wpsabi"

#include "vector.h"
#include "elementary.h"
#include "rows.h"
#include "norm.h"
#include "activation.h"
#include "attention.h"
#include "attention_backward.h"
#include "rotary.h"
#include "distribution.h"
#include "adamw.h"

const CKElementKernels CK_TABLE = {
    .widen = kernel_widen,
    .fill = kernel_fill,
    .add = kernel_add,
    .scale = kernel_scale,
    .blend = kernel_blend,
    .dot = kernel_dot,
    .sum_rows = kernel_sum_rows,
    .layer_norm = kernel_layer_norm,
    .layer_norm_backward = kernel_layer_norm_backward,
    .rms_norm = kernel_rms_norm,
    .rms_norm_backward = kernel_rms_norm_backward,
    .activation = kernel_activation,
    .activation_backward = kernel_activation_backward,
    .gated = kernel_gated,
    .gated_backward = kernel_gated_backward,
    .rotate = kernel_rotate,
    .attention = kernel_attention,
    .attention_backward = kernel_attention_backward,
    .log_sum_exp = kernel_log_sum_exp,
    .top_k = kernel_top_k,
    .distribution_terms = kernel_distribution_terms,
    .adamw = kernel_adamw,
};
