// The inner loop of SHA-256 (FIPS 180-4, section 6.2), and a fast checksum.
#ifndef CK_HASH_H
#define CK_HASH_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// Mixes `count` blocks of 64 bytes, at any alignment, into the state of eight words.
// With the processor's instructions for it where there are some.
void ck_sha256_absorb(uint32_t *state, const void *blocks, size_t count);

// The same without such instructions.
void ck_sha256_absorb_plain(uint32_t *state, const void *blocks, size_t count);

// Mixes `count` bytes, at any alignment, into a checksum. It notices damage, not malice: a change within eight
// bytes in a row always shows, any other but once in 2^64.
uint64_t ck_checksum(uint64_t sum, const void *bytes, size_t count);

#pragma clang assume_nonnull end

#endif
