// Chooses and opens a set of libraries.
//
// Order of work: what lies where is looked up without opening what is large; then the driver is asked, so
// that a machine without a GPU has its answer at once; then the newest set that the driver can serve is
// opened, cuBLAS (100 MB, up to 150 ms) last.
#define _GNU_SOURCE  // RTLD_NODELETE, dlinfo
#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libraries.h"
#include "places.h"

// A version at a place, as far as it is known before its larger libraries are opened.
typedef struct {
    const CCUDAPlace *place;
    const CCUDANames *names;
    void *runtime;
} Candidate;

typedef struct {
    CCUDAPlaces places;
    Candidate *candidates;
    int count;
    /// Libraries that were found and cannot be used, and why.
    CCUDAText faults;
} Finds;

// Libraries stay in memory once opened: NVIDIA's have threads and exit handlers of their own.
static void *open_library(const char *path) { return dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE); }

static void close_library(void *library) {
    if (library) dlclose(library);
}

static void begin_fault(Finds *finds) {
    if (finds->faults.length > 0) ccuda_append(&finds->faults, "; ");
}

static void add_candidate(Finds *finds, const CCUDAPlace *place, const CCUDANames *names, void *runtime) {
    Candidate *grown = realloc(finds->candidates, (size_t)(finds->count + 1) * sizeof *grown);
    if (!grown) return;
    finds->candidates = grown;
    grown[finds->count++] = (Candidate){place, names, runtime};
}

// Whether all files of a version lie in a folder; a part of them is a fault.
static bool is_complete(Finds *finds, const CCUDAPlace *place, const CCUDANames *names) {
    const char *files[] = {names->runtime, names->blas, names->compiler};
    CCUDAText there = {0}, missing = {0};
    for (CCUDAFile file = CCUDA_RUNTIME_FILE; file <= CCUDA_COMPILER_FILE; file++) {
        bool exists = access(ccuda_path(place, file, files[file]).text, F_OK) == 0;
        CCUDAText *list = exists ? &there : &missing;
        ccuda_append(list, "%s%s", list->length > 0 ? " and " : "", files[file]);
    }
    if (there.length > 0 && missing.length > 0) {
        begin_fault(finds);
        ccuda_append(&finds->faults, "%s has %s but not %s", place->folder, there.bytes, missing.bytes);
    }
    return missing.length == 0;
}

// Only opening tells which libraries lie in the system's path.
static void look_in_system(Finds *finds, const CCUDAPlace *place, const CCUDANames *names) {
    void *runtime = open_library(names->runtime);
    if (runtime) {
        add_candidate(finds, place, names, runtime);
        return;
    }
    void *compiler = open_library(names->compiler);
    if (!compiler) return;
    close_library(compiler);
    begin_fault(finds);
    ccuda_append(
        &finds->faults, "%s has %s but not %s", ccuda_place_words(place), names->compiler, names->runtime);
}

static void look_in_folder(Finds *finds, const CCUDAPlace *place, const CCUDANames *names) {
    if (!is_complete(finds, place, names)) return;
    void *runtime = open_library(ccuda_path(place, CCUDA_RUNTIME_FILE, names->runtime).text);
    if (runtime) {
        add_candidate(finds, place, names, runtime);
    } else {
        begin_fault(finds);
        ccuda_append(&finds->faults, "%s", dlerror());
    }
}

// The newest version first, and of one version the best place.
static Finds find_sets(const CCUDASearch *search) {
    Finds finds = {.places = ccuda_places(search)};
    for (int version = 0; version < CCUDA_VERSION_COUNT; version++) {
        for (int place = 0; place < finds.places.count; place++) {
            const CCUDAPlace *next = &finds.places.items[place];
            bool is_system = !*next->folder;
            (is_system ? look_in_system : look_in_folder)(&finds, next, &ccuda_names[version]);
        }
    }
    return finds;
}

static void free_finds(Finds *finds) {
    for (int i = 0; i < finds->count; i++) close_library(finds->candidates[i].runtime);
    free(finds->candidates);
    ccuda_places_free(&finds->places);
}

