#include <stdlib.h>
#include <string.h>

#include "libraries.h"

#define COMPILER(call, name) ccuda_compiler_result(libraries, call, name)

// MARK: The target

// Machine code of the processors with a GPU of their own (TX1, TX2, Xavier, Orin, Thor) runs on no card.
static bool is_embedded(int architecture) {
    static const int embedded[] = {53, 62, 72, 87, 88, 101, 110};
    for (size_t i = 0; i < sizeof embedded / sizeof *embedded; i++) {
        if (architecture == embedded[i]) return true;
    }
    return false;
}

// The largest of the compiler's architectures that is no newer than the GPU, 0 if there is none; `*oldest`
// is the smallest of all.
static int nearest_target(const int *known, int count, int architecture, int *oldest) {
    int best = 0;
    *oldest = 0;
    for (int i = 0; i < count; i++) {
        if (*oldest == 0 || known[i] < *oldest) *oldest = known[i];
        bool fits = known[i] == architecture || (known[i] < architecture && !is_embedded(known[i]));
        if (fits && known[i] > best) best = known[i];
    }
    return best;
}

CCUDAStatus ccuda_compile_target(
    const CCUDALibraries *libraries, int32_t architecture, int32_t *target, bool *is_machine_code) {
    *target = 0;
    *is_machine_code = false;
    int count = 0;
    CCUDAStatus status =
        COMPILER(libraries->nvrtcGetNumSupportedArchs(&count), "nvrtcGetNumSupportedArchs");
    if (status != CCUDA_OK) return status;
    int *known = calloc((size_t)count + 1, sizeof *known);
    if (!known) return ccuda_fail(CCUDA_FAILED, "The computer is out of memory.");
    status = COMPILER(libraries->nvrtcGetSupportedArchs(known), "nvrtcGetSupportedArchs");
    int oldest = 0;
    if (status == CCUDA_OK) *target = nearest_target(known, count, architecture, &oldest);
    free(known);
    if (status != CCUDA_OK) return status;
    // Machine code runs on later GPUs of the same major number; for others the driver compiles PTX.
    *is_machine_code = *target / 10 == architecture / 10;
    if (*target > 0) return CCUDA_OK;
    return ccuda_fail(
        CCUDA_UNSUPPORTED_ARCHITECTURE,
        "CUDA %d cannot compile for this GPU, whose compute capability is %d.%d: it needs %d.%d or later.",
        libraries->major, (int)architecture / 10, (int)architecture % 10, oldest / 10, oldest % 10);
}

// MARK: Compilation

// The compiler's log; NULL if it is empty.
static char *read_log(const CCUDALibraries *libraries, nvrtcProgram program) {
    size_t bytes = 0;
    if (libraries->nvrtcGetProgramLogSize(program, &bytes) != NVRTC_SUCCESS || bytes <= 1) return NULL;
    char *log = calloc(bytes + 1, 1);
    if (log && libraries->nvrtcGetProgramLog(program, log) == NVRTC_SUCCESS && *log) return log;
    free(log);
    return NULL;
}

static CCUDAStatus read_image(
    const CCUDALibraries *libraries, nvrtcProgram program, bool is_machine_code, void **image,
    int64_t *image_bytes) {
    size_t bytes = 0;
    CCUDAStatus status = is_machine_code
        ? COMPILER(libraries->nvrtcGetCUBINSize(program, &bytes), "nvrtcGetCUBINSize")
        : COMPILER(libraries->nvrtcGetPTXSize(program, &bytes), "nvrtcGetPTXSize");
    if (status != CCUDA_OK) return status;
    char *contents = malloc(bytes + 1);
    if (!contents) return ccuda_fail(CCUDA_FAILED, "The computer is out of memory.");
    status = is_machine_code ? COMPILER(libraries->nvrtcGetCUBIN(program, contents), "nvrtcGetCUBIN")
                             : COMPILER(libraries->nvrtcGetPTX(program, contents), "nvrtcGetPTX");
    if (status != CCUDA_OK) {
        free(contents);
        return status;
    }
    *image = contents;
    *image_bytes = (int64_t)bytes;
    return CCUDA_OK;
}

// The line of the first error, or else the first line.
static CCUDAText first_error(const char *log) {
    const char *line = log;
    const char *error = strstr(log, "error");
    if (error) {
        for (line = error; line > log && line[-1] != '\n';) line--;
    }
    CCUDAText text = {0};
    ccuda_append(&text, "%.*s", (int)strcspn(line, "\n"), line);
    return text;
}

// The sentence holds the compiler's first error; all that it said is in the log.
static CCUDAStatus compile_program(
    const CCUDALibraries *libraries, nvrtcProgram program, const char *target, const char *const *options,
    int32_t option_count, char **log) {
    const char **all = calloc((size_t)option_count + 1, sizeof *all);
    if (!all) return ccuda_fail(CCUDA_FAILED, "The computer is out of memory.");
    all[0] = target;
    for (int32_t i = 0; i < option_count; i++) all[i + 1] = options[i];
    nvrtcResult result = libraries->nvrtcCompileProgram(program, option_count + 1, all);
    free(all);
    *log = read_log(libraries, program);
    CCUDAStatus status = COMPILER(result, "nvrtcCompileProgram");
    if (status == CCUDA_OK || !*log) return status;
    return ccuda_fail(
        status, "The kernels could not be compiled (%s): %s (%s).", target, first_error(*log).bytes,
        libraries->nvrtcGetErrorString(result));
}

CCUDAStatus ccuda_compile(
    const CCUDALibraries *libraries, const char *source, int32_t architecture, const char *const *options,
    int32_t option_count, void **image, int64_t *image_bytes, bool *is_machine_code, char **log) {
    *image = NULL;
    *image_bytes = 0;
    *log = NULL;
    int32_t target = 0;
    CCUDAStatus status = ccuda_compile_target(libraries, architecture, &target, is_machine_code);
    if (status != CCUDA_OK) return status;
    CCUDAText option = {0};
    ccuda_append(&option, "--gpu-architecture=%s_%d", *is_machine_code ? "sm" : "compute", (int)target);
    nvrtcProgram program = NULL;
    status = COMPILER(
        libraries->nvrtcCreateProgram(&program, source, "kernels.cu", 0, NULL, NULL), "nvrtcCreateProgram");
    if (status != CCUDA_OK) return status;
    status = compile_program(libraries, program, option.bytes, options, option_count, log);
    if (status == CCUDA_OK) status = read_image(libraries, program, *is_machine_code, image, image_bytes);
    libraries->nvrtcDestroyProgram(&program);
    return status;
}
