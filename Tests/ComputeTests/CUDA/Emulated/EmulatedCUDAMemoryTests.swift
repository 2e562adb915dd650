import CCUDA
import EmulatedDevice
import Foundation
import XCTest

@testable import Compute

/// What the emulator must find wrong with memory and with the order of work.
final class EmulatedCUDAMemoryTests: XCTestCase {
    private static let source = """
        extern "C" __global__ void add_one(float *y, int count) {
            for (int i = threadIdx.x; i < count; i += blockDim.x) y[i] += 1;
        }
        extern "C" __global__ void set_rows(Rows y) { y.row(0)[threadIdx.x] = 1; }
        """

    private func makeKernels(_ settings: [EmulatedDevice.Setting: String] = [:]) throws -> EmulatedKernels {
        try EmulatedKernels(settings, source: Self.source)
    }

    private func assertError(
        _ kernels: EmulatedKernels, _ sentence: String, file: StaticString = #filePath, line: UInt = #line
    ) throws {
        let errors = try kernels.device.report().errors
        XCTAssert(
            errors.last?.contains(sentence) == true, "\(sentence) is missing in \(errors)", file: file,
            line: line)
        try kernels.device.reset()
    }

    func testMemoryRunsOutAtItsSize() throws {
        let kernels = try makeKernels([.memory: "1048576"])
        let handle = kernels.libraries.handle
        var pointer: UnsafeMutableRawPointer?
        XCTAssertEqual(ccuda_allocate(handle, 0, 1_048_577, kernels.stream, &pointer), CCUDA_OUT_OF_MEMORY)
        XCTAssertNil(pointer)
        let most = try kernels.allocate(bytes: 1_048_576)
        XCTAssertEqual(ccuda_allocate(handle, 0, 1, kernels.stream, &pointer), CCUDA_OUT_OF_MEMORY)
        try kernels.release(most)
        try kernels.release(kernels.allocate(bytes: 1_048_576))
        let report = try kernels.device.report()
        XCTAssertEqual(report.memory.peak, 1_048_576)
        XCTAssertEqual(report.memory.used, 0)
        XCTAssertEqual(report.errors, [])
    }

    func testThePoolCountsWhatItKeeps() throws {
        let kernels = try makeKernels()
        let handle = kernels.libraries.handle
        func usage() throws -> [Int64] {
            var (used, highest, reserved): (Int64, Int64, Int64) = (0, 0, 0)
            try kernels.libraries.check(ccuda_pool_usage(handle, 0, &used, &highest, &reserved))
            return [used, highest, reserved]
        }
        let first = try kernels.allocate(bytes: 3000), second = try kernels.allocate(bytes: 5000)
        XCTAssertEqual(try usage()[0], 8000)
        try kernels.release(first)
        XCTAssertEqual(try usage(), [5000, 8000, 8000])
        try kernels.wait()
        XCTAssertEqual(try usage()[2], 5000, "without a threshold unused memory goes back")
        try kernels.libraries.check(ccuda_keep_memory(handle, 0, .max))
        try kernels.release(second)
        try kernels.wait()
        XCTAssertEqual(try usage()[2], 5000)
        try kernels.libraries.check(ccuda_trim_memory(handle, 0, 0))
        XCTAssertEqual(try usage()[2], 0)
    }

    func testFreshMemoryIsNotANumber() throws {
        let kernels = try makeKernels()
        let memory = try kernels.allocate(bytes: 400)
        XCTAssert(try kernels.read(memory, count: 100).allSatisfy(\.isNaN))
        try kernels.release(memory)
    }

    func testFreedMemoryIsNotUsedAgain() throws {
        let kernels = try makeKernels()
        let memory = try kernels.allocate([1, 2, 3])
        try kernels.launch("add_one", [.pointer(memory), .int(3)])
        try kernels.release(memory)
        XCTAssertThrowsError(try kernels.launch("add_one", [.pointer(memory), .int(3)]))
        try assertError(kernels, "add_one: the memory of parameter 0 was freed before")
        try kernels.wait()
        XCTAssertThrowsError(try kernels.launch("add_one", [.pointer(memory), .int(3)]))
        try assertError(kernels, "add_one: the memory of parameter 0 is byte 0 of 12 freed bytes")
        XCTAssertThrowsError(try kernels.release(memory))
        try assertError(kernels, "not the start of live device memory")
    }

    func testMemoryOfTheHostIsRefused() throws {
        let kernels = try makeKernels()
        try withUnsafeTemporaryAllocation(byteCount: 256, alignment: 16) { bytes in
            XCTAssertThrowsError(try kernels.launch("add_one", [.pointer(bytes.baseAddress), .int(3)]))
            try assertError(kernels, "add_one: the memory of parameter 0 is memory of the host")
            XCTAssertThrowsError(try kernels.launch("set_rows", [.rows(bytes.baseAddress, stride: 32)]))
            try assertError(kernels, "set_rows: the memory of parameter 0 is memory of the host")
        }
    }

    func testMemoryOfTheDeviceIsClosedToTheHost() throws {
        let kernels = try makeKernels()
        let memory = try kernels.allocate([1, 2, 3])
        try kernels.wait()
        let file = try XCTUnwrap(FileHandle(forReadingAtPath: "/proc/self/maps"))
        let maps = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
        let address = UInt(bitPattern: memory)
        let line = maps.split(separator: "\n").first { line in
            let bounds = line.prefix { $0 != " " }.split(separator: "-").compactMap { UInt($0, radix: 16) }
            return bounds.count == 2 && bounds[0] <= address && address < bounds[1]
        }
        XCTAssert(try XCTUnwrap(line).contains(" ---p "), "\(line ?? "")")
        try kernels.release(memory)
    }

