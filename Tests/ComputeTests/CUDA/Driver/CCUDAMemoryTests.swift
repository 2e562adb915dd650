import CCUDA
import XCTest

/// Memory and copies.
final class CCUDAMemoryTests: XCTestCase {
    private let stream = CCUDAStreamRef(bitPattern: 1)

    func testAPool() throws {
        let stub = try StubLibraries()
        let libraries = try stub.open()
        stub.set("attribute 115", 1)
        var pointer: UnsafeMutableRawPointer?
        XCTAssertEqual(ccuda_allocate(libraries, 0, 4096, stream, &pointer), CCUDA_OK)
        XCTAssertNotNil(pointer)
        XCTAssertEqual(ccuda_release(libraries, 0, pointer, stream), CCUDA_OK)
        XCTAssertEqual(ccuda_keep_memory(libraries, 0, .max), CCUDA_OK)
        XCTAssertEqual(ccuda_trim_memory(libraries, 0, 1024), CCUDA_OK)
        XCTAssertEqual(
            stub.notes(),
            [
                "cudaMallocAsync 4096", "cudaFreeAsync", "cudaDeviceGetDefaultMemPool",
                "cudaMemPoolSetAttribute 4 \(UInt64.max)", "cudaDeviceGetDefaultMemPool",
                "cudaMemPoolTrimTo 1024",
            ])
        for (name, value) in [7: 100, 8: 300, 5: 500] { stub.set("pool \(name)", value) }
        var (used, highest, reserved): (Int64, Int64, Int64) = (0, 0, 0)
        XCTAssertEqual(ccuda_pool_usage(libraries, 0, &used, &highest, &reserved), CCUDA_OK)
        XCTAssertEqual([used, highest, reserved], [100, 300, 500])
    }

    func testWithoutPools() throws {
        for lacking in [nil, "cudaMallocAsync", "cudaMemPoolTrimTo"] as [String?] {
            let stub = try StubLibraries(lacking: lacking)
            let libraries = try stub.open()
            stub.set("attribute 115", lacking == nil ? 0 : 1)
            var pointer: UnsafeMutableRawPointer?
            XCTAssertEqual(ccuda_allocate(libraries, 0, 4096, stream, &pointer), CCUDA_OK)
            XCTAssertEqual(ccuda_release(libraries, 0, pointer, stream), CCUDA_OK)
            XCTAssertEqual(ccuda_keep_memory(libraries, 0, 1), CCUDA_OK)
            XCTAssertEqual(ccuda_trim_memory(libraries, 0, 0), CCUDA_OK)
            // Freed when the stream is done with it.
            XCTAssertEqual(
                stub.notes(), ["cudaMalloc 4096", "cudaStreamSynchronize", "cudaFree"],
                lacking ?? "no support")
            var (used, highest, reserved): (Int64, Int64, Int64) = (0, 0, 0)
            XCTAssertEqual(ccuda_pool_usage(libraries, 0, &used, &highest, &reserved), CCUDA_OK)
            XCTAssertEqual([used, highest, reserved], [-1, -1, -1], lacking ?? "no support")
        }
    }

    func testOutOfMemory() throws {
        let stub = try StubLibraries()
        let libraries = try stub.open()
        stub.set("cudaMalloc", 2)
        var pointer: UnsafeMutableRawPointer?
        CCUDATest.check(
            ccuda_allocate(libraries, 3, 10 << 30, stream, &pointer), CCUDA_OUT_OF_MEMORY,
            "GPU 3 is out of memory: 10.0 GiB were asked for, 1.5 GiB of its 80.0 GiB are free.")
        XCTAssertNil(pointer)
        stub.set("attribute 115", 1)
        stub.set("cudaMallocAsync", 2)
        stub.set("pool 7", 1 << 20)
        stub.set("pool 5", 6 << 20)
        CCUDATest.check(
            ccuda_allocate(libraries, 0, 1 << 40, stream, &pointer), CCUDA_OUT_OF_MEMORY,
            "GPU 0 is out of memory: 1.0 TiB were asked for, 1.5 GiB of its 80.0 GiB are free, and 5.0 MiB more lie "
                + "unused in this process's pool.")
        stub.set("cudaMallocHost", 2)
        CCUDATest.check(
            ccuda_allocate_pinned(libraries, 1 << 19, &pointer), CCUDA_FAILED,
            "The computer has no 512.0 KiB of page-locked memory left for copies to the GPU.")
        XCTAssertNil(pointer)
    }

    /// The unit changes where the number would be rounded to 1024.
    func testSizesInWords() throws {
        let stub = try StubLibraries()
        let libraries = try stub.open()
        stub.set("cudaMallocHost", 2)
        let sizes: [(Int64, String)] = [
            (1, "1 byte"), (1023, "1023 bytes"), (1024, "1.0 KiB"), ((1 << 20) - 1, "1.0 MiB"),
            ((1 << 30) - 1, "1.0 GiB"), (1_047_000, "1022.5 KiB"), (3 << 50, "3072.0 TiB"),
        ]
        for (size, words) in sizes {
            var pointer: UnsafeMutableRawPointer?
            _ = ccuda_allocate_pinned(libraries, size, &pointer)
            XCTAssert(CCUDATest.sentence.contains("has no \(words) of"), "\(size): \(CCUDATest.sentence)")
        }
    }

    func testCopies() throws {
        let stub = try StubLibraries()
        let libraries = try stub.open()
        let target = UnsafeMutableRawPointer(bitPattern: 64)
        let copies: [(pitches: (Int64, Int64), width: Int64, rows: Int64, note: String?)] = [
            ((40, 40), 40, 3, "cudaMemcpyAsync 120 1"),
            ((80, 64), 40, 1, "cudaMemcpyAsync 40 1"),
            ((80, 40), 40, 3, "cudaMemcpy2DAsync 80 40 40 3 1"),
            ((40, 64), 40, 3, "cudaMemcpy2DAsync 40 64 40 3 1"),
            ((40, 40), 40, 0, nil),
            ((40, 40), 0, 3, nil),
        ]
        for copy in copies {
            let status = ccuda_copy(
                libraries, target, copy.pitches.0, target, copy.pitches.1, copy.width, copy.rows,
                CCUDA_TO_DEVICE, stream)
            XCTAssertEqual(status, CCUDA_OK)
            XCTAssertEqual(stub.notes(), copy.note.map { [$0] } ?? [])
        }
        for (direction, kind) in [(CCUDA_TO_HOST, 2), (CCUDA_ON_DEVICE, 3)] {
            XCTAssertEqual(ccuda_copy(libraries, target, 4, target, 4, 4, 1, direction, stream), CCUDA_OK)
            XCTAssertEqual(stub.notes(), ["cudaMemcpyAsync 4 \(kind)"])
        }
        XCTAssertEqual(ccuda_set(libraries, target, 255, 12, stream), CCUDA_OK)
        XCTAssertEqual(ccuda_set(libraries, target, 255, 0, stream), CCUDA_OK)
        XCTAssertEqual(stub.notes(), ["cudaMemsetAsync 255 12"])
    }
}
