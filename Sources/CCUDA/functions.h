// Every function that is used of NVIDIA's libraries, as their headers declare it.  Included again and again:
// whoever includes it says what becomes of an entry.
//
// REQUIRED(library, result, name, parameters): a set without it is not used.
// OPTIONAL(library, since, result, name, parameters): a null pointer where the library lacks it; `since` is
// the first CUDA version (1000 · major + 10 · minor) that has it.
//
// Not used on purpose: cudaGetDeviceProperties (its structure differs from version to version) and
// cudaGetDriverEntryPoint (so does its signature).

// MARK: libcuda

REQUIRED(driver, CUresult, cuInit, (unsigned flags))
REQUIRED(driver, CUresult, cuDriverGetVersion, (int *version))
REQUIRED(driver, CUresult, cuDeviceGetCount, (int *count))
REQUIRED(driver, CUresult, cuDeviceGet, (CUdevice *device, int ordinal))
REQUIRED(driver, CUresult, cuDeviceGetName, (char *name, int length, CUdevice device))
REQUIRED(driver, CUresult, cuDeviceTotalMem_v2, (size_t *bytes, CUdevice device))
REQUIRED(driver, CUresult, cuCtxGetCurrent, (CUcontext *context))
REQUIRED(driver, CUresult, cuModuleLoadData, (CUmodule *module, const void *image))
REQUIRED(driver, CUresult, cuModuleUnload, (CUmodule module))
REQUIRED(driver, CUresult, cuModuleGetFunction, (CUfunction *function, CUmodule module, const char *name))
REQUIRED(driver, CUresult, cuFuncSetAttribute, (CUfunction function, CUfunction_attribute name, int value))
REQUIRED(
    driver, CUresult, cuLaunchKernel,
    (CUfunction function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x,
     unsigned block_y, unsigned block_z, unsigned shared_bytes, CUstream stream, void **arguments,
     void **extra))
REQUIRED(driver, CUresult, cuGetErrorString, (CUresult error, const char **text))
REQUIRED(driver, CUresult, cuGetErrorName, (CUresult error, const char **text))
OPTIONAL(
    driver, 12040, CUresult, cuFuncGetParamInfo,
    (CUfunction function, size_t index, size_t *offset, size_t *size))

// MARK: libcudart

REQUIRED(runtime, cudaError_t, cudaRuntimeGetVersion, (int *version))
REQUIRED(runtime, cudaError_t, cudaGetDeviceCount, (int *count))
REQUIRED(runtime, cudaError_t, cudaDeviceGetAttribute, (int *value, enum cudaDeviceAttr name, int device))
REQUIRED(runtime, cudaError_t, cudaSetDevice, (int device))
REQUIRED(runtime, cudaError_t, cudaMemGetInfo, (size_t *free, size_t *total))
REQUIRED(runtime, cudaError_t, cudaGetLastError, (void))
REQUIRED(runtime, const char *, cudaGetErrorString, (cudaError_t error))
REQUIRED(runtime, const char *, cudaGetErrorName, (cudaError_t error))

REQUIRED(runtime, cudaError_t, cudaMalloc, (void **pointer, size_t bytes))
REQUIRED(runtime, cudaError_t, cudaFree, (void *pointer))
REQUIRED(runtime, cudaError_t, cudaMallocHost, (void **pointer, size_t bytes))
REQUIRED(runtime, cudaError_t, cudaFreeHost, (void *pointer))
REQUIRED(
    runtime, cudaError_t, cudaMemcpyAsync,
    (void *target, const void *source, size_t bytes, enum cudaMemcpyKind kind, cudaStream_t stream))
REQUIRED(
    runtime, cudaError_t, cudaMemcpy2DAsync,
    (void *target, size_t target_pitch, const void *source, size_t source_pitch, size_t width, size_t rows,
     enum cudaMemcpyKind kind, cudaStream_t stream))
REQUIRED(
    runtime, cudaError_t, cudaMemsetAsync, (void *target, int value, size_t bytes, cudaStream_t stream))

OPTIONAL(runtime, 11020, cudaError_t, cudaMallocAsync, (void **pointer, size_t bytes, cudaStream_t stream))
OPTIONAL(runtime, 11020, cudaError_t, cudaFreeAsync, (void *pointer, cudaStream_t stream))
OPTIONAL(runtime, 11020, cudaError_t, cudaDeviceGetDefaultMemPool, (cudaMemPool_t *pool, int device))
OPTIONAL(
    runtime, 11020, cudaError_t, cudaMemPoolGetAttribute,
    (cudaMemPool_t pool, enum cudaMemPoolAttr name, void *value))
OPTIONAL(
    runtime, 11020, cudaError_t, cudaMemPoolSetAttribute,
    (cudaMemPool_t pool, enum cudaMemPoolAttr name, void *value))
OPTIONAL(runtime, 11020, cudaError_t, cudaMemPoolTrimTo, (cudaMemPool_t pool, size_t keep))

