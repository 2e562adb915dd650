#include "CCUDA.h"

#include <stddef.h>

// The files in the order in which they are compiled; each says where its lines come from.
static const char source[] = {
#embed "kernels/prelude.cuh"
    ,
#embed "kernels/softmax_parts.cuh"
    ,
#embed "kernels/distributions.cu"
    ,
#embed "kernels/top_k.cu"
    ,
#embed "kernels/products.cu"
    , 0};

const char *ccuda_kernel_source(void) { return source; }
