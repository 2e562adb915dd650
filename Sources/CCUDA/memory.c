#include "libraries.h"

#define RUNTIME(call, name) ccuda_runtime_result(libraries, call, name)

// MARK: Allocation

// Memory that is free for the system, and memory that the pool keeps for later.
static CCUDAStatus out_of_memory(const CCUDALibraries *libraries, int32_t device, int64_t bytes) {
    size_t free = 0, total = 0;
    int64_t used = 0, highest = 0, reserved = 0;
    if (libraries->cudaMemGetInfo(&free, &total) != cudaSuccess) libraries->cudaGetLastError();
    CCUDAText kept = {0};
    if (ccuda_pool_usage(libraries, device, &used, &highest, &reserved) == CCUDA_OK && reserved > used) {
        ccuda_append(
            &kept, ", and %s more lie unused in this process's pool",
            ccuda_size((uint64_t)(reserved - used)).text);
    }
    return ccuda_fail(
        CCUDA_OUT_OF_MEMORY, "GPU %d is out of memory: %s were asked for, %s of its %s are free%s.",
        (int)device, ccuda_size((uint64_t)bytes).text, ccuda_size(free).text, ccuda_size(total).text,
        kept.bytes);
}

CCUDAStatus ccuda_allocate(
    const CCUDALibraries *libraries, int32_t device, int64_t bytes, CCUDAStreamRef stream, void **pointer) {
    *pointer = NULL;
    if (bytes <= 0) return CCUDA_OK;
    CCUDAStatus status;
    if (ccuda_has_pools(libraries, device)) {
        cudaError_t result = libraries->cudaMallocAsync(pointer, (size_t)bytes, (cudaStream_t)stream);
        status = RUNTIME(result, "cudaMallocAsync");
    } else {
        status = RUNTIME(libraries->cudaMalloc(pointer, (size_t)bytes), "cudaMalloc");
    }
    if (status != CCUDA_OK) *pointer = NULL;
    return status == CCUDA_OUT_OF_MEMORY ? out_of_memory(libraries, device, bytes) : status;
}

CCUDAStatus ccuda_release(
    const CCUDALibraries *libraries, int32_t device, void *pointer, CCUDAStreamRef stream) {
    if (!pointer) return CCUDA_OK;
    if (ccuda_has_pools(libraries, device)) {
        return RUNTIME(libraries->cudaFreeAsync(pointer, (cudaStream_t)stream), "cudaFreeAsync");
    }
    // Work in the stream may still use the memory.
    CCUDAStatus status = ccuda_stream_wait(libraries, stream);
    return status == CCUDA_OK ? RUNTIME(libraries->cudaFree(pointer), "cudaFree") : status;
}

CCUDAStatus ccuda_allocate_pinned(const CCUDALibraries *libraries, int64_t bytes, void **pointer) {
    *pointer = NULL;
    if (bytes <= 0) return CCUDA_OK;
    CCUDAStatus status = RUNTIME(libraries->cudaMallocHost(pointer, (size_t)bytes), "cudaMallocHost");
    if (status != CCUDA_OUT_OF_MEMORY) return status;
    *pointer = NULL;
    // It is the computer's memory that ran out, not the GPU's.
    return ccuda_fail(
        CCUDA_FAILED, "The computer has no %s of page-locked memory left for copies to the GPU.",
        ccuda_size((uint64_t)bytes).text);
}

CCUDAStatus ccuda_release_pinned(const CCUDALibraries *libraries, void *pointer) {
    return pointer ? RUNTIME(libraries->cudaFreeHost(pointer), "cudaFreeHost") : CCUDA_OK;
}

// MARK: The pool

static CCUDAStatus find_pool(const CCUDALibraries *libraries, int32_t device, cudaMemPool_t *pool) {
    return RUNTIME(libraries->cudaDeviceGetDefaultMemPool(pool, device), "cudaDeviceGetDefaultMemPool");
}

