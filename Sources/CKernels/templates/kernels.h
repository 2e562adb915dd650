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
    .widen = widen,
    .fill = fill,
    .add = add,
    .scale = scale,
    .blend = blend,
    .dot = dot,
    .sum_rows = sum_rows,
    .layer_norm = layer_norm,
    .layer_norm_backward = layer_norm_backward,
    .rms_norm = rms_norm,
    .rms_norm_backward = rms_norm_backward,
    .activation = activation,
    .activation_backward = activation_backward,
    .gated = gated,
    .gated_backward = gated_backward,
    .rotate = rotate,
    .attention = attention,
    .attention_backward = attention_backward,
    .log_sum_exp = log_sum_exp,
    .top_k = top_k,
    .distribution_terms = distribution_terms,
    .adamw = adamw,
};