// The libraries found, best first: "CUDA 12 in /usr/local/cuda/lib64 and CUDA 11 in the system's library path".
static CCUDAText found_words(const Finds *finds) {
    CCUDAText text = {0};
    for (int i = 0; i < finds->count; i++) {
        const Candidate *candidate = &finds->candidates[i];
        ccuda_append(
            &text, "%sCUDA %d in %s", i > 0 ? " and " : "", candidate->names->major,
            ccuda_place_words(candidate->place));
    }
    return text;
}

static CCUDAStatus nothing_found(const Finds *finds) {
    if (finds->faults.length > 0) {
        return ccuda_fail(
            CCUDA_INCOMPLETE_LIBRARIES, "No complete set of CUDA libraries was found: %s.",
            finds->faults.bytes);
    }
    return ccuda_fail(
        CCUDA_NO_LIBRARIES,
        "No CUDA libraries were found: libcudart, libcublas and libnvrtc of one version from 11 to 13 were "
        "looked for in %s%s.",
        finds->places.description.length > 0 ? finds->places.description.bytes : "no place at all",
        finds->places.advice);
}

// MARK: Functions

static CCUDAStatus lacks(void *library, const char *function) {
    struct link_map *file = NULL;
    bool is_known = dlinfo(library, RTLD_DI_LINKMAP, &file) == 0 && file && *file->l_name;
    return ccuda_fail(
        CCUDA_MISSING_FUNCTION, "%s lacks the function %s, which is needed.",
        is_known ? file->l_name : "One of the CUDA libraries", function);
}

