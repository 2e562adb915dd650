/// Where sets of CUDA libraries are looked for, and under which names.
#ifndef CCUDA_PLACES_H
#define CCUDA_PLACES_H

#include "CCUDA.h"
#include "sentences.h"

/// The file names of one major version.
typedef struct {
    int major;
    const char *runtime;
    const char *blas_base;
    const char *blas;
    const char *compiler;
} CCUDANames;

enum { CCUDA_VERSION_COUNT = 3 };
/// Newest first.
extern const CCUDANames ccuda_names[CCUDA_VERSION_COUNT];

/// A folder that may hold a set, or the system's library path where `folder` is empty.
typedef struct {
    char folder[1024];
    /// NVIDIA's wheels of CUDA 12 keep each library in a folder of its own.
    bool is_split;
} CCUDAPlace;

typedef struct {
    CCUDAPlace *items;
    int count;
    /// The places in words, for the sentence that nothing was found.
    CCUDAText description;
    /// Further remedies, to follow the places in that sentence; empty where they were tried.
    const char *advice;
} CCUDAPlaces;

/// All places of the search, best first; `items` is freed by `ccuda_places_free`.
CCUDAPlaces ccuda_places(const CCUDASearch *search);
void ccuda_places_free(CCUDAPlaces *places);

/// The kind of library that a file is, which decides about its folder in a split place.
typedef enum { CCUDA_RUNTIME_FILE, CCUDA_BLAS_FILE, CCUDA_COMPILER_FILE } CCUDAFile;

/// A path for dlopen: a name alone in the system's library path.
typedef struct {
    char text[1200];
} CCUDAPath;
CCUDAPath ccuda_path(const CCUDAPlace *place, CCUDAFile file, const char *name);
/// The place in words.
const char *ccuda_place_words(const CCUDAPlace *place);

#endif
