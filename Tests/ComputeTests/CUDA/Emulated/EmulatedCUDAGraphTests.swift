import CCUDA
import EmulatedDevice
import XCTest

@testable import Compute

/// Recorded work, and what cannot be recorded.
final class EmulatedCUDAGraphTests: XCTestCase {
    private static let source = """
        extern "C" __global__ void add_to(float *y, float step) {
            if (threadIdx.x == 0) y[0] += step;
        }
        """

    private func makeKernels() throws -> EmulatedKernels { try EmulatedKernels(source: Self.source) }

    private func record(
        _ kernels: EmulatedKernels, _ work: () throws -> Void
    ) throws -> (status: CCUDAStatus, graph: OpaquePointer?) {
        let handle = kernels.libraries.handle
        try kernels.libraries.check(ccuda_capture_begin(handle, kernels.stream))
        try work()
        var graph: OpaquePointer?
        return (ccuda_capture_end(handle, kernels.stream, &graph), graph)
    }

    func testRecordedWorkRunsWhenItIsLaunched() throws {
        let kernels = try makeKernels()
        let handle = kernels.libraries.handle
        let memory = try kernels.allocate([1]), copy = try kernels.allocate([0])
        let (status, graph) = try record(kernels) {
            try kernels.launch("add_to", [.pointer(memory), .float(2)])
            try kernels.libraries.check(
                ccuda_copy(handle, copy, 4, memory, 4, 4, 1, CCUDA_ON_DEVICE, kernels.stream))
            try kernels.libraries.check(ccuda_set(handle, memory, 0, 4, kernels.stream))
        }
        XCTAssertEqual(status, CCUDA_OK)
        XCTAssertEqual(try kernels.read(copy, count: 1), [0], "recording runs nothing")
        for expected in [Float(3), 2, 2] {
            try kernels.libraries.check(ccuda_graph_launch(handle, graph, kernels.stream))
            XCTAssertEqual(try kernels.read(copy, count: 1), [expected])
        }
        let report = try kernels.device.report()
        XCTAssertEqual(report.graphLaunches, 3)
        XCTAssertEqual(report.launches, ["add_to": 1])
        XCTAssertEqual(report.live.executableGraphs, 1)
        XCTAssertEqual(report.live.graphs, 0)
        try kernels.release(memory)
        XCTAssertNotEqual(ccuda_graph_launch(handle, graph, kernels.stream), CCUDA_OK)
        XCTAssertEqual(
            try kernels.device.report().errors, ["add_to in a graph: its memory was freed before"])
        try kernels.libraries.check(ccuda_graph_destroy(handle, graph))
        try kernels.release(copy)
    }

    func testWhatCannotBeRecordedEndsTheRecording() throws {
        let kernels = try makeKernels()
        let handle = kernels.libraries.handle
        let memory = try kernels.allocate([1])
        var event: OpaquePointer?
        try kernels.libraries.check(ccuda_event_create(handle, false, &event))
        var pinned: UnsafeMutableRawPointer?
        var other: UnsafeMutableRawPointer?
        var host: [Float] = [0]
        let cases: [(String, () -> CCUDAStatus)] = [
            ("cudaStreamSynchronize", { ccuda_stream_wait(handle, kernels.stream) }),
            ("cudaEventSynchronize", { ccuda_event_wait(handle, event) }),
            ("cudaMallocAsync", { ccuda_allocate(handle, 0, 4, kernels.stream, &other) }),
            ("cudaFreeAsync", { ccuda_release(handle, 0, memory, kernels.stream) }),
            ("cudaMallocHost", { ccuda_allocate_pinned(handle, 4, &pinned) }),
            (
                "a copy from or to pageable memory",
                { ccuda_copy(handle, &host, 4, memory, 4, 4, 1, CCUDA_TO_HOST, kernels.stream) }
            ),
        ]
        for (name, call) in cases {
            let (status, graph) = try record(kernels) { XCTAssertNotEqual(call(), CCUDA_OK, name) }
            XCTAssertNotEqual(status, CCUDA_OK, name)
            XCTAssertNil(graph, name)
            XCTAssertEqual(try kernels.device.report().errors, ["\(name) while work is recorded"])
            try kernels.device.reset()
        }
        XCTAssertEqual(try kernels.read(memory, count: 1), [1])
        try kernels.libraries.check(ccuda_event_destroy(handle, event))
        try kernels.release(memory)
    }
}
