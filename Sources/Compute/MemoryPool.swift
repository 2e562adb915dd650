import Foundation
import Synchronization

/// Aligned host memory that is kept for reuse, so that each step of a loop finds the pages of the last one.
///
/// Requests are rounded up to size classes, four for each power of two.  Released blocks wait in their class
/// until they are asked for again; beyond `limit` waiting bytes they go back to the system, largest first.
package final class MemoryPool: Sendable {
    private struct State: ~Copyable {
        var waiting: [Int: [UInt]] = [:]
        var waitingBytes = 0
    }

    /// How many bytes may wait for reuse.
    package let limit: Int
    private let state = Mutex(State())
    private static let alignment = 64

    package init(limit: Int) {
        self.limit = limit
    }

    deinit { trim(to: 0) }

    /// At least `byteCount` bytes at a multiple of 64, not cleared; nil if the system has none.
    package func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer? {
        let size = Self.sizeClass(byteCount)
        let reused = state.withLock { state -> UInt? in
            guard let block = state.waiting[size]?.popLast() else { return nil }
            state.waitingBytes -= size
            return block
        }
        if let reused { return UnsafeMutableRawPointer(bitPattern: reused) }
        if let fresh = Self.systemAllocate(size) { return fresh }
        trim(to: 0)
        return Self.systemAllocate(size)
    }

    /// Gives back a block that `allocate` returned for the same `byteCount`.
    package func release(_ block: UnsafeMutableRawPointer, byteCount: Int) {
        let size = Self.sizeClass(byteCount)
        if size > limit {
            free(block)
            return
        }
        let address = UInt(bitPattern: block)
        state.withLock { state in
            state.waiting[size, default: []].append(address)
            state.waitingBytes += size
        }
        trim(to: limit)
    }

    /// Bytes that wait for reuse.
    package var waitingBytes: Int { state.withLock { $0.waitingBytes } }

    /// Returns waiting blocks to the system until at most `bytes` wait.
    package func trim(to bytes: Int) {
        state.withLock { state in
            while state.waitingBytes > bytes {
                guard let size = state.waiting.keys.filter({ state.waiting[$0]?.isEmpty == false }).max(),
                    let address = state.waiting[size]?.popLast()
                else { return }
                state.waitingBytes -= size
                free(UnsafeMutableRawPointer(bitPattern: address))
            }
        }
    }

    /// The smallest of 4, 5, 6 or 7 times a power of two that holds `byteCount`, at least 64.
    static func sizeClass(_ byteCount: Int) -> Int {
        if byteCount <= alignment { return alignment }
        let exponent = Int.bitWidth - 1 - (byteCount - 1).leadingZeroBitCount
        let step = max(alignment, 1 << max(0, exponent - 2))
        return (byteCount + step - 1) / step * step
    }

    /// Large blocks ask for large pages, which spare thousands of page faults and address look-ups.
    private static func systemAllocate(_ size: Int) -> UnsafeMutableRawPointer? {
        let largePage = 2 << 20
        let isLarge = size >= 2 * largePage
        var block: UnsafeMutableRawPointer?
        guard posix_memalign(&block, isLarge ? largePage : alignment, size) == 0 else { return nil }
        #if os(Linux)
            // Advice only: without large pages everything works the same.
            if isLarge { _ = madvise(block, size, MADV_HUGEPAGE) }
        #endif
        return block
    }
}
