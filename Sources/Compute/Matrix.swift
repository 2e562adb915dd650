/// A block of device memory.  The address means something to the backend that made it only.
package final class DeviceStorage: @unchecked Sendable {
    package let address: UnsafeMutableRawPointer
    package let byteCount: Int
    private let release: @Sendable (UnsafeMutableRawPointer) -> Void

    /// Takes ownership of `byteCount` bytes at `address`; `release` runs once, when the last user is gone.
    package init(
        address: UnsafeMutableRawPointer, byteCount: Int,
        release: @escaping @Sendable (UnsafeMutableRawPointer) -> Void
    ) {
        self.address = address
        self.byteCount = byteCount
        self.release = release
    }

    deinit { release(address) }
}

/// A row-major float32 matrix on a device, or a view of some of its rows and columns.
///
/// Element (r, c) lies at `offset + r * stride + c` of the storage, counted in floats.  Vectors are
/// matrices of one row.  A view shares its storage with the matrix it was cut from.
package struct Matrix: Sendable {
    package let storage: DeviceStorage
    package let offset: Int
    package let rows: Int
    package let columns: Int
    package let stride: Int

    package init(storage: DeviceStorage, offset: Int = 0, rows: Int, columns: Int, stride: Int? = nil) {
        let stride = stride ?? columns
        precondition(rows >= 0 && columns >= 0 && stride >= columns, "a matrix needs stride >= columns")
        let end = rows == 0 ? offset : offset + (rows - 1) * stride + columns
        precondition(end * MemoryLayout<Float>.stride <= storage.byteCount, "a view must lie in its storage")
        self.storage = storage
        self.offset = offset
        self.rows = rows
        self.columns = columns
        self.stride = stride
    }

    /// The rows `range`, sharing storage.
    package func rows(_ range: Range<Int>) -> Matrix {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "row range outside the matrix")
        return Matrix(
            storage: storage, offset: offset + range.lowerBound * stride, rows: range.count,
            columns: columns, stride: stride)
    }

    /// The columns `range`, sharing storage.
    package func columns(_ range: Range<Int>) -> Matrix {
        precondition(range.lowerBound >= 0 && range.upperBound <= columns, "column range outside the matrix")
        return Matrix(
            storage: storage, offset: offset + range.lowerBound, rows: rows, columns: range.count,
            stride: stride)
    }

    /// Whether rows follow each other without a gap.
    package var isContiguous: Bool { stride == columns || rows <= 1 }

    /// The address of element (0, 0), for backends.
    package var pointer: UnsafeMutablePointer<Float> {
        storage.address.assumingMemoryBound(to: Float.self) + offset
    }
}

/// A vector of 32-bit indices on a device: token ids, row numbers, positions.
package struct IndexVector: Sendable {
    package let storage: DeviceStorage
    package let count: Int

    package init(storage: DeviceStorage, count: Int) {
        precondition(count * MemoryLayout<Int32>.stride <= storage.byteCount)
        self.storage = storage
        self.count = count
    }

    package var pointer: UnsafeMutablePointer<Int32> { storage.address.assumingMemoryBound(to: Int32.self) }
}
