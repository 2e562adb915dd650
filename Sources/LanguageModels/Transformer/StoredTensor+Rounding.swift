import Compute

extension StoredTensor {
    /// All elements in another element type, to nearest with ties to even, in memory of their own.
    package func rounded(to type: ElementType) -> DeviceStorage {
        let values = floats()
        let bytes = max(values.count * type.byteCount, 1)
        let address = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        values.withUnsafeBufferPointer { source in
            switch type {
            case .float32:
                address.copyMemory(from: UnsafeRawPointer(source.baseAddress!), byteCount: bytes)
            case .float16:
                let target = address.assumingMemoryBound(to: UInt16.self)
                for index in 0..<source.count { target[index] = HalfPrecision.float16(source[index]) }
            case .bfloat16:
                let target = address.assumingMemoryBound(to: UInt16.self)
                for index in 0..<source.count { target[index] = HalfPrecision.bfloat16(source[index]) }
            }
        }
        return DeviceStorage(address: address, byteCount: bytes) { $0.deallocate() }
    }
}
