/// A set of opened libraries: the addresses of all functions, by NVIDIA's names.
#ifndef CCUDA_LIBRARIES_H
#define CCUDA_LIBRARIES_H

#include "CCUDA.h"
#include "declarations.h"
#include "sentences.h"

struct CCUDALibraries {
    /// Results of dlopen; null where a library is not open.
    void *driver;
    void *runtime;
    void *blas;
    void *blas_base;
    void *compiler;
    /// Where the set was found, in words.
    char *folder;
    int major;

#define REQUIRED(library, result, name, parameters) result(*name) parameters;
#define OPTIONAL(library, since, result, name, parameters) result(*name) parameters;
#include "functions.h"
};

/// Each turns a result of the named function into a status and, where it is a failure, into a sentence.  The
/// runtime's memory of the failure is cleared.
CCUDAStatus ccuda_driver_result(const CCUDALibraries *libraries, CUresult result, const char *function);
CCUDAStatus ccuda_runtime_result(const CCUDALibraries *libraries, cudaError_t result, const char *function);
CCUDAStatus ccuda_blas_result(
    const CCUDALibraries *libraries, cublasStatus_t result, const char *function);
CCUDAStatus ccuda_compiler_result(
    const CCUDALibraries *libraries, nvrtcResult result, const char *function);

/// Whether memory of the device comes from pools, in the order of streams.
bool ccuda_has_pools(const CCUDALibraries *libraries, int32_t device);

/// "There is no GPU", with what may hide it.
CCUDAStatus ccuda_no_device(const char *found);

#endif
