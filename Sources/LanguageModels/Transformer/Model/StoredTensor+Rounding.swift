import Compute

extension StoredTensor {
    /// All elements in another element type, to nearest with ties to even, in memory of their own.
    ///
    /// - Throws: `LanguageModelError.doesNotFit` for a finite element that would become infinite, unless that is
    ///   allowed.
    package func rounded(
        to type: ElementType, allowsInfinity: Bool = false
    ) throws -> DeviceStorage {
        let values = floats()
        if !allowsInfinity { try check(values, fit: type) }
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

    /// - Throws: `LanguageModelError.doesNotFit` for a finite element that would become infinite in `type`.
    package func check(fits type: ElementType) throws {
        guard type != elementType, type.largest < elementType.largest else { return }
        try check(floats(), fit: type)
    }

    private func check(_ values: [Float], fit type: ElementType) throws {
        // The largest magnitude of all that are finite; this loop takes no branches.
        var largest: UInt32 = 0
        for value in values {
            let magnitude = value.bitPattern & 0x7FFF_FFFF
            largest = max(largest, magnitude < 0x7F80_0000 ? magnitude : 0)
        }
        guard Float(bitPattern: largest) > type.largest,
            let outside = values.first(where: { $0.magnitude.bitPattern == largest })
        else { return }
        throw LanguageModelError.doesNotFit(name: name, value: outside, type: type.rawValue)
    }
}

extension ElementType {
    /// The largest float32 that is rounded to a finite number.
    fileprivate var largest: Float {
        switch self {
        case .float32: Float.greatestFiniteMagnitude
        case .float16: Float(65520).nextDown
        case .bfloat16: Float(bitPattern: 0x7F7F_7FFF)
        }
    }
}
