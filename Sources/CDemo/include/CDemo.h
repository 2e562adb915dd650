#ifndef CDEMO_H
#define CDEMO_H

#include <stddef.h>

// The files of the demonstration and the named experiments, which every program that links this carries inside
// itself.

typedef struct {
    // The path inside a folder: "model/config.json", "data/counterfact.json", "Configs/demo.json".
    const char *name;
    const unsigned char *bytes;
    size_t count;
} demo_file;

size_t demo_file_count(void);

// `index` is below demo_file_count().
demo_file demo_file_at(size_t index);

#endif
