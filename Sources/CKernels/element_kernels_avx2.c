#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define CK_TABLE ck_element_kernels_avx2
#include "templates/kernels.h"
#define CK_HALF_TABLE ck_half_kernels_avx2
#include "templates/half/kernels.h"
#pragma clang attribute pop
#endif
