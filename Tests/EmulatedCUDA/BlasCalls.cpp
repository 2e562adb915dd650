// libcublas.
#include "Blas.hpp"
#include "Export.hpp"
#include "Machine.hpp"
#include "Product.hpp"

#include <algorithm>

using namespace emulated;

namespace {

enum Status : int {
    ok = 0,
    notInitialized = 1,
    invalidBlasValue = 7,
    executionFailed = 13,
    notSupportedByBlas = 15,
};

enum Compute : int { compute32F = 68, compute32FPedantic = 69, compute32FFastTF32 = 77 };

/// How cuBLAS says what went wrong.
Status status(Error error) {
    switch (error) {
    case success: return ok;
    case noDevice:
    case insufficientDriver:
    case deviceUnavailable:
    case invalidHandle: return notInitialized;
    case notSupported: return notSupportedByBlas;
    case invalidValue: return invalidBlasValue;
    default: return executionFailed;
    }
}

template <class Body> int blasCall(Body body) { return status(guarded(body)); }

bool isType(int type) { return type == 0 || type == 2 || type == 14; }

void requireShape(Machine &machine, const Product &product, int operations[2]) {
    int rowsA = product.a.isTransposed ? product.k : product.m,
        rowsB = product.b.isTransposed ? product.n : product.k;
    const char *wrong = nullptr;
    if (operations[0] < 0 || operations[0] > 2 || operations[1] < 0 || operations[1] > 2)
        wrong = "operation";
    else if (product.m < 0 || product.n < 0 || product.k < 0 || product.count < 0)
        wrong = "size";
    else if (product.a.leading < std::max(1, rowsA))
        wrong = "leading dimension of A";
    else if (product.b.leading < std::max(1, rowsB))
        wrong = "leading dimension of B";
    else if (product.leadingC < std::max(1, product.m))
        wrong = "leading dimension of C";
    if (wrong) machine.refuse(invalidValue, std::string("cuBLAS product: invalid ") + wrong);
}

void requireTypes(Machine &machine, int a, int b, int c, int compute) {
    bool isComputed = compute == compute32F || compute == compute32FPedantic || compute == compute32FFastTF32;
    bool isCombined = isType(a) && a == b && (c == 0 || c == a);
    bool isFastFloat = compute != compute32FFastTF32 || a == 0;
    if (!isComputed || !isCombined || !isFastFloat)
        machine.refuse(notSupported, "cuBLAS product: these types do not go together");
}

/// An operand must lie inside of one allocation, the last matrix of a batch included.
void requireOperand(
    Machine &machine, const char *name, const void *start, Element element, int rows, int columns,
    int leading, long long stride, int count, int device) {
    size_t elements =
        size_t(stride) * size_t(count - 1) + size_t(leading) * size_t(columns - 1) + size_t(rows);
    std::string what = std::string("cuBLAS product: ") + name;
    if (stride < 0) machine.refuse(invalidValue, what + " has a negative stride");
    if (auto fault = machine.fault(start, elements * bytes(element), device))
        machine.refuse(illegalAddress, what + " " + *fault);
}

void multiply(Machine &machine, Blas *blas, const Product &product) {
    if (!product.m || !product.n || !product.count) return;
    const Operand &a = product.a, &b = product.b;
    if (product.k && product.alpha != 0) {
        requireOperand(
            machine, "A", a.start, a.element, a.isTransposed ? product.k : product.m,
            a.isTransposed ? product.m : product.k, a.leading, a.stride, product.count, blas->device);
        requireOperand(
            machine, "B", b.start, b.element, b.isTransposed ? product.n : product.k,
            b.isTransposed ? product.k : product.n, b.leading, b.stride, product.count, blas->device);
    }
    requireOperand(
        machine, "C", product.c, product.elementC, product.m, product.n, product.leadingC, product.strideC,
        product.count, blas->device);
    machine.counts.products++;
    Stream *stream = blas->stream ? blas->stream : &machine.device(blas->device).stream;
    machine.push(stream, Work{"cuBLAS product", {a.start, b.start, product.c, blas->workspace}, [product] {
                                  product.run();
                                  return std::string();
                              }});
}

/// The parameters that both calls share, as they come.
struct Call {
    void *handle;
    int operations[2];
    const void *alpha, *beta;
    int typeA, typeB, typeC, compute;
};

int multiply(const Call &call, Product product) {
    return blasCall([&](Machine &machine) {
        machine.enterDevice();
        Blas *blas = machine.handle(machine.blas, call.handle, "cuBLAS handle");
        int operations[] = {call.operations[0], call.operations[1]};
        if (!call.alpha || !call.beta || !product.c)
            machine.refuse(invalidValue, "cuBLAS product: null pointer");
        requireTypes(machine, call.typeA, call.typeB, call.typeC, call.compute);
        product.a.isTransposed = operations[0] != 0;
        product.b.isTransposed = operations[1] != 0;
        product.a.element = Element(call.typeA);
        product.b.element = Element(call.typeB);
        product.elementC = Element(call.typeC);
        requireShape(machine, product, operations);
        product.alpha = *static_cast<const float *>(call.alpha);
        product.beta = *static_cast<const float *>(call.beta);
        product.roundsToTF32 =
            call.compute == compute32FFastTF32 || (call.compute == compute32F && blas->allowsTF32);
        multiply(machine, blas, product);
    });
}

}  // namespace

