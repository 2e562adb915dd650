#include "Product.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

namespace emulated {

namespace {

// C is made of tiles that stay in registers: `tileRows` values down, one vector for each of `tileColumns`.
constexpr int tileRows = 16, tileColumns = 6;
typedef float Column __attribute__((vector_size(tileRows * sizeof(float)), aligned(4)));

uint32_t bitsOf(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

float fromBits(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/// To the nearest value with 10 bits of mantissa, halves away from zero, as tensor cores take float32.
float toTF32(float value) {
    uint32_t bits = bitsOf(value);
    return (bits & 0x7f800000) == 0x7f800000 ? value : fromBits((bits + 0x1000) & ~uint32_t(0x1fff));
}

float load(const void *start, Element element, size_t index) {
    if (element == Element::float32) return static_cast<const float *>(start)[index];
    if (element == Element::float16) return float(static_cast<const _Float16 *>(start)[index]);
    return fromBits(uint32_t(static_cast<const uint16_t *>(start)[index]) << 16);
}

void store(void *start, Element element, size_t index, float value) {
    if (element == Element::float32) {
        static_cast<float *>(start)[index] = value;
    } else if (element == Element::float16) {
        static_cast<_Float16 *>(start)[index] = _Float16(value);
    } else {
        uint32_t bits = bitsOf(value);
        bits = value != value ? bits | 0x400000 : bits + 0x7fff + (bits >> 16 & 1);
        static_cast<uint16_t *>(start)[index] = uint16_t(bits >> 16);
    }
}

/// Copies op(operand) into panels of `width` rows (of A) or columns (of B): k after k, `width` values each,
/// zeros where the operand ends.
std::vector<float> pack(
    const Operand &operand, size_t first, int lines, int k, int width, bool linesAreRows, bool roundsToTF32) {
    size_t panels = size_t(lines + width - 1) / size_t(width);
    std::vector<float> packed(panels * size_t(width) * size_t(k));
    bool linesAreInner = linesAreRows != operand.isTransposed;
    size_t leading = size_t(operand.leading);
    for (int line = 0; line < lines; line++) {
        float *to = packed.data() + size_t(line / width) * size_t(width) * size_t(k) + size_t(line % width);
        for (int inner = 0; inner < k; inner++) {
            size_t at = linesAreInner ? size_t(line) + size_t(inner) * leading
                                      : size_t(line) * leading + size_t(inner);
            float value = load(operand.start, operand.element, first + at);
            to[size_t(inner) * size_t(width)] =
                roundsToTF32 && operand.element == Element::float32 ? toTF32(value) : value;
        }
    }
    return packed;
}

#if defined(__x86_64__)
__attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#endif
void multiplyTile(const float *a, const float *b, int k, float *sums) {
    Column tile[tileColumns] = {};
    for (int inner = 0; inner < k; inner++, a += tileRows, b += tileColumns) {
        Column column;
        memcpy(&column, a, sizeof column);
        for (int index = 0; index < tileColumns; index++) tile[index] += column * b[index];
    }
    memcpy(sums, tile, sizeof tile);
}

}  // namespace

size_t bytes(Element element) { return element == Element::float32 ? 4 : 2; }

void Product::run() const {
    for (int matrix = 0; matrix < count; matrix++) {
        size_t firstA = size_t(a.stride * matrix), firstB = size_t(b.stride * matrix);
        size_t firstC = size_t(strideC * matrix);
        int depth = alpha == 0 ? 0 : k;
        std::vector<float> packedA = pack(a, firstA, m, depth, tileRows, true, roundsToTF32);
        std::vector<float> packedB = pack(b, firstB, n, depth, tileColumns, false, roundsToTF32);
        float sums[tileRows * tileColumns];
        for (int column = 0; column < n; column += tileColumns)
            for (int row = 0; row < m; row += tileRows) {
                multiplyTile(
                    packedA.data() + size_t(row) * size_t(depth),
                    packedB.data() + size_t(column) * size_t(depth), depth, sums);
                for (int j = 0; j < std::min(tileColumns, n - column); j++)
                    for (int i = 0; i < std::min(tileRows, m - row); i++) {
                        size_t at = firstC + size_t(column + j) * size_t(leadingC) + size_t(row + i);
                        float sum = alpha * sums[j * tileRows + i];
                        store(c, elementC, at, beta == 0 ? sum : sum + beta * load(c, elementC, at));
                    }
            }
    }
}

}  // namespace emulated
