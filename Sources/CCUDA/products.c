#include "libraries.h"

#define BLAS(call, name) ccuda_blas_result(libraries, call, name)

_Static_assert(CCUDA_F32 == (int)CUDA_R_32F, "types are CUDA's");
_Static_assert(CCUDA_F16 == (int)CUDA_R_16F, "types are CUDA's");
_Static_assert(CCUDA_BF16 == (int)CUDA_R_16BF, "types are CUDA's");

static CCUDAStatus set_up(
    const CCUDALibraries *libraries, cublasHandle_t handle, CCUDAStreamRef stream, void *workspace,
    int64_t bytes) {
    CCUDAStatus status =
        BLAS(libraries->cublasSetStream_v2(handle, (cudaStream_t)stream), "cublasSetStream");
    if (status != CCUDA_OK) return status;
    // After the stream, with which cuBLAS goes back to a workspace of its own.  That one would be allocated
    // unnoticed, and may not be while a graph is recorded.
    if (workspace && bytes > 0) {
        status =
            BLAS(libraries->cublasSetWorkspace_v2(handle, workspace, (size_t)bytes), "cublasSetWorkspace");
        if (status != CCUDA_OK) return status;
    }
    // Neither TensorFloat-32 nor partial sums in half precision unless a product asks for it.
    cublasMath_t mode =
        (cublasMath_t)(CUBLAS_DEFAULT_MATH | CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION);
    return BLAS(libraries->cublasSetMathMode(handle, mode), "cublasSetMathMode");
}

CCUDAStatus ccuda_blas_create(
    const CCUDALibraries *libraries, CCUDAStreamRef stream, void *device_workspace, int64_t workspace_bytes,
    CCUDABlasRef *blas) {
    *blas = NULL;
    cublasHandle_t handle = NULL;
    CCUDAStatus status = BLAS(libraries->cublasCreate_v2(&handle), "cublasCreate");
    if (status != CCUDA_OK) return status;
    status = set_up(libraries, handle, stream, device_workspace, workspace_bytes);
    if (status == CCUDA_OK) {
        *blas = (CCUDABlasRef)handle;
    } else {
        libraries->cublasDestroy_v2(handle);
    }
    return status;
}

CCUDAStatus ccuda_blas_destroy(const CCUDALibraries *libraries, CCUDABlasRef blas) {
    return BLAS(libraries->cublasDestroy_v2((cublasHandle_t)blas), "cublasDestroy");
}

CCUDAStatus ccuda_gemm(const CCUDALibraries *libraries, CCUDABlasRef blas, const CCUDAGemm *product) {
    const CCUDAGemm *p = product;
    if (p->m <= 0 || p->n <= 0 || p->count <= 0) return CCUDA_OK;
    cublasHandle_t handle = (cublasHandle_t)blas;
    cublasOperation_t operation_a = p->transposes_a ? CUBLAS_OP_T : CUBLAS_OP_N;
    cublasOperation_t operation_b = p->transposes_b ? CUBLAS_OP_T : CUBLAS_OP_N;
    cudaDataType type = (cudaDataType)p->type;
    bool rounds = p->allows_tf32 && p->type == CCUDA_F32;
    cublasComputeType_t compute = rounds ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;
    if (p->count == 1) {
        cublasStatus_t result = libraries->cublasGemmEx(
            handle, operation_a, operation_b, p->m, p->n, p->k, &p->alpha, p->a, type, p->lda, p->b, type,
            p->ldb, &p->beta, p->c, CUDA_R_32F, p->ldc, compute, CUBLAS_GEMM_DEFAULT);
        return BLAS(result, "cublasGemmEx");
    }
    cublasStatus_t result = libraries->cublasGemmStridedBatchedEx(
        handle, operation_a, operation_b, p->m, p->n, p->k, &p->alpha, p->a, type, p->lda, p->stride_a, p->b,
        type, p->ldb, p->stride_b, &p->beta, p->c, CUDA_R_32F, p->ldc, p->stride_c, p->count, compute,
        CUBLAS_GEMM_DEFAULT);
    return BLAS(result, "cublasGemmStridedBatchedEx");
}
