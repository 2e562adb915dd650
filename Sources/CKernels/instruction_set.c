#include "CKInstructionSet.h"

bool ck_supports(CKInstructionSet set) {
    switch (set) {
    case CK_PLAIN:
        return true;
#if defined(__aarch64__)
    case CK_NEON:
        return true;
#endif
#if defined(__x86_64__)
    case CK_AVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
            && __builtin_cpu_supports("f16c");
    case CK_AVX512:
        return ck_supports(CK_AVX2) && __builtin_cpu_supports("avx512f")
            && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw")
            && __builtin_cpu_supports("avx512dq");
#endif
    default:
        return false;
    }
}

CKInstructionSet ck_best_instruction_set(void) {
    for (int set = CK_INSTRUCTION_SETS - 1; set > CK_PLAIN; set--)
        if (ck_supports((CKInstructionSet)set)) return (CKInstructionSet)set;
    return CK_PLAIN;
}

const char *ck_instruction_set_name(CKInstructionSet set) {
    switch (set) {
    case CK_NEON:
        return "NEON";
    case CK_AVX2:
        return "AVX2";
    case CK_AVX512:
        return "AVX-512";
    case CK_PLAIN:
        break;
    }
    return "plain";
}
