#define _GNU_SOURCE  // strverscmp
#include "places.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const CCUDANames ccuda_names[CCUDA_VERSION_COUNT] = {
    {13, "libcudart.so.13", "libcublasLt.so.13", "libcublas.so.13", "libnvrtc.so.13"},
    {12, "libcudart.so.12", "libcublasLt.so.12", "libcublas.so.12", "libnvrtc.so.12"},
    {11, "libcudart.so.11.0", "libcublasLt.so.11", "libcublas.so.11", "libnvrtc.so.11.2"},
};

static void add_place(CCUDAPlaces *places, const char *folder, bool is_split) {
    // No file in a folder of a longer path could be opened.
    if (strlen(folder) >= sizeof places->items->folder) return;
    CCUDAPlace *items = realloc(places->items, (size_t)(places->count + 1) * sizeof *items);
    if (!items) return;
    places->items = items;
    CCUDAPlace *place = &items[places->count++];
    strcpy(place->folder, folder);
    place->is_split = is_split;
}

// Higher versions first: cuda-12.10 before cuda-12.9.
static int compare_versions(const void *a, const void *b) {
    return strverscmp(*(const char *const *)b, *(const char *const *)a);
}

// Adds every folder whose path is `root`, taken literally, and something that matches the pattern.
static void add_matches(CCUDAPlaces *places, const char *root, const char *pattern, bool is_split) {
    CCUDAText path = {0};
    for (const char *next = root; *next; next++) {
        ccuda_append(&path, strchr("*?[]\\", *next) ? "\\%c" : "%c", *next);
    }
    ccuda_append(&path, "%s", pattern);
    glob_t matches;
    if (glob(path.bytes, GLOB_ONLYDIR, NULL, &matches) == 0) {
        qsort(matches.gl_pathv, matches.gl_pathc, sizeof *matches.gl_pathv, compare_versions);
        for (size_t i = 0; i < matches.gl_pathc; i++) add_place(places, matches.gl_pathv[i], is_split);
    }
    globfree(&matches);
}

// The folders of an installed toolkit.
static void add_toolkit(CCUDAPlaces *places, const char *root) {
    add_matches(places, root, "/lib64", false);
    add_matches(places, root, "/targets/*-linux/lib", false);
    add_matches(places, root, "/lib", false);
}

// The folders of NVIDIA's wheels: all of CUDA 13 in one, those of CUDA 12 in one each.
static void add_wheels(CCUDAPlaces *places, const char *root, const char *packages) {
    CCUDAText pattern = {0};
    ccuda_append(&pattern, "%s/cu1[3-9]/lib", packages);
    add_matches(places, root, pattern.bytes, false);
    add_matches(places, root, packages, true);
}

static void add_explicit(CCUDAPlaces *places, const char *folder) {
    add_matches(places, folder, "", false);
    add_toolkit(places, folder);
    add_wheels(places, folder, "");
    add_wheels(places, folder, "/nvidia");
    add_wheels(places, folder, "/lib/python3*/site-packages/nvidia");
}

static void describe(CCUDAPlaces *places, const char *name, const char *folder) {
    ccuda_append(&places->description, "%s%s", places->description.length > 0 ? ", " : "", name);
    if (!folder) return;
    struct stat facts;
    bool is_folder = stat(folder, &facts) == 0 && S_ISDIR(facts.st_mode);
    ccuda_append(&places->description, " (%s%s)", folder, is_folder ? "" : ", which is no folder");
}

static void add_home(CCUDAPlaces *places, const char *variable, const char *folder) {
    if (!folder || !*folder) return;
    describe(places, variable, folder);
    add_toolkit(places, folder);
}

CCUDAPlaces ccuda_places(const CCUDASearch *search) {
    CCUDAPlaces places = {.advice = "; REMEDI_CUDA_LIBRARY can name another folder"};
    if (search->folder && *search->folder) {
        places.advice = "";
        describe(&places, "REMEDI_CUDA_LIBRARY", search->folder);
        add_explicit(&places, search->folder);
        return places;
    }
    if (!search->skips_system) {
        describe(&places, "the system's library path", NULL);
        add_place(&places, "", false);
    }
    add_home(&places, "CUDA_HOME", search->cuda_home);
    add_home(&places, "CUDA_PATH", search->cuda_path);
    if (!search->skips_system) {
        describe(&places, "/usr/local/cuda*, /opt/cuda", NULL);
        add_toolkit(&places, "/usr/local/cuda");
        add_matches(&places, "/usr/local", "/cuda-*/lib64", false);
        add_matches(&places, "/usr/local", "/cuda-*/targets/*-linux/lib", false);
        add_toolkit(&places, "/opt/cuda");
    }
    if (search->virtual_environment && *search->virtual_environment) {
        describe(&places, "VIRTUAL_ENV", search->virtual_environment);
        add_wheels(&places, search->virtual_environment, "/lib/python3*/site-packages/nvidia");
    }
    if (search->conda_prefix && *search->conda_prefix) {
        describe(&places, "CONDA_PREFIX", search->conda_prefix);
        add_matches(&places, search->conda_prefix, "/lib", false);
        add_matches(&places, search->conda_prefix, "/targets/*/lib", false);
        add_wheels(&places, search->conda_prefix, "/lib/python3*/site-packages/nvidia");
    }
    return places;
}

void ccuda_places_free(CCUDAPlaces *places) { free(places->items); }

CCUDAPath ccuda_path(const CCUDAPlace *place, CCUDAFile file, const char *name) {
    static const char *const wheels[] = {"/cuda_runtime/lib", "/cublas/lib", "/cuda_nvrtc/lib"};
    CCUDAPath path;
    const char *folder = place->is_split ? wheels[file] : "";
    snprintf(path.text, sizeof path.text, "%s%s%s%s", place->folder, folder, *place->folder ? "/" : "", name);
    return path;
}

const char *ccuda_place_words(const CCUDAPlace *place) {
    return *place->folder ? place->folder : "the system's library path";
}
