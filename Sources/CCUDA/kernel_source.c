#include "CCUDA.h"

#include <stddef.h>

// The files in the order in which they are compiled.  Each begins with a #line that names it, so that the
// compiler's messages do, and ends with a line feed.
static const char source[] = {
#embed "kernels/prelude.cuh"
    ,
#embed "kernels/elements.cuh"
    ,
#embed "kernels/rows.cu"
    ,
#embed "kernels/edits.cu"
    ,
#embed "kernels/norms.cu"
    ,
#embed "kernels/activations.cu"
    ,
#embed "kernels/training.cu"
    ,
#embed "kernels/softmax_parts.cuh"
    ,
#embed "kernels/distributions.cu"
    ,
#embed "kernels/top_k.cu"
    ,
#embed "kernels/products.cu"
    ,
#embed "kernels/rotary.cu"
    ,
#embed "kernels/attention_tiles.cuh"
    ,
#embed "kernels/attention.cu"
    ,
#embed "kernels/attention_decoding.cu"
    ,
#embed "kernels/attention_backward.cu"
    , 0};

const char *ccuda_kernel_source(void) { return source; }
