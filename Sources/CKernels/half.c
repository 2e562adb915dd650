#include "CKHalf.h"
#include "templates/element_tables.h"

const CKHalfKernels *ck_half_kernels(CKInstructionSet set) {
    if (!ck_supports(set)) return 0;
    switch (set) {
#if defined(__x86_64__)
    case CK_AVX2:
        return &ck_half_kernels_avx2;
    case CK_AVX512:
        return &ck_half_kernels_avx512;
#elif defined(__aarch64__)
    case CK_NEON:
        return &ck_half_kernels_neon;
#endif
    default:
        return &ck_half_kernels_plain;
    }
}

size_t ck_half_attention_backward_scratch(const CKAttentionSpan *span) {
    return 2 * span->queries * span->keys + span->keys + span->head_size;
}

size_t ck_half_depth_step(size_t depth) { return depth <= 1024 ? 512 : 1024; }
