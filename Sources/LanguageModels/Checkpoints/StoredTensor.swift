import Compute

/// A tensor as a checkpoint file holds it: row-major, possibly unaligned, read-only mapped memory.
package struct StoredTensor: Sendable {
    package let name: String
    package let shape: [Int]
    package let elementType: ElementType
    /// Keeps the file mapped.
    package let storage: DeviceStorage
    package let byteOffset: Int

    package var elementCount: Int { shape.reduce(1, *) }
    package var byteCount: Int { elementCount * elementType.byteCount }

    package var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: storage.address + byteOffset, count: byteCount)
    }

    /// Asks the system to read the tensor's bytes ahead in the background.
    package func prefetch() { storage.prefetch(byteOffset..<byteOffset + byteCount) }

    /// Some of the elements, in a row.
    package func elements(_ range: Range<Int>) -> StoredTensor {
        precondition(range.lowerBound >= 0 && range.upperBound <= elementCount, "a range outside the tensor")
        return StoredTensor(
            name: name, shape: [range.count], elementType: elementType, storage: storage,
            byteOffset: byteOffset + range.lowerBound * elementType.byteCount)
    }

    /// All elements as float32, row-major.
    package func floats() -> [Float] {
        [Float](unsafeUninitializedCapacity: elementCount) { output, count in
            count = elementCount
            switch elementType {
            case .float32: UnsafeMutableRawBufferPointer(output).copyMemory(from: bytes)
            case .float16: widen(into: output, Self.widenedHalf)
            case .bfloat16: widen(into: output) { Float(bitPattern: UInt32($0) << 16) }
            }
        }
    }

    @inline(__always)
    private func widen(into output: UnsafeMutableBufferPointer<Float>, _ widened: (UInt16) -> Float) {
        let source = bytes
        for index in 0..<output.count {
            let bits = source.loadUnaligned(fromByteOffset: 2 &* index, as: UInt16.self)
            output[index] = widened(UInt16(littleEndian: bits))
        }
    }

    /// An IEEE half in single precision.  Exponent and mantissa are moved to their places in a single;
    /// a multiplication by 2¹¹² corrects the exponent, subnormals included.
    @inline(__always)
    private static func widenedHalf(_ bits: UInt16) -> Float {
        let magnitude = UInt32(bits & 0x7FFF)
        let sign = UInt32(bits & 0x8000) << 16
        let isSpecial = magnitude >= 0x7C00
        let scaled = Float(bitPattern: magnitude << 13) * 0x1p112
        return Float(bitPattern: sign | (isSpecial ? magnitude << 13 | 0x7F80_0000 : scaled.bitPattern))
    }
}
