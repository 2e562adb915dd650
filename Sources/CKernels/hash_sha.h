#ifndef CK_HASH_SHA_H
#define CK_HASH_SHA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Whether this processor has instructions for SHA-256.
bool ck_has_sha_instructions(void);

// The same as ck_sha256_absorb_plain with those instructions.
void ck_sha256_absorb_sha(uint32_t *state, const void *blocks, size_t count, const uint32_t *cube_roots);

#endif
