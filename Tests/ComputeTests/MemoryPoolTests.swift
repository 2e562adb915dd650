import XCTest

@testable import Compute

final class MemoryPoolTests: XCTestCase {
    func testSizeClassesHoldTheirRequestsWithAQuarterToSpare() {
        for request in Array(0...5000) + [65535, 65536, 65537, 1_000_000, 1 << 30, (1 << 30) + 1] {
            let size = MemoryPool.sizeClass(request)
            XCTAssertGreaterThanOrEqual(size, request)
            XCTAssertEqual(size % 64, 0, "request \(request)")
            XCTAssertLessThanOrEqual(size, max(64, request + request / 4 + 64), "request \(request)")
        }
    }

    func testReleasedMemoryIsUsedAgain() throws {
        let pool = MemoryPool(limit: 1 << 20)
        let first = try XCTUnwrap(pool.allocate(1000))
        XCTAssertEqual(UInt(bitPattern: first) % 64, 0)
        pool.release(first, byteCount: 1000)
        XCTAssertEqual(pool.waitingBytes, MemoryPool.sizeClass(1000))
        XCTAssertEqual(pool.allocate(1001), first)
        XCTAssertEqual(pool.waitingBytes, 0)
        pool.release(first, byteCount: 1001)
    }

    func testWaitingMemoryIsBounded() throws {
        let pool = MemoryPool(limit: 10_000)
        let blocks = try (0..<20).map { _ in try XCTUnwrap(pool.allocate(1024)) }
        for block in blocks { pool.release(block, byteCount: 1024) }
        XCTAssertLessThanOrEqual(pool.waitingBytes, 10_000)
        XCTAssertGreaterThan(pool.waitingBytes, 8_000)
        let large = try XCTUnwrap(pool.allocate(20_000))
        pool.release(large, byteCount: 20_000)
        XCTAssertLessThanOrEqual(pool.waitingBytes, 10_000)
        pool.trim(to: 0)
        XCTAssertEqual(pool.waitingBytes, 0)
    }

    func testManyThreadsMayAllocateAndRelease() {
        let pool = MemoryPool(limit: 1 << 16)
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            for round in 0..<500 {
                let size = 64 + (round * 37 + thread * 101) % 5000
                guard let block = pool.allocate(size) else { return XCTFail("no memory") }
                let bytes = block.assumingMemoryBound(to: UInt8.self)
                bytes[0] = UInt8(thread)
                bytes[size - 1] = UInt8(thread)
                XCTAssertEqual(bytes[0], UInt8(thread))
                pool.release(block, byteCount: size)
            }
        }
        XCTAssertLessThanOrEqual(pool.waitingBytes, 1 << 16)
    }

    func testImpossibleRequestsAreErrors() {
        let backend = CPUBackend(threads: 1)
        XCTAssertThrowsError(try backend.makeMatrix(rows: 1 << 30, columns: 1 << 28)) { error in
            guard case ComputeError.outOfMemory(_, let bytes)? = error as? ComputeError else {
                return XCTFail("\(error)")
            }
            XCTAssertEqual(bytes, 1 << 60)
        }
    }

    /// An operation cannot throw; the next wait does, once.
    func testMissingScratchIsReportedByTheNextWait() throws {
        let backend = CPUBackend(threads: 1)
        backend.withScratch(1 << 60) { _ in XCTFail("there is no such memory") }
        XCTAssertThrowsError(try backend.read(backend.makeMatrix(rows: 1, columns: 1))) { error in
            XCTAssertEqual(
                error as? ComputeError,
                .outOfMemory(device: backend.deviceDescription, requestedBytes: 1 << 60))
        }
        XCTAssertNoThrow(try backend.synchronize())
    }

    func testMatricesReturnTheirMemory() throws {
        let backend = CPUBackend(threads: 1)
        for _ in 0..<3 {
            let matrix = try backend.makeMatrix(rows: 10, columns: 100)
            XCTAssertEqual(backend.memory.waitingBytes, 0)
            _ = matrix.rows(2..<3)
        }
        XCTAssertEqual(backend.memory.waitingBytes, MemoryPool.sizeClass(4000))
    }
}
