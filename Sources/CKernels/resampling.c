#include "CKResampling.h"

#include <stdlib.h>
#include <string.h>

static inline uint64_t next_random(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

// Two indices below `count` out of one draw.
static inline size_t lower_index(uint64_t draw, uint64_t count) {
    return (size_t)(((draw & 0xFFFFFFFF) * count) >> 32);
}

static inline size_t upper_index(uint64_t draw, uint64_t count) {
    return (size_t)(((draw >> 32) * count) >> 32);
}

void ck_resampled_means(
    const double *values, size_t count, uint64_t *state, double *means, size_t resamples) {
    for (size_t resample = 0; resample < resamples; resample++) {
        double sum = 0;
        for (size_t pair = 0; pair < count / 2; pair++) {
            uint64_t draw = next_random(state);
            sum += values[lower_index(draw, count)];
            sum += values[upper_index(draw, count)];
        }
        if (count % 2 == 1) sum += values[lower_index(next_random(state), count)];
        means[resample] = sum / (double)count;
    }
}

void ck_resampled_counts(
    const uint8_t *categories, size_t count, uint64_t *state, uint32_t *counts, size_t resamples) {
    memset(counts, 0, resamples * ck_categories * sizeof *counts);
    for (size_t resample = 0; resample < resamples; resample++, counts += ck_categories) {
        for (size_t pair = 0; pair < count / 2; pair++) {
            uint64_t draw = next_random(state);
            counts[categories[lower_index(draw, count)]]++;
            counts[categories[upper_index(draw, count)]]++;
        }
        if (count % 2 == 1) counts[categories[lower_index(next_random(state), count)]]++;
    }
}

void ck_swapped_counts(
    const uint8_t *categories, size_t count, uint64_t *state, uint32_t *counts, size_t resamples) {
    memset(counts, 0, resamples * ck_categories * sizeof *counts);
    for (size_t resample = 0; resample < resamples; resample++, counts += ck_categories) {
        for (size_t index = 0; index < count; index++) {
            uint8_t pair = categories[index];
            uint8_t swapped = (uint8_t)(pair >> 2 | (pair & 3) << 2);
            counts[next_random(state) & 1 ? swapped : pair]++;
        }
    }
}

void ck_signed_sums(
    const double *values, size_t count, uint64_t *state, double *sums, size_t resamples) {
    for (size_t resample = 0; resample < resamples; resample++) {
        double sum = 0;
        uint64_t bits = 0;
        for (size_t index = 0; index < count; index++, bits >>= 1) {
            if (index % 64 == 0) bits = next_random(state);
            sum += bits & 1 ? values[index] : -values[index];
        }
        sums[resample] = sum;
    }
}

// A total order, as qsort needs it: NaN is the greatest.
static int compare_doubles(const void *first, const void *second) {
    double a = *(const double *)first, b = *(const double *)second;
    if (a != a || b != b) return (a != a) - (b != b);
    return (a > b) - (a < b);
}

void ck_sort(double *values, size_t count) { qsort(values, count, sizeof *values, compare_doubles); }
