import CKernels

/// A fixed number of threads that share loops.
///
/// The threads wait for work: spinning for some microseconds, then asleep.  They end with the pool.
package final class ThreadPool: Sendable {
    /// How many threads share a loop, the caller's included: fewer than asked for if the system has no more.
    package let threads: Int
    /// Used by the C kernels, which share loops too.
    nonisolated(unsafe) let handle: OpaquePointer

    package init(threads: Int) {
        precondition(threads > 0, "a loop needs a thread")
        guard let handle = ck_pool_create(threads) else { preconditionFailure("no memory for a thread pool") }
        self.handle = handle
        self.threads = ck_pool_threads(handle)
    }

    deinit { ck_pool_destroy(handle) }

    /// Runs `body` for every index below `count`, each once and in any order, on up to `threads` threads;
    /// returns when all are done.  Indices go one by one to whichever thread is free.  A call from within a
    /// body, or while another thread's loop has the pool, runs on the calling thread alone.  Bodies must
    /// write to separate places.
    package func run(_ count: Int, _ body: @Sendable (Int) -> Void) {
        precondition(count >= 0, "a loop cannot have a negative length")
        withoutActuallyEscaping(body) { body in
            withUnsafePointer(to: body) { address in
                ck_pool_run(
                    handle, count,
                    { context, index in
                        context?.assumingMemoryBound(to: (@Sendable (Int) -> Void).self).pointee(index)
                    }, UnsafeMutableRawPointer(mutating: address))
            }
        }
    }
}
