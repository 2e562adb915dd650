import EmulatedDevice
import XCTest

@testable import Compute

/// What the emulator must find wrong with kernels, and what it must not.
final class EmulatedCUDAKernelTests: XCTestCase {
    private static let source = """
        extern "C" __global__ void double_all(float *y, const float *x, int count) {
            for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < count; i += gridDim.x * blockDim.x) y[i] = 2 * x[i];
        }
        extern "C" __global__ void __launch_bounds__(256) sum_rows(Rows y, ReadRows x, int columns) {
            __shared__ float scratch[32];
            float sum = 0;
            for (int i = threadIdx.x; i < columns; i += blockDim.x) sum += x.row(blockIdx.x)[i];
            sum = blockSum(sum, scratch);
            if (threadIdx.x == 0) *y.row(blockIdx.x) = sum;
        }
        extern "C" __global__ void reverse(float *y, const float *x) {
            dynamicMemory[threadIdx.x] = x[threadIdx.x];
            __syncthreads();
            y[threadIdx.x] = dynamicMemory[blockDim.x - 1 - threadIdx.x];
        }
        extern "C" __global__ void missing_barrier(float *y, const float *x) {
            __shared__ float all[64];
            all[threadIdx.x] = x[threadIdx.x];
            y[threadIdx.x] = all[63 - threadIdx.x];
        }
        extern "C" __global__ void divergent_barrier(float *y) {
            if (threadIdx.x < 16) __syncthreads();
            y[threadIdx.x] = warpSum(1.0f);
        }
        extern "C" __global__ void barrier_after_exit(float *y) {
            if (threadIdx.x >= 32) return;
            __syncthreads();
            y[threadIdx.x] = 1;
        }
        extern "C" __global__ void exit_before_sum(float *y, int count) {
            if ((int)threadIdx.x >= count) return;
            y[threadIdx.x] = warpSum(1.0f);
        }
        extern "C" __global__ void mask_without_self(float *y) { y[threadIdx.x] = __shfl_sync(1u, 1.0f, 0); }
        extern "C" __global__ void source_outside_mask(float *y) {
            if (threadIdx.x < 16) y[threadIdx.x] = __shfl_sync(0xffffu, 1.0f, 20);
        }
        extern "C" __global__ void write_at(float *y, int index) { y[index] = 1; }
        extern "C" __global__ void read_at(float *y, int index) { y[0] = y[index]; }
        extern "C" __global__ void write_shared_at(float *y, int index) { dynamicMemory[index] = 1; y[0] = 1; }
        extern "C" __global__ void write_static_at(float *y, int index) {
            __shared__ float all[64];
            all[index] = 1;
            y[0] = all[0];
        }
        extern "C" __global__ void read_unwritten(float *y, int index) {
            __shared__ float all[64];
            if (threadIdx.x == 40) all[0] = 1;
            __syncthreads();
            y[threadIdx.x] = all[index];
        }
        extern "C" __global__ void write_four(float *y, int index) {
            *(float4 *)(y + index) = make_float4(1, 2, 3, 4);
        }
        extern "C" __global__ void read_four(float *y, int index) { float4 x = *(float4 *)(y + index); y[0] = x.w; }
        extern "C" __global__ void divide(float *y, int by) { y[0] = 7 / by; }
        extern "C" __global__ void for_ever_waiting(float *y) {
            if (threadIdx.x % 32 == 3) __syncthreads();
            else __syncwarp();
            y[0] = 1;
        }
        """

    private func makeKernels(_ settings: [EmulatedDevice.Setting: String] = [:]) throws -> EmulatedKernels {
        try EmulatedKernels(settings, source: Self.source)
    }

    func testRightKernelsRunInEveryOrder() throws {
        for order in ["forward", "reversed", "shuffled"] {
            let kernels = try makeKernels([.order: order])
            let x = (0..<1000).map { Float($0 % 7) - 2 }
            let input = try kernels.allocate(x), output = try kernels.allocate(bytes: 4000)
            try kernels.launch(
                "double_all", blocks: 3, threads: 64, [.pointer(output), .pointer(input), .int(1000)])
            XCTAssertEqual(try kernels.read(output, count: 1000), x.map { 2 * $0 }, order)
            try kernels.launch(
                "sum_rows", blocks: 10, threads: 96,
                [.rows(output, stride: 1), .rows(input, stride: 100), .int(100)])
            let sums = (0..<10).map { row in x[row * 100..<row * 100 + 100].reduce(0, +) }
            XCTAssertEqual(try kernels.read(output, count: 10), sums, order)
            try kernels.launch("reverse", threads: 100, shared: 400, [.pointer(output), .pointer(input)])
            XCTAssertEqual(try kernels.read(output, count: 100), x[..<100].reversed(), order)
            try kernels.release(input, output)
            try kernels.wait()
            XCTAssertEqual(try kernels.device.report().errors, [], order)
        }
    }

