/// Text of limited length, and the sentence that a failing call leaves.
#ifndef CCUDA_SENTENCES_H
#define CCUDA_SENTENCES_H

#include "CCUDA.h"

enum { CCUDA_TEXT_BYTES = 4096 };

typedef struct {
    char bytes[CCUDA_TEXT_BYTES];
    size_t length;
} CCUDAText;

/// Adds to the text what fits.
void ccuda_append(CCUDAText *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/// Makes the sentence this thread's last failure and returns `status`.
CCUDAStatus ccuda_fail(CCUDAStatus status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/// A size in the unit that people read: "512 bytes", "1.5 GiB".
typedef struct {
    char text[32];
} CCUDASize;
CCUDASize ccuda_size(uint64_t bytes);

#endif