EXPORT int cublasGetProperty(int name, int *value) {
    const int version[] = {12, 8, 4};
    if (name < 0 || name > 2) return invalidBlasValue;
    *value = version[name];
    return ok;
}

EXPORT int cublasCreate_v2(void **handle) {
    return blasCall([&](Machine &machine) {
        auto blas = std::make_unique<Blas>();
        blas->device = machine.enterDevice();
        machine.requireNoCapture("cublasCreate");
        *handle = machine.adopt(machine.blas, std::move(blas));
    });
}

EXPORT int cublasDestroy_v2(void *handle) {
    return blasCall([&](Machine &machine) {
        Blas *blas = machine.handle(machine.blas, handle, "cuBLAS handle");
        machine.drainAll();
        machine.blas.erase(blas);
        machine.requireHealth();
    });
}

EXPORT int cublasSetStream_v2(void *handle, void *stream) {
    return blasCall([&](Machine &machine) {
        Blas *blas = machine.handle(machine.blas, handle, "cuBLAS handle");
        blas->stream = machine.stream(stream);
        blas->workspace = nullptr;  // cuBLAS goes back to its own
        if (blas->stream->device != blas->device)
            machine.refuse(invalidValue, "cublasSetStream: handle and stream are of different devices");
    });
}

EXPORT int cublasSetWorkspace_v2(void *handle, void *workspace, size_t bytes) {
    return blasCall([&](Machine &machine) {
        Blas *blas = machine.handle(machine.blas, handle, "cuBLAS handle");
        if (size_t(workspace) % 256)
            machine.refuse(invalidValue, "cublasSetWorkspace: not aligned to 256 bytes");
        if (auto fault = bytes ? machine.fault(workspace, bytes, blas->device) : std::nullopt)
            machine.refuse(invalidValue, "cublasSetWorkspace: the workspace " + *fault);
        blas->workspace = workspace;
    });
}

EXPORT int cublasSetMathMode(void *handle, int mode) {
    return blasCall([&](Machine &machine) {
        Blas *blas = machine.handle(machine.blas, handle, "cuBLAS handle");
        const int tensorOperations = 3, disallowsReducedPrecision = 16;
        if (mode & ~(3 | disallowsReducedPrecision)) throw Failure{invalidValue};
        blas->allowsTF32 = (mode & 3) == tensorOperations;
    });
}

EXPORT const char *cublasGetStatusString(int status) {
    switch (status) {
    case ok: return "CUBLAS_STATUS_SUCCESS";
    case notInitialized: return "CUBLAS_STATUS_NOT_INITIALIZED";
    case invalidBlasValue: return "CUBLAS_STATUS_INVALID_VALUE";
    case executionFailed: return "CUBLAS_STATUS_EXECUTION_FAILED";
    case notSupportedByBlas: return "CUBLAS_STATUS_NOT_SUPPORTED";
    default: return "unknown cuBLAS status";
    }
}

EXPORT int cublasGemmEx(
    void *handle, int operationA, int operationB, int m, int n, int k, const void *alpha, const void *a,
    int typeA, int lda, const void *b, int typeB, int ldb, const void *beta, void *c, int typeC, int ldc,
    int compute, int) {
    Product product{m, n, k, 1, 1, 0, {a, {}, false, lda, 0}, {b, {}, false, ldb, 0}, c, {}, ldc, 0, false};
    return multiply({handle, {operationA, operationB}, alpha, beta, typeA, typeB, typeC, compute}, product);
}

EXPORT int cublasGemmStridedBatchedEx(
    void *handle, int operationA, int operationB, int m, int n, int k, const void *alpha, const void *a,
    int typeA, int lda, long long strideA, const void *b, int typeB, int ldb, long long strideB,
    const void *beta, void *c, int typeC, int ldc, long long strideC, int count, int compute, int) {
    Product product{m, n,  k,   count,   1,    0, {a, {}, false, lda, strideA}, {b, {}, false, ldb, strideB},
                    c, {}, ldc, strideC, false};
    return multiply({handle, {operationA, operationB}, alpha, beta, typeA, typeB, typeC, compute}, product);
}