    /// A kernel, its arguments after the memory of 64 numbers, and what must be said of it.
    private struct Mistake {
        var kernel: String
        var threads = 32
        var shared = 0
        var index: Int?
        var sentence: String
    }

    private static let mistakes = [
        Mistake(kernel: "divergent_barrier", sentence: "for lanes that wait for the block (0000ffff)"),
        Mistake(kernel: "barrier_after_exit", threads: 64, sentence: "divergent barrier: 32 of 64 threads"),
        Mistake(kernel: "exit_before_sum", index: 20, sentence: "for lanes that have left (fff00000)"),
        Mistake(kernel: "mask_without_self", sentence: "which leaves it out"),
        Mistake(kernel: "source_outside_mask", sentence: "shuffles from lane 20, which is not in its mask"),
        Mistake(kernel: "for_ever_waiting", sentence: "for lanes that wait for the block (00000008)"),
        Mistake(kernel: "write_at", index: 64, sentence: "touched byte 256 of an allocation of 256 bytes"),
        Mistake(kernel: "write_at", index: -1, sentence: "wrote before an allocation of 256 bytes"),
        Mistake(kernel: "write_at", index: -1024, sentence: "touched address"),
        Mistake(kernel: "read_at", index: 1 << 20, sentence: "touched address"),
        Mistake(
            kernel: "write_shared_at", shared: 64, index: 16, sentence: "touched address"),
        Mistake(
            kernel: "write_shared_at", shared: 60, index: 15,
            sentence: "wrote past its 60 bytes of dynamic shared memory"),
        Mistake(
            kernel: "write_shared_at", shared: 64, index: -1,
            sentence: "wrote before its dynamic shared memory"),
        Mistake(kernel: "write_static_at", index: 64, sentence: "index 64 is outside 'float[64]'"),
        Mistake(kernel: "write_four", index: 1, sentence: "misaligned access to 'float4'"),
        Mistake(kernel: "read_four", index: 2, sentence: "misaligned access to 'const float4'"),
        Mistake(kernel: "divide", index: 0, sentence: "integer division by zero"),
    ]

    func testMistakesAreFound() throws {
        for mistake in Self.mistakes {
            let kernels = try makeKernels()
            let memory = try kernels.allocate([Float](repeating: 1, count: 64))
            var arguments = [EmulatedKernels.Argument.pointer(memory)]
            if let index = mistake.index { arguments.append(.int(index)) }
            let name = "\(mistake.kernel) \(mistake.index ?? 0)"
            try kernels.launch(mistake.kernel, threads: mistake.threads, shared: mistake.shared, arguments)
            XCTAssertThrowsError(try kernels.wait(), name)
            let report = try kernels.device.report()
            XCTAssertEqual(report.errors.count, 1, name)
            let said = report.errors.first ?? ""
            XCTAssert(said.contains(mistake.sentence) && said.hasPrefix(mistake.kernel), "\(name): \(said)")
            try? kernels.release(memory)
            try kernels.device.reset()
        }
    }

    func testAMissingBarrierGivesNaN() throws {
        let kernels = try makeKernels()
        let input = try kernels.allocate([Float](repeating: 1, count: 64))
        let output = try kernels.allocate(bytes: 256)
        try kernels.launch("missing_barrier", threads: 64, [.pointer(output), .pointer(input)])
        XCTAssert(try kernels.read(output, count: 64).contains { $0.isNaN })
        for index in 0..<2 {
            try kernels.launch("read_unwritten", threads: 64, [.pointer(output), .int(index)])
            XCTAssertEqual(try kernels.read(output, count: 1)[0].isNaN, index == 1)
        }
        try kernels.release(input, output)
    }
}
