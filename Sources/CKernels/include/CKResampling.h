// Statistics of many random resamples.
//
// The random numbers are SplitMix64's (Steele, Lea and Flood, 2014); `state` is its state and moves on.
#ifndef CK_RESAMPLING_H
#define CK_RESAMPLING_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// How many categories can be counted.
enum { ck_categories = 16 };

// means[r] = the mean of `count` values drawn with replacement from the 0 < count < 2^32 values; one draw of
// 64 bits gives two indices.
void ck_resampled_means(
    const double *values, size_t count, uint64_t *state, double *means, size_t resamples);

// counts[r][c] = how many of `count` categories, each below 16, so drawn are c: the samples drawn are those
// of ck_resampled_means.  [resamples, 16].
void ck_resampled_counts(
    const uint8_t *categories, size_t count, uint64_t *state, uint32_t *counts, size_t resamples);

// Categories 4a + b stand for pairs.  counts[r][c] = how many pairs are c when each is swapped or not at
// random, by the lowest bit of a draw of its own.  [resamples, 16].
void ck_swapped_counts(
    const uint8_t *categories, size_t count, uint64_t *state, uint32_t *counts, size_t resamples);

// sums[r] = the sum of the values with random signs: a one bit is plus, one draw of 64 bits gives 64 signs.
void ck_signed_sums(
    const double *values, size_t count, uint64_t *state, double *sums, size_t resamples);

// Sorts, the least first and NaN last.
void ck_sort(double *values, size_t count);

#pragma clang assume_nonnull end

#endif