REQUIRED(runtime, cudaError_t, cudaStreamCreateWithFlags, (cudaStream_t *stream, unsigned flags))
REQUIRED(runtime, cudaError_t, cudaStreamDestroy, (cudaStream_t stream))
REQUIRED(runtime, cudaError_t, cudaStreamSynchronize, (cudaStream_t stream))
REQUIRED(runtime, cudaError_t, cudaEventCreateWithFlags, (cudaEvent_t *event, unsigned flags))
REQUIRED(runtime, cudaError_t, cudaEventDestroy, (cudaEvent_t event))
REQUIRED(runtime, cudaError_t, cudaEventRecord, (cudaEvent_t event, cudaStream_t stream))
REQUIRED(runtime, cudaError_t, cudaEventSynchronize, (cudaEvent_t event))
REQUIRED(
    runtime, cudaError_t, cudaEventElapsedTime, (float *milliseconds, cudaEvent_t start, cudaEvent_t end))

OPTIONAL(
    runtime, 10010, cudaError_t, cudaStreamBeginCapture,
    (cudaStream_t stream, enum cudaStreamCaptureMode mode))
OPTIONAL(runtime, 10010, cudaError_t, cudaStreamEndCapture, (cudaStream_t stream, cudaGraph_t *graph))
OPTIONAL(
    runtime, 11040, cudaError_t, cudaGraphInstantiateWithFlags,
    (cudaGraphExec_t *executable, cudaGraph_t graph, unsigned long long flags))
OPTIONAL(runtime, 10000, cudaError_t, cudaGraphLaunch, (cudaGraphExec_t executable, cudaStream_t stream))
OPTIONAL(runtime, 10000, cudaError_t, cudaGraphDestroy, (cudaGraph_t graph))
OPTIONAL(runtime, 10000, cudaError_t, cudaGraphExecDestroy, (cudaGraphExec_t executable))

// MARK: libcublas

REQUIRED(blas, cublasStatus_t, cublasGetProperty, (libraryPropertyType name, int *value))
REQUIRED(blas, cublasStatus_t, cublasCreate_v2, (cublasHandle_t *handle))
REQUIRED(blas, cublasStatus_t, cublasDestroy_v2, (cublasHandle_t handle))
REQUIRED(blas, cublasStatus_t, cublasSetStream_v2, (cublasHandle_t handle, cudaStream_t stream))
REQUIRED(
    blas, cublasStatus_t, cublasSetWorkspace_v2, (cublasHandle_t handle, void *workspace, size_t bytes))
REQUIRED(blas, cublasStatus_t, cublasSetMathMode, (cublasHandle_t handle, cublasMath_t mode))
REQUIRED(
    blas, cublasStatus_t, cublasGemmEx,
    (cublasHandle_t handle, cublasOperation_t operation_a, cublasOperation_t operation_b, int m, int n, int k,
     const void *alpha, const void *a, cudaDataType type_a, int lda, const void *b, cudaDataType type_b,
     int ldb, const void *beta, void *c, cudaDataType type_c, int ldc, cublasComputeType_t compute,
     cublasGemmAlgo_t algorithm))
REQUIRED(
    blas, cublasStatus_t, cublasGemmStridedBatchedEx,
    (cublasHandle_t handle, cublasOperation_t operation_a, cublasOperation_t operation_b, int m, int n, int k,
     const void *alpha, const void *a, cudaDataType type_a, int lda, long long stride_a, const void *b,
     cudaDataType type_b, int ldb, long long stride_b, const void *beta, void *c, cudaDataType type_c,
     int ldc, long long stride_c, int count, cublasComputeType_t compute, cublasGemmAlgo_t algorithm))
OPTIONAL(blas, 11040, const char *, cublasGetStatusString, (cublasStatus_t status))

// MARK: libnvrtc

REQUIRED(compiler, nvrtcResult, nvrtcVersion, (int *major, int *minor))
REQUIRED(compiler, nvrtcResult, nvrtcGetNumSupportedArchs, (int *count))
REQUIRED(compiler, nvrtcResult, nvrtcGetSupportedArchs, (int *architectures))
REQUIRED(
    compiler, nvrtcResult, nvrtcCreateProgram,
    (nvrtcProgram *program, const char *source, const char *name, int header_count,
     const char *const *headers, const char *const *header_names))
REQUIRED(compiler, nvrtcResult, nvrtcDestroyProgram, (nvrtcProgram *program))
REQUIRED(
    compiler, nvrtcResult, nvrtcCompileProgram,
    (nvrtcProgram program, int option_count, const char *const *options))
REQUIRED(compiler, nvrtcResult, nvrtcGetProgramLogSize, (nvrtcProgram program, size_t *bytes))
REQUIRED(compiler, nvrtcResult, nvrtcGetProgramLog, (nvrtcProgram program, char *log))
REQUIRED(compiler, nvrtcResult, nvrtcGetCUBINSize, (nvrtcProgram program, size_t *bytes))
REQUIRED(compiler, nvrtcResult, nvrtcGetCUBIN, (nvrtcProgram program, char *image))
REQUIRED(compiler, nvrtcResult, nvrtcGetPTXSize, (nvrtcProgram program, size_t *bytes))
REQUIRED(compiler, nvrtcResult, nvrtcGetPTX, (nvrtcProgram program, char *text))
REQUIRED(compiler, const char *, nvrtcGetErrorString, (nvrtcResult result))

#undef REQUIRED
#undef OPTIONAL
