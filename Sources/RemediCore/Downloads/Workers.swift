import Foundation
import Synchronization

/// Tasks that mostly wait, on threads of their own.
enum Workers {
    /// Runs `body` for every index below `count`, in order of the indices, at most `threads` at a time.
    ///
    /// After a failure no further task starts, and `stop` is called to end those that run.
    /// - Throws: the first failure.
    static func run(
        _ count: Int, threads: Int, stop: @escaping @Sendable () -> Void,
        _ body: @escaping @Sendable (Int) throws -> Void
    ) throws {
        struct Queue {
            var next = 0
            var failure: (any Error)?
        }
        let queue = Shared(Queue())
        let group = DispatchGroup()
        for _ in 0..<min(threads, count) {
            group.enter()
            let thread = Thread {
                defer { group.leave() }
                while let index = queue.value.withLock({ queue -> Int? in
                    guard queue.failure == nil, queue.next < count else { return nil }
                    queue.next += 1
                    return queue.next - 1
                }) {
                    do {
                        try body(index)
                    } catch {
                        let isFirst = queue.value.withLock { queue in
                            guard queue.failure == nil else { return false }
                            queue.failure = error
                            return true
                        }
                        if isFirst { stop() }
                    }
                }
            }
            thread.stackSize = 1 << 20
            thread.start()
        }
        group.wait()
        if let failure = queue.value.withLock({ $0.failure }) { throw failure }
    }

    private final class Shared<Value>: Sendable where Value: ~Copyable {
        let value: Mutex<Value>
        init(_ value: consuming sending Value) { self.value = Mutex(value) }
    }
}
