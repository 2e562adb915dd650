// The types and values that are used of NVIDIA's headers.  Included again and again: whoever includes it says
// what becomes of an entry.
//
// TYPE(name, meaning): a type by its name.
// ENUMERATION(tag) … END(tag, representation): `enum tag` and those of its values that are used.
// ENUMERATED_TYPE() … END_TYPE(name, representation): the same for an enumeration known by a type's name.
// VALUE(name, value): one of the values; outside of an enumeration CONSTANT(name, value).

TYPE(CUdevice, int)
TYPE(CUcontext, struct CUctx_st *)
TYPE(CUmodule, struct CUmod_st *)
TYPE(CUfunction, struct CUfunc_st *)
TYPE(CUstream, struct CUstream_st *)
TYPE(cudaStream_t, struct CUstream_st *)
TYPE(cudaEvent_t, struct CUevent_st *)
TYPE(cudaMemPool_t, struct CUmemPoolHandle_st *)
TYPE(cudaGraph_t, struct CUgraph_st *)
TYPE(cudaGraphExec_t, struct CUgraphExec_st *)
TYPE(cublasHandle_t, struct cublasContext *)
TYPE(nvrtcProgram, struct _nvrtcProgram *)

ENUMERATED_TYPE()
VALUE(CUDA_SUCCESS, 0)
VALUE(CUDA_ERROR_OUT_OF_MEMORY, 2)
VALUE(CUDA_ERROR_STUB_LIBRARY, 34)
VALUE(CUDA_ERROR_DEVICE_UNAVAILABLE, 46)
VALUE(CUDA_ERROR_NO_DEVICE, 100)
VALUE(CUDA_ERROR_NO_BINARY_FOR_GPU, 209)
VALUE(CUDA_ERROR_ECC_UNCORRECTABLE, 214)
VALUE(CUDA_ERROR_NVLINK_UNCORRECTABLE, 220)
VALUE(CUDA_ERROR_UNSUPPORTED_PTX_VERSION, 222)
VALUE(CUDA_ERROR_ILLEGAL_ADDRESS, 700)
VALUE(CUDA_ERROR_LAUNCH_TIMEOUT, 702)
VALUE(CUDA_ERROR_LAUNCH_FAILED, 719)
VALUE(CUDA_ERROR_SYSTEM_NOT_READY, 802)
VALUE(CUDA_ERROR_SYSTEM_DRIVER_MISMATCH, 803)
END_TYPE(CUresult, unsigned)

ENUMERATED_TYPE()
VALUE(CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, 8)
END_TYPE(CUfunction_attribute, unsigned)

// The runtime numbers its failures as the driver does.
ENUMERATION(cudaError)
VALUE(cudaSuccess, 0)
VALUE(cudaErrorMemoryAllocation, 2)
VALUE(cudaErrorInsufficientDriver, 35)
VALUE(cudaErrorDevicesUnavailable, 46)
VALUE(cudaErrorNoDevice, 100)
VALUE(cudaErrorInvalidDevice, 101)
VALUE(cudaErrorNoKernelImageForDevice, 209)
VALUE(cudaErrorECCUncorrectable, 214)
VALUE(cudaErrorDeviceAlreadyInUse, 216)
VALUE(cudaErrorNvlinkUncorrectable, 220)
VALUE(cudaErrorUnsupportedPtxVersion, 222)
VALUE(cudaErrorIllegalAddress, 700)
VALUE(cudaErrorLaunchTimeout, 702)
VALUE(cudaErrorAssert, 710)
VALUE(cudaErrorHardwareStackError, 714)
VALUE(cudaErrorIllegalInstruction, 715)
VALUE(cudaErrorMisalignedAddress, 716)
VALUE(cudaErrorInvalidAddressSpace, 717)
VALUE(cudaErrorInvalidPc, 718)
VALUE(cudaErrorLaunchFailure, 719)
END(cudaError, unsigned)
TYPE(cudaError_t, enum cudaError)

