#include "hash_sha.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

static bool asked_processor(void) {
    unsigned a, b, c, d;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return false;
    return (b >> 29 & 1) != 0 && __builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("ssse3");
}

bool ck_has_sha_instructions(void) {
    // Asking takes long on a virtual machine.
    static _Atomic int answer;
    if (answer == 0) answer = asked_processor() ? 1 : 2;
    return answer == 1;
}

// The instructions keep the state as A B E F and C D G H, and do two rounds of four words' schedule at a time.
// (Intel's Architecture Instruction Set Extensions Programming Reference, chapter 8)
__attribute__((target("sha,sse4.1,ssse3"))) void ck_sha256_absorb_sha(
    uint32_t *state, const void *blocks, size_t count, const uint32_t *cube_roots) {
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
    __m128i low = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xB1);
    __m128i high = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1B);
    __m128i abef = _mm_alignr_epi8(low, high, 8);
    __m128i cdgh = _mm_blend_epi16(high, low, 0xF0);
    const unsigned char *block = blocks;
    for (size_t index = 0; index < count; index++, block += 64) {
        const __m128i first = abef, second = cdgh;
        __m128i words[4];
        for (int quad = 0; quad < 16; quad++) {
            __m128i next;
            if (quad < 4) {
                next = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(block + 16 * quad)), swap);
            } else {
                // w[t] = w[t - 16] + s0(w[t - 15]) + w[t - 7] + s1(w[t - 2])
                const __m128i a = words[quad & 3], b = words[(quad + 1) & 3];
                const __m128i c = words[(quad + 2) & 3], d = words[(quad + 3) & 3];
                next = _mm_add_epi32(_mm_sha256msg1_epu32(a, b), _mm_alignr_epi8(d, c, 4));
                next = _mm_sha256msg2_epu32(next, d);
            }
            words[quad & 3] = next;
            const __m128i sum =
                _mm_add_epi32(next, _mm_loadu_si128((const __m128i *)(cube_roots + 4 * quad)));
            cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
            abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0E));
        }
        abef = _mm_add_epi32(abef, first);
        cdgh = _mm_add_epi32(cdgh, second);
    }
    low = _mm_shuffle_epi32(abef, 0x1B);
    high = _mm_shuffle_epi32(cdgh, 0xB1);
    _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(low, high, 0xF0));
    _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(high, low, 8));
}

#else

bool ck_has_sha_instructions(void) { return false; }

void ck_sha256_absorb_sha(
    uint32_t *state, const void *blocks, size_t count, const uint32_t *cube_roots) {
    (void)state, (void)blocks, (void)count, (void)cube_roots;
}

#endif
