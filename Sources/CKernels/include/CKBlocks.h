// Numbers that GGML's formats hold in blocks of 32 or 256: integers of a few bits with scales for each block.
//
// The layouts are those of GGUF files.  Values are formed in float32 in the order of the reference decoder, the
// Python package `gguf`, so that they are the same to the bit.
#ifndef CK_BLOCKS_H
#define CK_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// As GGML numbers them.
typedef enum __attribute__((enum_extensibility(closed))) {
    CK_Q4_0 = 2,
    CK_Q4_1 = 3,
    CK_Q5_0 = 6,
    CK_Q5_1 = 7,
    CK_Q8_0 = 8,
    CK_Q2_K = 10,
    CK_Q3_K = 11,
    CK_Q4_K = 12,
    CK_Q5_K = 13,
    CK_Q6_K = 14,
    CK_IQ4_NL = 20,
    CK_IQ4_XS = 23,
    CK_TQ1_0 = 34,
    CK_TQ2_0 = 35,
    CK_MXFP4 = 39,
} CKBlockFormat;

// Values of a block.
size_t ck_block_values(CKBlockFormat format);
// Bytes of a block.
size_t ck_block_bytes(CKBlockFormat format);
// Widens `blocks` blocks, which need not be aligned.
void ck_widen_blocks(CKBlockFormat format, const void *source, float *values, size_t blocks);

#pragma clang assume_nonnull end

#endif
