import Compute

/// A tensor as a checkpoint file holds it: row-major, possibly unaligned, read-only mapped memory.
package struct StoredTensor: Sendable {
    package let name: String
    package let shape: [Int]
    /// As which elements are read.
    package let elementType: ElementType
    /// Whether the file holds F64, of which every reader gets float32, to nearest.
    package let isDouble: Bool
    /// The blocks that the file holds, of which every reader gets float32; nil: single elements.
    package let blocks: BlockFormat?
    /// How the file's rows differ from the tensor's; nil: not at all.
    package let arrangement: TensorArrangement?
    /// Keeps the file mapped.
    package let storage: DeviceStorage
    package let byteOffset: Int

    package init(
        name: String, shape: [Int], elementType: ElementType, isDouble: Bool = false,
        blocks: BlockFormat? = nil, arrangement: TensorArrangement? = nil,
        storage: DeviceStorage, byteOffset: Int
    ) {
        precondition(
            !isDouble && blocks == nil || elementType == .float32, "F64 and blocks are read as float32")
        self.name = name
        self.shape = shape
        self.elementType = elementType
        self.isDouble = isDouble
        self.blocks = blocks
        self.arrangement = arrangement
        self.storage = storage
        self.byteOffset = byteOffset
    }

    package var elementCount: Int { TensorRecord.elementCount(shape) ?? 0 }
    /// In the file.
    package var byteCount: Int { blocks?.byteCount(of: elementCount) ?? elementCount * elementByteCount }
    /// Whether the file holds the very elements in the very order that a device reads.
    package var isPlain: Bool { !isDouble && blocks == nil && arrangement == nil }
    private var elementByteCount: Int { isDouble ? 8 : elementType.byteCount }

    package var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: storage.address + byteOffset, count: byteCount)
    }

    /// Asks the system to read the tensor's bytes ahead in the background.
    package func prefetch() { storage.prefetch(byteOffset..<byteOffset + byteCount) }

    /// Some of the elements, in a row, in the order of the file.
    package func elements(_ range: Range<Int>) -> StoredTensor {
        precondition(range.lowerBound >= 0 && range.upperBound <= elementCount, "a range outside the tensor")
        precondition(
            blocks.map { range.lowerBound % $0.blockCount == 0 && range.count % $0.blockCount == 0 } ?? true,
            "a range of whole blocks")
        return StoredTensor(
            name: name, shape: [range.count], elementType: elementType, isDouble: isDouble, blocks: blocks,
            storage: storage,
            byteOffset: byteOffset
                + (blocks?.byteCount(of: range.lowerBound) ?? range.lowerBound * elementByteCount))
    }

    /// All elements as float32, row-major; those of F64 beyond its range are infinite (`finiteFloats` throws).
    package func floats() -> [Float] {
        let values = storedFloats()
        return arrangement?.restored(values, shape: shape) ?? values
    }

    /// The same in the order of the file.
    private func storedFloats() -> [Float] {
        [Float](unsafeUninitializedCapacity: elementCount) { output, count in
            count = elementCount
            let output = UnsafeMutableBufferPointer(rebasing: output[..<count])
            if let blocks { return blocks.widen(bytes, into: output) }
            switch elementType {
            case .float32 where isDouble: narrow(into: output)
            case .float32: UnsafeMutableRawBufferPointer(output).copyMemory(from: bytes)
            case .float16: widen(into: output, Self.widenedHalf)
            case .bfloat16: widen(into: output) { Float(bitPattern: UInt32($0) << 16) }
            }
        }
    }

    private func narrow(into output: UnsafeMutableBufferPointer<Float>) {
        for index in 0..<output.count { output[index] = Float(double(at: index)) }
    }

    /// An element of F64.
    @inline(__always)
    func double(at index: Int) -> Double {
        let bits = bytes.loadUnaligned(fromByteOffset: 8 &* index, as: UInt64.self)
        return Double(bitPattern: UInt64(littleEndian: bits))
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
