import Compute

/// A tensor that a checkpoint file lists, of whatever element type.
package struct TensorRecord: Sendable {
    package let name: String
    /// As safetensors names it ("F32", "I64", "BOOL"); tensors of torch files are named alike.
    package let typeName: String
    package let shape: [Int]
    /// Keeps the file mapped.
    package let storage: DeviceStorage
    package let byteOffset: Int
    package let byteCount: Int
    /// How the file's rows differ from the tensor's; nil: not at all.
    package let arrangement: TensorArrangement?

    package init(
        name: String, typeName: String, shape: [Int], storage: DeviceStorage, byteOffset: Int, byteCount: Int,
        arrangement: TensorArrangement? = nil
    ) {
        self.name = name
        self.typeName = typeName
        self.shape = shape
        self.storage = storage
        self.byteOffset = byteOffset
        self.byteCount = byteCount
        self.arrangement = arrangement
    }

    /// The same tensor under another name.
    package func renamed(_ name: String) -> TensorRecord {
        TensorRecord(
            name: name, typeName: typeName, shape: shape, storage: storage, byteOffset: byteOffset,
            byteCount: byteCount, arrangement: arrangement)
    }

    /// Whether the elements are F64.
    package var isDouble: Bool { typeName == "F64" }

    /// The blocks that hold the elements, if they are blocks.
    package var blocks: BlockFormat? { BlockFormat(rawValue: typeName) }

    /// The tensor, or nil if its elements are not F32, F16, BF16, F64 or blocks.
    package var stored: StoredTensor? {
        (isDouble || blocks != nil ? .float32 : ElementType(rawValue: typeName)).map {
            StoredTensor(
                name: name, shape: shape, elementType: $0, isDouble: isDouble, blocks: blocks,
                arrangement: arrangement, storage: storage, byteOffset: byteOffset)
        }
    }

    package var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: storage.address + byteOffset, count: byteCount)
    }

    /// Bytes of an element of a type by its safetensors name; nil for a type we do not know, or whose
    /// elements do not fill whole bytes.
    static func elementByteCount(_ typeName: String) -> Int? {
        switch typeName {
        case "BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2", "F8_E8M0": 1
        case "F16", "BF16", "U16", "I16": 2
        case "F32", "U32", "I32": 4
        case "F64", "U64", "I64", "C64": 8
        case "C128": 16
        default: nil
        }
    }

    /// The product of `shape`, nil if a dimension is negative or those above 0 multiply to more than an
    /// integer holds, whatever their order.
    static func elementCount(_ shape: [Int]) -> Int? {
        var count = 1
        for dimension in shape where dimension != 0 {
            let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
            if overflow || dimension < 0 { return nil }
            count = product
        }
        return shape.contains(0) ? 0 : count
    }
}
