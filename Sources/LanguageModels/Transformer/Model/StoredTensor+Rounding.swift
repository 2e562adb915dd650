import Compute

extension StoredTensor {
    /// All elements in another element type, to nearest with ties to even, in memory of their own.
    ///
    /// - Throws: `LanguageModelError.doesNotFit`, `.beyondSingle` for a finite element that would become
    ///   infinite, unless that is allowed.
    package func rounded(
        to type: ElementType, allowsInfinity: Bool = false
    ) throws -> DeviceStorage {
        let values = allowsInfinity ? floats() : try finiteFloats()
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

    /// All elements as float32, row-major.
    ///
    /// - Throws: `LanguageModelError.beyondSingle` for a finite element of F64 that would become infinite.
    package func finiteFloats() throws -> [Float] {
        let values = floats()
        guard isDouble else { return values }
        for (index, value) in values.enumerated() where value.isInfinite {
            let exact = double(at: index)
            if exact.isFinite { throw LanguageModelError.beyondSingle(name: name, value: exact) }
        }
        return values
    }

    /// - Throws: `LanguageModelError.doesNotFit`, `.beyondSingle` for a finite element that would become
    ///   infinite in `type`.
    package func check(fits type: ElementType) throws {
        if isDouble { return try check(finiteFloats(), fit: type) }
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
