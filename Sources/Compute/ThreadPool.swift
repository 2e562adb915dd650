import Dispatch

/// A fixed number of threads that share loops.
package final class ThreadPool: Sendable {
    package let threads: Int

    package init(threads: Int) {
        precondition(threads > 0)
        self.threads = threads
    }

    /// Runs `body` for every index below `count`, in any order, on up to `threads` threads; returns when all
    /// are done.  Bodies must write to separate places.
    package func run(_ count: Int, _ body: @Sendable (Int) -> Void) {
        if threads == 1 || count <= 1 {
            for index in 0..<count { body(index) }
        } else {
            DispatchQueue.concurrentPerform(iterations: count, execute: body)
        }
    }
}
