#include "libraries.h"

#define RUNTIME(call, name) ccuda_runtime_result(libraries, call, name)
#define DRIVER(call, name) ccuda_driver_result(libraries, call, name)

CCUDAStatus ccuda_device_count(const CCUDALibraries *libraries, int32_t *count) {
    *count = 0;
    CCUDAStatus status = RUNTIME(libraries->cudaGetDeviceCount(count), "cudaGetDeviceCount");
    if (status != CCUDA_OK) {
        *count = 0;
        return status;
    }
    return *count > 0 ? CCUDA_OK : ccuda_no_device("the NVIDIA driver and the CUDA libraries are there");
}

static CCUDAStatus check_number(const CCUDALibraries *libraries, int32_t device) {
    int32_t count = 0;
    CCUDAStatus status = ccuda_device_count(libraries, &count);
    if (status != CCUDA_OK || (device >= 0 && device < count)) return status;
    return ccuda_fail(
        CCUDA_NO_DEVICE, "There is no GPU %d: CUDA sees %d, counted from 0.", (int)device, (int)count);
}

static CCUDAStatus read_attribute(
    const CCUDALibraries *libraries, enum cudaDeviceAttr name, int32_t device, int32_t *value) {
    return RUNTIME(libraries->cudaDeviceGetAttribute(value, name, device), "cudaDeviceGetAttribute");
}

// 0 where this version of CUDA does not say.
static int32_t attribute_if_known(
    const CCUDALibraries *libraries, enum cudaDeviceAttr name, int32_t device) {
    int32_t value = 0;
    if (libraries->cudaDeviceGetAttribute(&value, name, device) == cudaSuccess) return value;
    libraries->cudaGetLastError();
    return 0;
}

static CCUDAStatus read_name_and_memory(
    const CCUDALibraries *libraries, int32_t device, CCUDADeviceFacts *facts) {
    CUdevice handle = 0;
    size_t bytes = 0;
    CCUDAStatus status = DRIVER(libraries->cuDeviceGet(&handle, device), "cuDeviceGet");
    if (status != CCUDA_OK) return status;
    status =
        DRIVER(libraries->cuDeviceGetName(facts->name, sizeof facts->name, handle), "cuDeviceGetName");
    if (status != CCUDA_OK) return status;
    status = DRIVER(libraries->cuDeviceTotalMem_v2(&bytes, handle), "cuDeviceTotalMem");
    facts->total_memory = (int64_t)bytes;
    return status;
}

CCUDAStatus ccuda_device_facts(const CCUDALibraries *libraries, int32_t device, CCUDADeviceFacts *facts) {
    *facts = (CCUDADeviceFacts){0};
    CCUDAStatus status = check_number(libraries, device);
    if (status != CCUDA_OK) return status;
    status = read_name_and_memory(libraries, device, facts);
    if (status != CCUDA_OK) return status;

    int32_t major = 0, minor = 0;
    status = read_attribute(libraries, cudaDevAttrComputeCapabilityMajor, device, &major);
    if (status != CCUDA_OK) return status;
    status = read_attribute(libraries, cudaDevAttrComputeCapabilityMinor, device, &minor);
    if (status != CCUDA_OK) return status;
    facts->architecture = 10 * major + minor;
    status = read_attribute(libraries, cudaDevAttrMultiProcessorCount, device, &facts->multiprocessors);
    if (status != CCUDA_OK) return status;

    facts->clock = attribute_if_known(libraries, cudaDevAttrClockRate, device);
    facts->memory_clock = attribute_if_known(libraries, cudaDevAttrMemoryClockRate, device);
    facts->memory_bus = attribute_if_known(libraries, cudaDevAttrGlobalMemoryBusWidth, device);
    facts->l2_cache = attribute_if_known(libraries, cudaDevAttrL2CacheSize, device);
    facts->shared_memory = attribute_if_known(libraries, cudaDevAttrMaxSharedMemoryPerBlockOptin, device);
    facts->has_memory_pools = ccuda_has_pools(libraries, device);
    return CCUDA_OK;
}

CCUDAStatus ccuda_start(const CCUDALibraries *libraries, int32_t device) {
    CCUDAStatus status = check_number(libraries, device);
    if (status != CCUDA_OK) return status;
    // From CUDA 12 on the first of these makes the context, before it the second.
    status = RUNTIME(libraries->cudaSetDevice(device), "cudaSetDevice");
    if (status == CCUDA_OK) status = RUNTIME(libraries->cudaFree(NULL), "Making a context (cudaFree)");
    if (status == CCUDA_OUT_OF_MEMORY) {
        return ccuda_fail(
            status, "GPU %d has too little free memory even to be started; other processes use it.",
            (int)device);
    }
    return status;
}

CCUDAStatus ccuda_use(const CCUDALibraries *libraries, int32_t device) {
    CCUDAStatus status = RUNTIME(libraries->cudaSetDevice(device), "cudaSetDevice");
    if (status != CCUDA_OK) return status;
    // The driver's functions use the context that is current to the thread.  Before CUDA 12, cudaSetDevice
    // may leave that to the next call of the runtime.
    CUcontext context = NULL;
    status = DRIVER(libraries->cuCtxGetCurrent(&context), "cuCtxGetCurrent");
    if (status != CCUDA_OK || context) return status;
    return RUNTIME(libraries->cudaFree(NULL), "Making a context current (cudaFree)");
}

CCUDAStatus ccuda_memory(const CCUDALibraries *libraries, int64_t *free, int64_t *total) {
    size_t free_bytes = 0, total_bytes = 0;
    CCUDAStatus status = RUNTIME(libraries->cudaMemGetInfo(&free_bytes, &total_bytes), "cudaMemGetInfo");
    *free = (int64_t)free_bytes;
    *total = (int64_t)total_bytes;
    return status;
}

bool ccuda_has_pools(const CCUDALibraries *libraries, int32_t device) {
    return libraries->cudaMallocAsync && libraries->cudaFreeAsync && libraries->cudaDeviceGetDefaultMemPool
        && libraries->cudaMemPoolGetAttribute && libraries->cudaMemPoolSetAttribute
        && libraries->cudaMemPoolTrimTo
        && attribute_if_known(libraries, cudaDevAttrMemoryPoolsSupported, device) != 0;
}