// The functions of those libraries that are open.
static CCUDAStatus bind(CCUDALibraries *set) {
#define FIND(library, name) \
    if (set->library) *(void **)&set->name = dlsym(set->library, #name);
#define OPTIONAL(library, since, result, name, parameters) FIND(library, name)
#define REQUIRED(library, result, name, parameters) \
    FIND(library, name)                             \
    if (set->library && !set->name) return lacks(set->library, #name);
#include "functions.h"
    return CCUDA_OK;
}

// MARK: Driver

// The driver comes with the system, unless the explicit folder has one of its own.
static CCUDAStatus open_driver(const CCUDASearch *search, const Finds *finds, CCUDALibraries *set) {
    CCUDAText own = {0};
    ccuda_append(&own, "%s/libcuda.so.1", search->folder ? search->folder : "");
    bool has_own = search->folder && *search->folder && access(own.bytes, F_OK) == 0;
    set->driver = open_library(has_own ? own.bytes : "libcuda.so.1");
    if (!set->driver) {
        const char *reason = dlerror();
        return ccuda_fail(
            CCUDA_NO_DRIVER, "There is no NVIDIA driver: %s was found, but not the driver's library: %s.",
            found_words(finds).bytes, reason);
    }
    return bind(set);
}

// The newest version that the driver can serve, counted as CUDA does; the runtime of a major version is good
// for every driver of that version.
static CCUDAStatus ask_driver(const Finds *finds, CCUDALibraries *set, int *served) {
    CCUDAStatus status = ccuda_driver_result(set, set->cuDriverGetVersion(served), "cuDriverGetVersion");
    if (status != CCUDA_OK) return status;
    int oldest = finds->candidates[finds->count - 1].names->major;
    if (*served / 1000 < oldest) {
        return ccuda_fail(
            CCUDA_DRIVER_TOO_OLD,
            "The NVIDIA driver is too old: it serves CUDA up to %d.%d, and %s needs a driver for CUDA %d.0 "
            "or later.",
            *served / 1000, *served % 1000 / 10, found_words(finds).bytes, oldest);
    }
    int count = 0;
    CUresult result = set->cuInit(0);
    if (result == CUDA_SUCCESS) result = set->cuDeviceGetCount(&count);
    if (result == CUDA_ERROR_NO_DEVICE || (result == CUDA_SUCCESS && count == 0)) {
        CCUDAText found = {0};
        ccuda_append(
            &found, "the NVIDIA driver, which serves CUDA up to %d.%d, and %s are there", *served / 1000,
            *served % 1000 / 10, found_words(finds).bytes);
        return ccuda_no_device(found.bytes);
    }
    return ccuda_driver_result(set, result, "Starting the NVIDIA driver (cuInit)");
}

// MARK: A set

// NVRTC asks for its second library by name alone, which is found when it is open already.
static void open_builtins(CCUDALibraries *set, const CCUDAPlace *place) {
    int major = 0, minor = 0;
    if (!*place->folder || set->nvrtcVersion(&major, &minor) != NVRTC_SUCCESS) return;
    CCUDAText name = {0};
    ccuda_append(&name, "libnvrtc-builtins.so.%d.%d", major, minor);
    open_library(ccuda_path(place, CCUDA_COMPILER_FILE, name.bytes).text);
}

static void close_set(CCUDALibraries *set) {
    close_library(set->blas_base);
    close_library(set->blas);
    close_library(set->compiler);
    set->blas_base = set->blas = set->compiler = NULL;
    free(set->folder);
    set->folder = NULL;
}

// CCUDA_INCOMPLETE_LIBRARIES with a fault for a file that cannot be opened.
static CCUDAStatus open_large_libraries(Finds *finds, const Candidate *candidate, CCUDALibraries *set) {
    const CCUDANames *names = candidate->names;
    const CCUDAPlace *place = candidate->place;
    set->compiler = open_library(ccuda_path(place, CCUDA_COMPILER_FILE, names->compiler).text);
    if (set->compiler) {
        // cuBLAS finds its base by name alone too.
        set->blas_base = open_library(ccuda_path(place, CCUDA_BLAS_FILE, names->blas_base).text);
        set->blas = open_library(ccuda_path(place, CCUDA_BLAS_FILE, names->blas).text);
    }
    if (set->compiler && set->blas) return CCUDA_OK;
    begin_fault(finds);
    ccuda_append(&finds->faults, "CUDA %d in %s: %s", names->major, ccuda_place_words(place), dlerror());
    return CCUDA_INCOMPLETE_LIBRARIES;
}

static CCUDAStatus check_version(Finds *finds, const Candidate *candidate, CCUDALibraries *set) {
    int version = 0;
    CCUDAStatus status =
        ccuda_runtime_result(set, set->cudaRuntimeGetVersion(&version), "cudaRuntimeGetVersion");
    if (status != CCUDA_OK || version >= 11020) return status;
    begin_fault(finds);
    ccuda_append(
        &finds->faults, "CUDA %d.%d in %s is older than 11.2", version / 1000, version % 1000 / 10,
        ccuda_place_words(candidate->place));
    return CCUDA_INCOMPLETE_LIBRARIES;
}

static CCUDAStatus open_set(Finds *finds, Candidate *candidate, CCUDALibraries *set) {
    set->major = candidate->names->major;
    set->runtime = candidate->runtime;
    CCUDAStatus status = open_large_libraries(finds, candidate, set);
    if (status == CCUDA_OK) status = bind(set);
    if (status == CCUDA_OK) status = check_version(finds, candidate, set);
    if (status == CCUDA_OK) {
        open_builtins(set, candidate->place);
        set->folder = strdup(ccuda_place_words(candidate->place));
        candidate->runtime = NULL;
        return CCUDA_OK;
    }
    set->runtime = NULL;
    close_set(set);
    return status;
}

// A missing function tells more than an incomplete set elsewhere: it is the failure that is kept.
static CCUDAStatus open_newest(Finds *finds, int served, CCUDALibraries *set) {
    CCUDAStatus worst = CCUDA_INCOMPLETE_LIBRARIES;
    for (int i = 0; i < finds->count; i++) {
        if (finds->candidates[i].names->major > served / 1000) continue;
        CCUDAStatus status = open_set(finds, &finds->candidates[i], set);
        if (status == CCUDA_OK) return CCUDA_OK;
        if (status != CCUDA_INCOMPLETE_LIBRARIES) worst = status;
    }
    return worst == CCUDA_INCOMPLETE_LIBRARIES ? nothing_found(finds) : worst;
}

CCUDAStatus ccuda_open(const CCUDASearch *search, CCUDALibraries **libraries) {
    *libraries = NULL;
    CCUDALibraries *set = calloc(1, sizeof *set);
    if (!set) return ccuda_fail(CCUDA_FAILED, "The computer is out of memory.");
    Finds finds = find_sets(search);
    int served = 0;
    CCUDAStatus status = finds.count > 0 ? open_driver(search, &finds, set) : nothing_found(&finds);
    if (status == CCUDA_OK) status = ask_driver(&finds, set, &served);
    if (status == CCUDA_OK) status = open_newest(&finds, served, set);
    free_finds(&finds);
    if (status == CCUDA_OK) {
        *libraries = set;
    } else {
        ccuda_close(set);
    }
    return status;
}

// MARK: The compiler alone

CCUDAStatus ccuda_open_compiler(const CCUDASearch *search, CCUDALibraries **libraries) {
    *libraries = NULL;
    CCUDALibraries *set = calloc(1, sizeof *set);
    if (!set) return ccuda_fail(CCUDA_FAILED, "The computer is out of memory.");
    CCUDAPlaces places = ccuda_places(search);
    CCUDAStatus status = CCUDA_NO_LIBRARIES;
    for (int version = 0; version < CCUDA_VERSION_COUNT && !set->compiler; version++) {
        for (int i = 0; i < places.count && !set->compiler; i++) {
            const CCUDAPlace *place = &places.items[i];
            const char *name = ccuda_names[version].compiler;
            set->compiler = open_library(ccuda_path(place, CCUDA_COMPILER_FILE, name).text);
            if (!set->compiler) continue;
            set->major = ccuda_names[version].major;
            set->folder = strdup(ccuda_place_words(place));
            status = bind(set);
            if (status == CCUDA_OK) open_builtins(set, place);
        }
    }
    if (!set->compiler) {
        ccuda_fail(
            status,
            "CUDA's compiler was not found: libnvrtc of a version from 11.2 to 13 was looked for in %s%s.",
            places.description.length > 0 ? places.description.bytes : "no place at all", places.advice);
    }
    ccuda_places_free(&places);
    if (status == CCUDA_OK) {
        *libraries = set;
    } else {
        ccuda_close(set);
    }
    return status;
}

void ccuda_close(CCUDALibraries *libraries) {
    if (!libraries) return;
    close_set(libraries);
    close_library(libraries->runtime);
    close_library(libraries->driver);
    free(libraries);
}

CCUDAStatus ccuda_versions(const CCUDALibraries *libraries, CCUDAVersions *versions, const char **folder) {
    *versions = (CCUDAVersions){.major = libraries->major};
    *folder = libraries->folder;
    int major = 0, minor = 0, patch = 0;
    CCUDAStatus status =
        ccuda_compiler_result(libraries, libraries->nvrtcVersion(&major, &minor), "nvrtcVersion");
    versions->compiler = 1000 * major + 10 * minor;
    if (status != CCUDA_OK || !libraries->runtime) return status;
    status = ccuda_runtime_result(
        libraries, libraries->cudaRuntimeGetVersion(&versions->runtime), "cudaRuntimeGetVersion");
    if (status != CCUDA_OK) return status;
    status = ccuda_driver_result(
        libraries, libraries->cuDriverGetVersion(&versions->driver), "cuDriverGetVersion");
    if (status != CCUDA_OK) return status;
    cublasStatus_t result = libraries->cublasGetProperty(MAJOR_VERSION, &major);
    if (result == CUBLAS_STATUS_SUCCESS) result = libraries->cublasGetProperty(MINOR_VERSION, &minor);
    if (result == CUBLAS_STATUS_SUCCESS) result = libraries->cublasGetProperty(PATCH_LEVEL, &patch);
    versions->cublas = 10000 * major + 100 * minor + patch;
    return ccuda_blas_result(libraries, result, "cublasGetProperty");
}
