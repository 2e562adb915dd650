#include "CKElementKernels.h"
#include "templates/element_tables.h"

const CKElementKernels *ck_element_kernels(CKInstructionSet set) {
    if (!ck_supports(set)) return 0;
    switch (set) {
#if defined(__x86_64__)
    case CK_AVX2:
        return &ck_element_kernels_avx2;
    case CK_AVX512:
        return &ck_element_kernels_avx512;
#elif defined(__aarch64__)
    case CK_NEON:
        return &ck_element_kernels_neon;
#endif
    default:
        return &ck_element_kernels_plain;
    }
}

// Sizes of the tiles in templates/attention.h.
enum { TILE = 64, BLOCK = 4 };

size_t ck_attention_scratch(size_t head_size) { return head_size * TILE + BLOCK * TILE + 2 * TILE; }

size_t ck_attention_backward_scratch(size_t head_size, size_t queries) {
    return 2 * head_size * TILE + 2 * TILE * TILE + queries;
}
