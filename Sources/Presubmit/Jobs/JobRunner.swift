import Foundation
import Synchronization

/// Runs jobs side by side, in the order in which they are given.
struct JobRunner {
    /// How many run at a time.
    let width: Int
    /// Seconds from some fixed moment on.
    let clock: @Sendable () -> Double

    struct Ended: Sendable {
        var job: CheckJob
        var seconds: Double
        var result: Result<CheckJob.Done, any Error>
    }

    /// Runs the jobs and those that follow from them.  After a failure only what belongs to the same step goes
    /// on.
    ///
    /// - Parameter report: called on this thread whenever a job has ended by itself.
    /// - Throws: What `report` throws, when all that runs has ended.
    func run(_ jobs: [CheckJob], report: (Ended) throws -> Void) throws {
        var waiting = jobs
        var running: [Int: (step: String, child: JobChild)] = [:]
        var failedStep: String?
        var trouble: (any Error)?
        let results = Mutex<[(number: Int, ended: Ended)]>([])
        let isEnded = DispatchSemaphore(value: 0)
        var number = 0
        while !waiting.isEmpty || !running.isEmpty {
            while running.count < max(1, width), !waiting.isEmpty {
                let job = waiting.removeFirst()
                let child = JobChild()
                running[number] = (job.step, child)
                start(job, child) { [number] ended in
                    results.withLock { $0.append((number, ended)) }
                    isEnded.signal()
                }
                number += 1
            }
            isEnded.wait()
            let (ender, ended) = results.withLock { $0.removeFirst() }
            let isStopped = running.removeValue(forKey: ender)?.child.isStopped == true
            if isStopped { continue }
            do { try report(ended) } catch { trouble = trouble ?? error }
            switch ended.result {
            case .success(let done): waiting += done.next
            case .failure: failedStep = failedStep ?? ended.job.step
            }
            guard failedStep != nil || trouble != nil else { continue }
            waiting.removeAll { trouble != nil || $0.step != failedStep }
            for other in running.values where trouble != nil || other.step != failedStep {
                other.child.stop()
            }
        }
        if let trouble { throw trouble }
    }

    private func start(_ job: CheckJob, _ child: JobChild, then end: @escaping @Sendable (Ended) -> Void) {
        let clock = clock
        let thread = Thread {
            let start = clock()
            let result = Result { try job.body(child) }
            end(Ended(job: job, seconds: clock() - start, result: result))
        }
        thread.stackSize = 8 << 20
        thread.start()
    }
}
