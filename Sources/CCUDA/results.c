// Failures of NVIDIA's functions as statuses and sentences.
#include <stdlib.h>

#include "libraries.h"

CCUDAStatus ccuda_no_device(const char *found) {
    const char *visible = getenv("CUDA_VISIBLE_DEVICES");
    return ccuda_fail(
        CCUDA_NO_DEVICE, "There is no GPU that CUDA can use: %s, but no device is%s%s%s.", found,
        visible ? " (CUDA_VISIBLE_DEVICES, which chooses among them, is \"" : "", visible ? visible : "",
        visible ? "\")" : "");
}

// Failures after which the context is lost: every later call fails alike.
static bool is_lasting(unsigned error) {
    switch (error) {
    case cudaErrorECCUncorrectable:
    case cudaErrorNvlinkUncorrectable:
    case cudaErrorIllegalAddress:
    case cudaErrorLaunchTimeout:
    case cudaErrorAssert:
    case cudaErrorHardwareStackError:
    case cudaErrorIllegalInstruction:
    case cudaErrorMisalignedAddress:
    case cudaErrorInvalidAddressSpace:
    case cudaErrorInvalidPc:
    case cudaErrorLaunchFailure:
        return true;
    default:
        return false;
    }
}

// Remedies for failures whose names do not suggest one.
static const char *advice(unsigned error) {
    switch (error) {
    case CUDA_ERROR_SYSTEM_NOT_READY:
        return "; the NVIDIA Fabric Manager, which connects the GPUs of this machine, may not be running";
    case CUDA_ERROR_SYSTEM_DRIVER_MISMATCH:
        return "; the driver's kernel module and libcuda.so.1 are of different versions, as after an update "
               "without a restart";
    default:
        return is_lasting(error)
            ? "; work queued before failed on the GPU, which this process cannot use any more"
            : "";
    }
}

// The runtime counts its failures as the driver does, so one function words both.
static CCUDAStatus worded_failure(
    unsigned error, const char *function, const char *reason, const char *name) {
    switch (error) {
    case cudaErrorMemoryAllocation:
        return ccuda_fail(
            CCUDA_OUT_OF_MEMORY, "The GPU is out of memory: %s could not have what it needs.", function);
    case cudaErrorDevicesUnavailable:
    case cudaErrorDeviceAlreadyInUse:
        return ccuda_fail(
            CCUDA_DEVICE_BUSY,
            "The GPU is busy: another process holds it for itself, or its compute mode forbids work (%s).",
            name);
    case cudaErrorInsufficientDriver:
        return ccuda_fail(
            CCUDA_DRIVER_TOO_OLD, "The NVIDIA driver is older than these CUDA libraries need (%s).", name);
    case cudaErrorUnsupportedPtxVersion:
        return ccuda_fail(
            CCUDA_DRIVER_TOO_OLD,
            "The NVIDIA driver is too old for what this version of CUDA compiles (%s); "
            "a newer driver or older CUDA libraries are needed.",
            name);
    case cudaErrorNoKernelImageForDevice:
        return ccuda_fail(
            CCUDA_UNSUPPORTED_ARCHITECTURE, "The GPU cannot run what was compiled for it: %s (%s).", reason,
            name);
    case CUDA_ERROR_STUB_LIBRARY:
        return ccuda_fail(
            CCUDA_NO_DRIVER,
            "There is no NVIDIA driver: the libcuda.so.1 that was found is the toolkit's stub, "
            "which is only good for linking.");
    case cudaErrorNoDevice:
        return ccuda_no_device("the NVIDIA driver and the CUDA libraries are there");
    default:
        return ccuda_fail(CCUDA_FAILED, "%s failed: %s (%s)%s.", function, reason, name, advice(error));
    }
}

CCUDAStatus ccuda_driver_result(const CCUDALibraries *libraries, CUresult result, const char *function) {
    if (result == CUDA_SUCCESS) return CCUDA_OK;
    const char *reason = NULL, *name = NULL;
    libraries->cuGetErrorString(result, &reason);
    libraries->cuGetErrorName(result, &name);
    return worded_failure(
        result, function, reason ? reason : "an unknown failure",
        name ? name : "a code unknown to the driver");
}

CCUDAStatus ccuda_runtime_result(const CCUDALibraries *libraries, cudaError_t result, const char *function) {
    if (result == cudaSuccess) return CCUDA_OK;
    // Else a later call that succeeds would seem to have failed.
    libraries->cudaGetLastError();
    return worded_failure(
        result, function, libraries->cudaGetErrorString(result), libraries->cudaGetErrorName(result));
}

static const char *blas_reason(const CCUDALibraries *libraries, cublasStatus_t result) {
    return libraries->cublasGetStatusString ? libraries->cublasGetStatusString(result) : "see cublasStatus_t";
}

CCUDAStatus ccuda_blas_result(
    const CCUDALibraries *libraries, cublasStatus_t result, const char *function) {
    switch (result) {
    case CUBLAS_STATUS_SUCCESS:
        return CCUDA_OK;
    case CUBLAS_STATUS_ALLOC_FAILED:
        libraries->cudaGetLastError();
        return worded_failure(cudaErrorMemoryAllocation, function, "", "");
    case CUBLAS_STATUS_ARCH_MISMATCH:
        return ccuda_fail(
            CCUDA_UNSUPPORTED_ARCHITECTURE, "cuBLAS of CUDA %d cannot do %s on this GPU.", libraries->major,
            function);
    default:
        break;
    }
    // cuBLAS reports a failed context as an execution that failed; the runtime knows why.
    cudaError_t cause = libraries->cudaGetLastError();
    if (cause != cudaSuccess) {
        return worded_failure(
            cause, function, libraries->cudaGetErrorString(cause), libraries->cudaGetErrorName(cause));
    }
    return ccuda_fail(
        CCUDA_FAILED, "%s failed: %s (%d).", function, blas_reason(libraries, result), (int)result);
}

CCUDAStatus ccuda_compiler_result(
    const CCUDALibraries *libraries, nvrtcResult result, const char *function) {
    if (result == NVRTC_SUCCESS) return CCUDA_OK;
    return ccuda_fail(
        CCUDA_FAILED, "%s failed: %s%s.", function, libraries->nvrtcGetErrorString(result),
        result == NVRTC_ERROR_BUILTIN_OPERATION_FAILURE
            ? "; the library libnvrtc-builtins of the same version may be missing"
            : "");
}
