import Compute

/// Which elements of a storage make up a tensor: (i, j, …) lies at offset + i · strides[0] + j · strides[1] …
struct TorchTensorView: Hashable {
    let typeName: String
    let elementByteCount: Int
    /// Of the tensor's first element in the file.
    let byteOffset: Int
    let shape: [Int]
    let strides: [Int]
    let count: Int

    /// Nil if an element would lie outside the storage, whose bytes start at `storageOffset` in the file.
    init?(storage: TorchStorage, storageOffset: Int, offset: Int, shape: [Int], strides: [Int]) {
        guard shape.count == strides.count, offset >= 0, strides.allSatisfy({ $0 >= 0 }),
            let count = TensorRecord.elementCount(shape)
        else { return nil }
        var last = offset
        for (size, stride) in zip(shape, strides) where count > 0 {
            let (reach, overflow) = (size - 1).multipliedReportingOverflow(by: stride)
            let (sum, overflow2) = last.addingReportingOverflow(reach)
            guard !overflow, !overflow2 else { return nil }
            last = sum
        }
        guard count > 0 ? last < storage.view.count : offset <= storage.view.count else { return nil }
        typeName = storage.typeName
        elementByteCount = storage.elementByteCount
        byteOffset = storageOffset + (storage.view.lowerBound + offset) * storage.elementByteCount
        self.shape = shape
        self.strides = strides
        self.count = count
    }

    /// Of a contiguous view, which is not larger than its storage.
    var byteCount: Int { count * elementByteCount }

    /// Whether the elements lie row by row without a gap.
    var isContiguous: Bool {
        var expected = 1
        for (size, stride) in zip(shape, strides).reversed() where size != 1 && count > 0 {
            if stride != expected { return false }
            expected *= size
        }
        return true
    }

    /// Copies the elements row by row.
    func gather(from source: UnsafeRawPointer, into target: UnsafeMutableRawPointer) {
        var index = [Int](repeating: 0, count: shape.count)
        var position = 0
        guard let row = shape.last, let step = strides.last, count > 0 else { return }
        for line in 0..<count / row {
            let output = target + line * row * elementByteCount
            switch elementByteCount {
            case 2: gather(UInt16.self, row, step, source + position * 2, output)
            case 4: gather(UInt32.self, row, step, source + position * 4, output)
            default:
                for item in 0..<row {
                    (output + item * elementByteCount).copyMemory(
                        from: source + (position + item * step) * elementByteCount,
                        byteCount: elementByteCount)
                }
            }
            for axis in (0..<shape.count - 1).reversed() {
                index[axis] += 1
                position += strides[axis]
                if index[axis] < shape[axis] { break }
                position -= index[axis] * strides[axis]
                index[axis] = 0
            }
        }
    }

    @inline(__always)
    private func gather<T: BitwiseCopyable>(
        _: T.Type, _ count: Int, _ step: Int, _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer
    ) {
        let size = MemoryLayout<T>.size
        for item in 0..<count {
            let value = source.loadUnaligned(fromByteOffset: item &* step &* size, as: T.self)
            target.storeBytes(of: value, toByteOffset: item &* size, as: T.self)
        }
    }
}

/// Makes tensors of views: contiguous ones stay where they are in the file, others are gathered in memory,
/// once for all tensors that share them.
struct GatheredTensors {
    private var known: [TorchTensorView: DeviceStorage] = [:]
    /// Bytes that may still be gathered: a view can claim far more elements than its storage has.
    private var limit: Int

    init(limit: Int) { self.limit = limit }

    /// Nil if too much would have to be gathered.
    mutating func record(of view: TorchTensorView, name: String, file: MappedFile) throws -> TensorRecord? {
        guard !view.isContiguous else {
            return TensorRecord(
                name: name, typeName: view.typeName, shape: view.shape, storage: file.storage,
                byteOffset: view.byteOffset, byteCount: view.byteCount)
        }
        let (bytes, overflow) = view.count.multipliedReportingOverflow(by: view.elementByteCount)
        if known[view] == nil {
            guard !overflow, bytes <= limit else { return nil }
            limit -= bytes
            let target = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
            view.gather(from: file.storage.address + view.byteOffset, into: target)
            known[view] = DeviceStorage(address: target, byteCount: bytes, release: { $0.deallocate() })
        }
        return known[view].map {
            TensorRecord(
                name: name, typeName: view.typeName, shape: view.shape, storage: $0, byteOffset: 0,
                byteCount: bytes)
        }
    }
}
