import Foundation
import Synchronization
import XCTest

@testable import Compute

final class ThreadPoolTests: XCTestCase {
    func testEveryIndexRunsOnce() {
        for threads in [1, 2, 3, 9] {
            let pool = ThreadPool(threads: threads)
            XCTAssertEqual(pool.threads, threads)
            for count in [0, 1, 2, 3, 10, 1000] {
                let counts = Counts(count)
                pool.run(count) { counts.add($0) }
                XCTAssertEqual(
                    counts.values, Array(repeating: 1, count: count), "\(threads) threads, \(count)")
            }
        }
    }

    func testManyShortLoops() {
        let pool = ThreadPool(threads: 4)
        let counts = Counts(5)
        for _ in 0..<20_000 { pool.run(5) { counts.add($0) } }
        XCTAssertEqual(counts.values, Array(repeating: 20_000, count: 5))
    }

    func testResultsAreVisibleAfterTheLoop() {
        let pool = ThreadPool(threads: 3)
        let values = UnsafeMutableBufferPointer<Int>.allocate(capacity: 64)
        defer { values.deallocate() }
        nonisolated(unsafe) let shared = values
        for round in 0..<2000 {
            pool.run(64) { shared[$0] = round + $0 }
            XCTAssertEqual(values.reduce(0, +), 64 * round + 2016, "round \(round)")
        }
    }

    func testThreadsRunAtTheSameTime() {
        let pool = ThreadPool(threads: 2)
        let arrived = Atomic(0), met = Atomic(0)
        pool.run(2) { _ in
            arrived.add(1, ordering: .sequentiallyConsistent)
            // Gives the other thread many turns to come; a single thread would wait in vain.
            for _ in 0..<5_000_000 where arrived.load(ordering: .sequentiallyConsistent) < 2 { sched_yield() }
            if arrived.load(ordering: .sequentiallyConsistent) == 2 {
                met.add(1, ordering: .sequentiallyConsistent)
            }
        }
        XCTAssertEqual(met.load(ordering: .sequentiallyConsistent), 2)
    }

    func testNestedLoopsRunInline() {
        let pool = ThreadPool(threads: 4), other = ThreadPool(threads: 2)
        let counts = Counts(8 * 6)
        pool.run(8) { outer in
            let thread = pthread_self()
            pool.run(3) { inner in
                XCTAssertNotEqual(pthread_equal(thread, pthread_self()), 0)
                counts.add(outer * 6 + inner)
            }
            other.run(3) { counts.add(outer * 6 + 3 + $0) }
        }
        XCTAssertEqual(counts.values, Array(repeating: 1, count: 48))
    }

    func testSeveralThreadsMayUseOnePool() {
        let pool = ThreadPool(threads: 3)
        let counts = Counts(4 * 100)
        DispatchQueue.concurrentPerform(iterations: 4) { caller in
            for _ in 0..<200 { pool.run(100) { counts.add(caller * 100 + $0) } }
        }
        XCTAssertEqual(counts.values, Array(repeating: 200, count: 400))
    }

    func testPoolsComeAndGo() {
        let counts = Counts(1)
        for round in 0..<200 {
            let pool = ThreadPool(threads: 1 + round % 5)
            pool.run(round % 4) { _ in counts.add(0) }
        }
        XCTAssertEqual(counts.values, [300])
    }

    func testBodiesAreReleased() {
        let pool = ThreadPool(threads: 4)
        weak var kept: Counts?
        do {
            let counts = Counts(100)
            kept = counts
            pool.run(100) { counts.add($0) }
        }
        XCTAssertNil(kept)
    }
}

/// How often each index ran.
private final class Counts: Sendable {
    private let state: Mutex<[Int]>

    init(_ count: Int) { state = Mutex(Array(repeating: 0, count: count)) }

    func add(_ index: Int) { state.withLock { $0[index] += 1 } }

    var values: [Int] { state.withLock { $0 } }
}