    func testCopiesAreChecked() throws {
        let kernels = try makeKernels()
        let memory = try kernels.allocate([Float](repeating: 1, count: 10))
        var host = [Float](repeating: 0, count: 16)
        let handle = kernels.libraries.handle
        func copy(
            _ target: UnsafeMutableRawPointer?, _ source: UnsafeRawPointer?, pitch: Int64, width: Int64,
            rows: Int64,
            _ direction: CCUDADirection
        ) -> CCUDAStatus {
            ccuda_copy(handle, target, pitch, source, pitch, width, rows, direction, kernels.stream)
        }
        try host.withUnsafeMutableBytes { host in
            let start = host.baseAddress
            XCTAssertNotEqual(copy(memory, start, pitch: 64, width: 64, rows: 1, CCUDA_TO_DEVICE), CCUDA_OK)
            try assertError(kernels, "the target has 40 bytes, 64 are needed")
            XCTAssertNotEqual(copy(start, memory, pitch: 16, width: 12, rows: 3, CCUDA_TO_HOST), CCUDA_OK)
            try assertError(kernels, "the source has 40 bytes, 44 are needed")
            XCTAssertNotEqual(copy(start, memory, pitch: 8, width: 12, rows: 2, CCUDA_TO_HOST), CCUDA_OK)
            try assertError(kernels, "lines are wider than their distance")
            XCTAssertNotEqual(copy(memory, start, pitch: 8, width: 8, rows: 1, CCUDA_TO_HOST), CCUDA_OK)
            try assertError(kernels, "the target is memory of the device: wrong direction")
            XCTAssertNotEqual(copy(memory, start, pitch: 8, width: 8, rows: 1, CCUDA_ON_DEVICE), CCUDA_OK)
            try assertError(kernels, "the source is memory of the host")
            XCTAssertEqual(copy(start, memory, pitch: 16, width: 8, rows: 3, CCUDA_TO_HOST), CCUDA_OK)
        }
        XCTAssertEqual(host[..<10], [1, 1, 0, 0, 1, 1, 0, 0, 1, 1])
        try kernels.release(memory)
    }

    func testWorkRunsWhenTheHostWaits() throws {
        let kernels = try makeKernels()
        let handle = kernels.libraries.handle
        var pinned: UnsafeMutableRawPointer?
        try kernels.libraries.check(ccuda_allocate_pinned(handle, 12, &pinned))
        let host = try XCTUnwrap(pinned).bindMemory(to: Float.self, capacity: 3)
        let memory = try kernels.allocate(bytes: 12)
        for index in 0..<3 { host[index] = 1 }
        try kernels.libraries.check(
            ccuda_copy(handle, memory, 12, host, 12, 12, 1, CCUDA_TO_DEVICE, kernels.stream))
        host[1] = 5  // too early: the device reads page-locked memory when it comes to it
        try kernels.wait()
        try kernels.launch("add_one", [.pointer(memory), .int(3)])
        try kernels.libraries.check(
            ccuda_copy(handle, host, 12, memory, 12, 12, 1, CCUDA_TO_HOST, kernels.stream))
        XCTAssert(host[0].isNaN, "what has not arrived must not look as if it had")
        try kernels.wait()
        XCTAssertEqual([host[0], host[1], host[2]], [2, 6, 2])
        XCTAssertEqual(try kernels.device.report().synchronisations, 2)
        try kernels.release(memory)
        ccuda_release_pinned(handle, host)
    }

    func testLeaksAreReported() throws {
        let kernels = try makeKernels()
        let before = try kernels.device.report()
        XCTAssertEqual(before.live.modules, 1)
        let memory = try kernels.allocate(bytes: 12)
        var event: OpaquePointer?
        try kernels.libraries.check(ccuda_event_create(kernels.libraries.handle, true, &event))
        let leaks = try kernels.device.report()
        XCTAssertEqual(leaks.live.allocations - before.live.allocations, 1)
        XCTAssertEqual(leaks.live.events - before.live.events, 1)
        XCTAssert(leaks.leaks.contains("1 modules"), "\(leaks.leaks)")
        try kernels.release(memory)
        try kernels.libraries.check(ccuda_event_destroy(kernels.libraries.handle, event))
        XCTAssertEqual(try kernels.device.report().live, before.live)
    }

    func testEveryThreadNeedsADevice() throws {
        let kernels = try makeKernels()
        let memory = try kernels.allocate([1])
        nonisolated(unsafe) let shared = (kernels, memory)
        nonisolated(unsafe) var failure: (any Error)?
        let done = DispatchSemaphore(value: 0)
        Thread {
            do { try shared.0.launch("add_one", [.pointer(shared.1), .int(1)]) } catch { failure = error }
            done.signal()
        }.start()
        done.wait()
        XCTAssertNotNil(failure)
        try assertError(kernels, "on a thread that has called no cudaSetDevice")
        try kernels.release(memory)
    }

    func testDevicesDoNotShareMemory() throws {
        let kernels = try makeKernels([.devices: "2"])
        let handle = kernels.libraries.handle
        try kernels.libraries.check(ccuda_use(handle, 1))
        var stream: OpaquePointer?
        var memory: UnsafeMutableRawPointer?
        try kernels.libraries.check(ccuda_stream_create(handle, &stream))
        try kernels.libraries.check(ccuda_allocate(handle, 1, 12, stream, &memory))
        try kernels.libraries.check(ccuda_use(handle, 0))
        XCTAssertThrowsError(try kernels.launch("add_one", [.pointer(memory), .int(1)]))
        try assertError(kernels, "add_one: the memory of parameter 0 is memory of device 1")
        try kernels.libraries.check(ccuda_release(handle, 1, memory, stream))
        try kernels.libraries.check(ccuda_stream_destroy(handle, stream))
    }
}