CCUDAStatus ccuda_keep_memory(const CCUDALibraries *libraries, int32_t device, uint64_t bytes) {
    if (!ccuda_has_pools(libraries, device)) return CCUDA_OK;
    cudaMemPool_t pool = NULL;
    CCUDAStatus status = find_pool(libraries, device, &pool);
    if (status != CCUDA_OK) return status;
    cudaError_t result =
        libraries->cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &bytes);
    return RUNTIME(result, "cudaMemPoolSetAttribute");
}

CCUDAStatus ccuda_trim_memory(const CCUDALibraries *libraries, int32_t device, int64_t keep) {
    if (!ccuda_has_pools(libraries, device)) return CCUDA_OK;
    cudaMemPool_t pool = NULL;
    CCUDAStatus status = find_pool(libraries, device, &pool);
    if (status != CCUDA_OK) return status;
    return RUNTIME(libraries->cudaMemPoolTrimTo(pool, (size_t)keep), "cudaMemPoolTrimTo");
}

// −1 where this version of CUDA does not count it: 11.2 does not.
static int64_t pool_count(
    const CCUDALibraries *libraries, cudaMemPool_t pool, enum cudaMemPoolAttr name) {
    uint64_t bytes = 0;
    if (libraries->cudaMemPoolGetAttribute(pool, name, &bytes) == cudaSuccess) return (int64_t)bytes;
    libraries->cudaGetLastError();
    return -1;
}

CCUDAStatus ccuda_pool_usage(
    const CCUDALibraries *libraries, int32_t device, int64_t *used, int64_t *highest, int64_t *reserved) {
    *used = *highest = *reserved = -1;
    if (!ccuda_has_pools(libraries, device)) return CCUDA_OK;
    cudaMemPool_t pool = NULL;
    CCUDAStatus status = find_pool(libraries, device, &pool);
    if (status != CCUDA_OK) return status;
    *used = pool_count(libraries, pool, cudaMemPoolAttrUsedMemCurrent);
    *highest = pool_count(libraries, pool, cudaMemPoolAttrUsedMemHigh);
    *reserved = pool_count(libraries, pool, cudaMemPoolAttrReservedMemCurrent);
    return CCUDA_OK;
}

// MARK: Copies

_Static_assert(CCUDA_TO_DEVICE == (int)cudaMemcpyHostToDevice, "directions are CUDA's");
_Static_assert(CCUDA_TO_HOST == (int)cudaMemcpyDeviceToHost, "directions are CUDA's");
_Static_assert(CCUDA_ON_DEVICE == (int)cudaMemcpyDeviceToDevice, "directions are CUDA's");

CCUDAStatus ccuda_copy(
    const CCUDALibraries *libraries, void *target, int64_t target_pitch, const void *source,
    int64_t source_pitch, int64_t width, int64_t rows, CCUDADirection direction, CCUDAStreamRef stream) {
    if (width <= 0 || rows <= 0) return CCUDA_OK;
    enum cudaMemcpyKind kind = (enum cudaMemcpyKind)direction;
    bool is_dense = rows == 1 || (target_pitch == width && source_pitch == width);
    if (is_dense) {
        cudaError_t result = libraries->cudaMemcpyAsync(
            target, source, (size_t)(width * rows), kind, (cudaStream_t)stream);
        return RUNTIME(result, "cudaMemcpyAsync");
    }
    cudaError_t result = libraries->cudaMemcpy2DAsync(
        target, (size_t)target_pitch, source, (size_t)source_pitch, (size_t)width, (size_t)rows, kind,
        (cudaStream_t)stream);
    return RUNTIME(result, "cudaMemcpy2DAsync");
}

CCUDAStatus ccuda_set(
    const CCUDALibraries *libraries, void *target, int32_t value, int64_t bytes, CCUDAStreamRef stream) {
    if (bytes <= 0) return CCUDA_OK;
    cudaError_t result = libraries->cudaMemsetAsync(target, value, (size_t)bytes, (cudaStream_t)stream);
    return RUNTIME(result, "cudaMemsetAsync");
}
