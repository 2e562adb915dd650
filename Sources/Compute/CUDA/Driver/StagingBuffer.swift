import CCUDA

/// The way of bytes from the host to the device: pinned memory in two halves, one being filled while the
/// other is copied, so that the host waits for the device only when it is a whole half ahead.  One thread at a
/// time may use it.
final class StagingBuffer: @unchecked Sendable {
    private let context: CUDAContext
    private let buffer: PinnedBuffer
    private let half: Int
    /// Passed when the device has read a half.
    private let emptied: [OpaquePointer]
    private var isWaitedFor = [false, false]
    private var current = 0
    private var used = 0
    private static let alignment = 16

    /// - Throws: `ComputeError`.
    init(halfBytes: Int, on context: CUDAContext) throws {
        self.context = context
        half = halfBytes
        buffer = try PinnedBuffer(2 * halfBytes, on: context)
        var events: [OpaquePointer] = []
        for _ in 0..<2 {
            var event: OpaquePointer?
            try context.check(ccuda_event_create(context.libraries.handle, false, &event))
            guard let event else { preconditionFailure("an event was made") }
            events.append(event)
        }
        emptied = events
    }

    deinit {
        context.use()
        for event in emptied { ccuda_event_destroy(context.libraries.handle, event) }
    }

    /// The most that can be sent at once.
    var chunkBytes: Int { half }

    /// Queues a copy of `byteCount` bytes to `target`; `fill` writes them and they may change afterwards.
    ///
    /// - Throws: `ComputeError`.
    func send(
        _ byteCount: Int, to target: UnsafeMutableRawPointer, _ fill: (UnsafeMutableRawPointer) -> Void
    ) throws {
        precondition(byteCount <= half, "a chunk fits a half")
        if byteCount == 0 { return }
        context.use()
        if used + byteCount > half { try turn() }
        let place = buffer.address + current * half + used
        fill(place)
        let count = Int64(byteCount)
        try context.check(
            ccuda_copy(
                context.libraries.handle, target, count, place, count, count, 1, CCUDA_TO_DEVICE,
                context.stream))
        used += (byteCount + Self.alignment - 1) / Self.alignment * Self.alignment
    }

    /// Goes on in the other half, once the device has read what was there.
    private func turn() throws {
        let libraries = context.libraries.handle
        try context.check(ccuda_event_record(libraries, emptied[current], context.stream))
        isWaitedFor[current] = true
        current = 1 - current
        used = 0
        if isWaitedFor[current] { try context.check(ccuda_event_wait(libraries, emptied[current])) }
    }
}
