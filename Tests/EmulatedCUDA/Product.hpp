#pragma once
#include <cstddef>

namespace emulated {

/// As cudaDataType numbers them.
enum class Element : int { float32 = 0, float16 = 2, bfloat16 = 14 };

size_t bytes(Element element);

/// One operand, column-major: element (row, column) is at row + column · leading.
struct Operand {
    const void *start;
    Element element;
    bool isTransposed;
    int leading;
    long long stride;
};

/// C = alpha · op(A) · op(B) + beta · C with sums in float32, in an order that depends on k alone.
struct Product {
    int m, n, k, count;
    float alpha, beta;
    Operand a, b;
    void *c;
    Element elementC;
    int leadingC;
    long long strideC;
    /// float32 operands are rounded to 10 bits of mantissa first.
    bool roundsToTF32;

    void run() const;
};

}  // namespace emulated
