#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "libraries.h"

#define DRIVER(call, name) ccuda_driver_result(libraries, call, name)

// A kernel, with what its launches are checked against.
struct CCUDAFunction {
    CUfunction handle;
    CCUDAFunctionRef next;
    /// Sizes of the parameters; the count is −1 where the driver does not tell.
    size_t *sizes;
    int32_t parameter_count;
    char name[];
};

// A loaded image; its functions live as long.
struct CCUDAModule {
    CUmodule handle;
    _Atomic(CCUDAFunctionRef) functions;
};

CCUDAStatus ccuda_module_load(const CCUDALibraries *libraries, const void *image, CCUDAModuleRef *module) {
    *module = NULL;
    CCUDAModuleRef made = calloc(1, sizeof *made);
    if (!made) return ccuda_fail(CCUDA_FAILED, "The computer is out of memory.");
    CCUDAStatus status = DRIVER(libraries->cuModuleLoadData(&made->handle, image), "cuModuleLoadData");
    if (status == CCUDA_OK) {
        *module = made;
    } else {
        free(made);
    }
    return status;
}

static void free_function(CCUDAFunctionRef function) {
    free(function->sizes);
    free(function);
}

CCUDAStatus ccuda_module_unload(const CCUDALibraries *libraries, CCUDAModuleRef module) {
    if (!module) return CCUDA_OK;
    CCUDAStatus status = DRIVER(libraries->cuModuleUnload(module->handle), "cuModuleUnload");
    for (CCUDAFunctionRef function = module->functions, next; function; function = next) {
        next = function->next;
        free_function(function);
    }
    free(module);
    return status;
}

// Asks for parameter after parameter until there is none.
static void read_parameters(const CCUDALibraries *libraries, CCUDAFunctionRef function) {
    function->parameter_count = -1;
    if (!libraries->cuFuncGetParamInfo) return;
    int32_t count = 0;
    size_t offset = 0, size = 0;
    while (libraries->cuFuncGetParamInfo(function->handle, (size_t)count, &offset, &size) == CUDA_SUCCESS) {
        size_t *grown = realloc(function->sizes, (size_t)(count + 1) * sizeof *grown);
        if (!grown) return;
        function->sizes = grown;
        grown[count++] = size;
    }
    function->parameter_count = count;
}

CCUDAStatus ccuda_function(
    const CCUDALibraries *libraries, CCUDAModuleRef module, const char *name, CCUDAFunctionRef *function) {
    *function = NULL;
    CUfunction handle = NULL;
    CCUDAText call = {0};
    ccuda_append(&call, "Finding the kernel %s (cuModuleGetFunction)", name);
    CCUDAStatus status =
        DRIVER(libraries->cuModuleGetFunction(&handle, module->handle, name), call.bytes);
    if (status != CCUDA_OK) return status;
    CCUDAFunctionRef made = calloc(1, sizeof *made + strlen(name) + 1);
    if (!made) return ccuda_fail(CCUDA_FAILED, "The computer is out of memory.");
    made->handle = handle;
    strcpy(made->name, name);
    read_parameters(libraries, made);
    made->next = atomic_load(&module->functions);
    while (!atomic_compare_exchange_weak(&module->functions, &made->next, made)) continue;
    *function = made;
    return CCUDA_OK;
}

// A wrong number or size would make the driver read past an argument.
static CCUDAStatus check_arguments(CCUDAFunctionRef function, const size_t *sizes, int32_t count) {
    if (function->parameter_count < 0) return CCUDA_OK;
    if (count != function->parameter_count) {
        return ccuda_fail(
            CCUDA_FAILED, "The kernel %s takes %d arguments, not %d.", function->name,
            (int)function->parameter_count, (int)count);
    }
    for (int32_t i = 0; i < count; i++) {
        if (sizes[i] == function->sizes[i]) continue;
        return ccuda_fail(
            CCUDA_FAILED, "Argument %d of the kernel %s has %zu bytes, not %zu.", (int)i, function->name,
            function->sizes[i], sizes[i]);
    }
    return CCUDA_OK;
}

CCUDAStatus ccuda_launch(
    const CCUDALibraries *libraries, CCUDAFunctionRef function, const CCUDALaunch *launch,
    void *const *arguments, const size_t *sizes, int32_t argument_count, CCUDAStreamRef stream) {
    CCUDAStatus status = check_arguments(function, sizes, argument_count);
    if (status != CCUDA_OK) return status;
    const uint32_t *grid = launch->grid, *block = launch->block;
    // More than 48 KiB must be asked for.  What the kernel declares by itself counts too and is not known
    // here, but asking for less does no harm.
    CUresult result = CUDA_SUCCESS;
    if (launch->shared_memory > 16 << 10) {
        result = libraries->cuFuncSetAttribute(
            function->handle, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, (int)launch->shared_memory);
    }
    if (result == CUDA_SUCCESS) {
        result = libraries->cuLaunchKernel(
            function->handle, grid[0], grid[1], grid[2], block[0], block[1], block[2], launch->shared_memory,
            (CUstream)stream, (void **)arguments, NULL);
    }
    if (result == CUDA_SUCCESS) return CCUDA_OK;
    CCUDAText call = {0};
    ccuda_append(
        &call, "Launching the kernel %s (%u × %u × %u blocks of %u × %u × %u threads with %u bytes shared)",
        function->name, grid[0], grid[1], grid[2], block[0], block[1], block[2], launch->shared_memory);
    return DRIVER(result, call.bytes);
}
