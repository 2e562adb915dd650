#pragma once
#include <cstddef>

namespace emulated {

struct Stream;

/// A handle of cuBLAS.
struct Blas {
    int device;
    Stream *stream = nullptr;
    void *workspace = nullptr;
    /// Of cublasSetMathMode: lets float32 operands be rounded.
    bool allowsTF32 = false;
};

}  // namespace emulated