ENUMERATION(cudaDeviceAttr)
VALUE(cudaDevAttrClockRate, 13)
VALUE(cudaDevAttrMultiProcessorCount, 16)
VALUE(cudaDevAttrMemoryClockRate, 36)
VALUE(cudaDevAttrGlobalMemoryBusWidth, 37)
VALUE(cudaDevAttrL2CacheSize, 38)
VALUE(cudaDevAttrComputeCapabilityMajor, 75)
VALUE(cudaDevAttrComputeCapabilityMinor, 76)
VALUE(cudaDevAttrMaxSharedMemoryPerBlockOptin, 97)
VALUE(cudaDevAttrMemoryPoolsSupported, 115)
END(cudaDeviceAttr, unsigned)

ENUMERATION(cudaMemPoolAttr)
VALUE(cudaMemPoolAttrReleaseThreshold, 4)
VALUE(cudaMemPoolAttrReservedMemCurrent, 5)
VALUE(cudaMemPoolAttrUsedMemCurrent, 7)
VALUE(cudaMemPoolAttrUsedMemHigh, 8)
END(cudaMemPoolAttr, unsigned)

ENUMERATION(cudaMemcpyKind)
VALUE(cudaMemcpyHostToDevice, 1)
VALUE(cudaMemcpyDeviceToHost, 2)
VALUE(cudaMemcpyDeviceToDevice, 3)
END(cudaMemcpyKind, unsigned)

ENUMERATION(cudaStreamCaptureMode)
VALUE(cudaStreamCaptureModeRelaxed, 2)
END(cudaStreamCaptureMode, unsigned)

CONSTANT(cudaStreamNonBlocking, 1)
CONSTANT(cudaEventDefault, 0)
CONSTANT(cudaEventDisableTiming, 2)

ENUMERATED_TYPE()
VALUE(MAJOR_VERSION, 0)
VALUE(MINOR_VERSION, 1)
VALUE(PATCH_LEVEL, 2)
END_TYPE(libraryPropertyType, unsigned)

ENUMERATED_TYPE()
VALUE(CUDA_R_32F, 0)
VALUE(CUDA_R_16F, 2)
VALUE(CUDA_R_16BF, 14)
END_TYPE(cudaDataType, unsigned)

ENUMERATED_TYPE()
VALUE(CUBLAS_STATUS_SUCCESS, 0)
VALUE(CUBLAS_STATUS_ALLOC_FAILED, 3)
VALUE(CUBLAS_STATUS_ARCH_MISMATCH, 8)
END_TYPE(cublasStatus_t, unsigned)

ENUMERATED_TYPE()
VALUE(CUBLAS_OP_N, 0)
VALUE(CUBLAS_OP_T, 1)
END_TYPE(cublasOperation_t, unsigned)

ENUMERATED_TYPE()
VALUE(CUBLAS_COMPUTE_32F, 68)
VALUE(CUBLAS_COMPUTE_32F_FAST_TF32, 77)
END_TYPE(cublasComputeType_t, unsigned)

ENUMERATED_TYPE()
VALUE(CUBLAS_DEFAULT_MATH, 0)
VALUE(CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION, 16)
END_TYPE(cublasMath_t, unsigned)

ENUMERATED_TYPE()
VALUE(CUBLAS_GEMM_DEFAULT, -1)
END_TYPE(cublasGemmAlgo_t, int)

ENUMERATED_TYPE()
VALUE(NVRTC_SUCCESS, 0)
VALUE(NVRTC_ERROR_OUT_OF_MEMORY, 1)
VALUE(NVRTC_ERROR_BUILTIN_OPERATION_FAILURE, 7)
END_TYPE(nvrtcResult, unsigned)

#undef TYPE
#undef ENUMERATION
#undef END
#undef ENUMERATED_TYPE
#undef END_TYPE
#undef VALUE
#undef CONSTANT
