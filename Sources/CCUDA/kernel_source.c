#include "CCUDA.h"

#include <stddef.h>

// The files in the order in which they are compiled; each says where its lines come from.
static const char source[] = {
#embed "kernels/prelude.cuh"
    , 0};

const char *ccuda_kernel_source(void) { return source; }
