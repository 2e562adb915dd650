#if defined(__x86_64__)
#pragma clang attribute push(                                                                            \
    __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma,f16c"))), apply_to = function)
#define CK_WIDE
#define CK_TABLE ck_element_kernels_avx512
#include "templates/kernels.h"
#define CK_HALF_TABLE ck_half_kernels_avx512
#include "templates/half/kernels.h"
#pragma clang attribute pop
#endif
