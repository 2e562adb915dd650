#include "sentences.h"

#include <stdarg.h>
#include <stdio.h>

// A failure is told to the thread on which it happened.
static _Thread_local char last_sentence[CCUDA_TEXT_BYTES];

const char *ccuda_message(void) { return last_sentence; }

CCUDAStatus ccuda_fail(CCUDAStatus status, const char *format, ...) {
    va_list values;
    va_start(values, format);
    vsnprintf(last_sentence, sizeof last_sentence, format, values);
    va_end(values);
    return status;
}

void ccuda_append(CCUDAText *text, const char *format, ...) {
    size_t space = sizeof text->bytes - text->length;
    va_list values;
    va_start(values, format);
    int wanted = vsnprintf(text->bytes + text->length, space, format, values);
    va_end(values);
    if (wanted < 0) return;
    text->length += (size_t)wanted < space ? (size_t)wanted : space - 1;
}

CCUDASize ccuda_size(uint64_t bytes) {
    CCUDASize size;
    if (bytes < 1 << 10) {
        snprintf(size.text, sizeof size.text, "%d byte%s", (int)bytes, bytes == 1 ? "" : "s");
    } else {
        static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
        double count = (double)bytes / 1024;
        int unit = 0;
        // A value that would be rounded to 1024.0 is one of the next unit.
        while (count >= 1023.95 && unit < 3) {
            count /= 1024;
            unit++;
        }
        snprintf(size.text, sizeof size.text, "%.1f %s", count, units[unit]);
    }
    return size;
}
