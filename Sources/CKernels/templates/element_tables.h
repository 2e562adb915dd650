#ifndef CK_ELEMENT_TABLES_H
#define CK_ELEMENT_TABLES_H

#include "CKElementKernels.h"
#include "CKHalf.h"

extern const CKElementKernels ck_element_kernels_plain, ck_element_kernels_neon, ck_element_kernels_avx2,
    ck_element_kernels_avx512;
extern const CKHalfKernels ck_half_kernels_plain, ck_half_kernels_neon, ck_half_kernels_avx2,
    ck_half_kernels_avx512;

#endif
