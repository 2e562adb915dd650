import CCUDA
import XCTest

/// Devices, and the sentences for what can be wrong with them.
final class CCUDADeviceTests: XCTestCase {
    func testFacts() throws {
        let stub = try StubLibraries()
        let libraries = try stub.open()
        stub.set("devices", 2)
        let attributes = [
            75: 8, 76: 6, 16: 84, 13: 1_695_000, 36: 8_001_000, 37: 384, 38: 6 << 20, 97: 99 << 10,
        ]
        for (name, value) in attributes { stub.set("attribute \(name)", value) }
        stub.set("attribute 115", 1)
        var facts = CCUDADeviceFacts()
        XCTAssertEqual(ccuda_device_facts(libraries, 1, &facts), CCUDA_OK)
        XCTAssertEqual(
            withUnsafeBytes(of: facts.name) { String(decoding: $0.prefix(6), as: UTF8.self) }, "Stub 1")
        XCTAssertEqual(
            [facts.architecture, facts.multiprocessors, facts.clock, facts.memory_clock, facts.memory_bus],
            [86, 84, 1_695_000, 8_001_000, 384])
        XCTAssertEqual([facts.l2_cache, facts.shared_memory], [6 << 20, 99 << 10])
        XCTAssert(facts.has_memory_pools)
        XCTAssertEqual(facts.total_memory, 80 << 30)
        // It made no context.
        XCTAssertFalse(stub.notes().contains { $0 == "cudaSetDevice" || $0 == "cudaFree" })
    }

    func testWhatCUDANoLongerSays() throws {
        let stub = try StubLibraries()
        let libraries = try stub.open()
        for name in [13, 36] { stub.set("attribute \(name)", -1) }
        var facts = CCUDADeviceFacts()
        XCTAssertEqual(ccuda_device_facts(libraries, 0, &facts), CCUDA_OK)
        XCTAssertEqual([facts.clock, facts.memory_clock], [0, 0])
        XCTAssert(stub.notes().contains("cudaGetLastError"))
    }

    func testNumbersThatNoDeviceHas() throws {
        let stub = try StubLibraries()
        let libraries = try stub.open()
        stub.set("devices", 2)
        var facts = CCUDADeviceFacts()
        for number: Int32 in [2, -1, .max] {
            let sentence = "There is no GPU \(number): CUDA sees 2, counted from 0."
            CCUDATest.check(ccuda_device_facts(libraries, number, &facts), CCUDA_NO_DEVICE, sentence)
            CCUDATest.check(ccuda_start(libraries, number), CCUDA_NO_DEVICE, sentence)
        }
    }

    func testNoDevices() throws {
        let stub = try StubLibraries()
        let libraries = try stub.open()
        stub.set("devices", 0)
        stub.set("cudaGetDeviceCount", 100)
        var count: Int32 = 7
        XCTAssertEqual(ccuda_device_count(libraries, &count), CCUDA_NO_DEVICE)
        XCTAssertEqual(count, 0)
        XCTAssert(CCUDATest.sentence.hasPrefix("There is no GPU that CUDA can use: "), CCUDATest.sentence)
    }

    func testStarting() throws {
        let stub = try StubLibraries()
        let libraries = try stub.open()
        XCTAssertEqual(ccuda_start(libraries, 0), CCUDA_OK)
        XCTAssertEqual(stub.notes(), ["cudaSetDevice", "cudaFree"])
        for code in [46, 216] {
            stub.set("cudaSetDevice", code)
            CCUDATest.check(
                ccuda_start(libraries, 0), CCUDA_DEVICE_BUSY,
                "The GPU is busy: another process holds it for itself, or its compute mode forbids work "
                    + "(cudaErrorStub).")
        }
        stub.set("cudaSetDevice", 0)
        stub.set("cudaFree", 2)
        CCUDATest.check(
            ccuda_start(libraries, 0), CCUDA_OUT_OF_MEMORY,
            "GPU 0 has too little free memory even to be started; other processes use it.")
        stub.set("cudaFree", 35)
        CCUDATest.check(
            ccuda_start(libraries, 0), CCUDA_DRIVER_TOO_OLD,
            "The NVIDIA driver is older than these CUDA libraries need (cudaErrorStub).")
    }

    /// The driver's functions need a context that is current, which the runtime may not have made so.
    func testUsing() throws {
        let stub = try StubLibraries()
        let libraries = try stub.open()
        XCTAssertEqual(ccuda_use(libraries, 0), CCUDA_OK)
        XCTAssertEqual(stub.notes(), ["cudaSetDevice"])
        stub.set("context", 0)
        XCTAssertEqual(ccuda_use(libraries, 0), CCUDA_OK)
        XCTAssertEqual(stub.notes(), ["cudaSetDevice", "cudaFree"])
    }

    func testOtherFailures() throws {
        let stub = try StubLibraries()
        let libraries = try stub.open()
        stub.set("cudaStreamSynchronize", 999)
        CCUDATest.check(
            ccuda_stream_wait(libraries, nil), CCUDA_FAILED,
            "cudaStreamSynchronize failed: words of the runtime (cudaErrorStub).")
        // Cleared, or the next call would seem to have failed.
        XCTAssertEqual(stub.notes(), ["cudaStreamSynchronize", "cudaGetLastError"])
        for code in [214, 220, 700, 702, 710, 714, 715, 716, 717, 718, 719] {
            stub.set("cudaStreamSynchronize", code)
            CCUDATest.check(
                ccuda_stream_wait(libraries, nil), CCUDA_FAILED,
                "cudaStreamSynchronize failed: words of the runtime (cudaErrorStub); work queued before failed on "
                    + "the GPU, which this process cannot use any more.")
        }
    }
}
