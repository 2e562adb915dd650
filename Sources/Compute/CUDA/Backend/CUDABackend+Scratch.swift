extension CUDABackend {
    /// Runs `body` over parts of 0 ..< `count`, nearly equal ones, with working memory for `bytesPerIndex` bytes
    /// of each index and some cuts.
    ///
    /// The memory is made at its first use and kept, so that neither a step nor a recording asks for any; its
    /// users follow each other on the stream.  Only one index that needs more gets memory of its own.
    func withScratch(
        _ count: Int, bytesPerIndex: Int, _ body: (Range<Int>, ScratchMemory) -> Void
    ) {
        if count == 0 { return }
        let room = scratchBytes - ScratchMemory.cutBytes
        let most = max(1, room / max(1, bytesPerIndex))
        let parts = (count + most - 1) / most
        attempt {
            try scratch.withLock { kept in
                let storage: DeviceStorage
                if bytesPerIndex > room {
                    storage = try makeStorage(bytesPerIndex + ScratchMemory.cutBytes)
                } else {
                    storage = try kept ?? context.allocate(scratchBytes)
                    kept = storage
                }
                for part in 0..<parts {
                    body(count * part / parts..<count * (part + 1) / parts, ScratchMemory(storage))
                }
            }
        }
    }
}

/// Working memory that is given out piece by piece.
struct ScratchMemory {
    private static let alignment = 256
    /// Lost between pieces, of which there are at most eight.
    static let cutBytes = 8 * alignment
    private let storage: DeviceStorage
    private var used = 0

    init(_ storage: DeviceStorage) { self.storage = storage }

    mutating func take(_ byteCount: Int) -> UnsafeMutableRawPointer {
        let piece = storage.address + used
        used += (byteCount + Self.alignment - 1) / Self.alignment * Self.alignment
        precondition(used <= storage.byteCount, "pieces fit the working memory")
        return piece
    }
}
