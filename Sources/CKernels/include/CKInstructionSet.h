// The vector instructions that kernels are compiled for, and which of them this processor has.
#ifndef CK_INSTRUCTION_SET_H
#define CK_INSTRUCTION_SET_H

#include <stdbool.h>

// Ordered: later sets are faster where they are supported.
typedef enum {
    CK_PLAIN = 0,
    CK_NEON = 1,
    CK_AVX2 = 2,
    CK_AVX512 = 3,
} CKInstructionSet;

enum { CK_INSTRUCTION_SETS = 4 };

// Whether kernels for `set` were compiled in and this processor can run them.
bool ck_supports(CKInstructionSet set);

// The fastest supported set.
CKInstructionSet ck_best_instruction_set(void);

// The name that users read: `AVX-512`.
const char *_Nonnull ck_instruction_set_name(CKInstructionSet set);

#endif
