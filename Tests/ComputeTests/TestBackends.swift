import CKernels
import EmulatedDevice
import Synchronization
import XCTest

@testable import Compute

/// The backends that every operation is tested on.
enum TestBackends {
    /// Devices other than the host's processor: the emulated GPU, or none where its kernels cannot be compiled,
    /// for the reason in `missingDevices`.
    static var devices: [any ComputeBackend] { (try? emulated().get()).map { [$0] } ?? [] }

    /// Why there are no devices; nil where there are.
    static var missingDevices: String? {
        if case .failure(let error) = emulated() { "\(error)" } else { nil }
    }

    /// Gives back what the emulated GPU holds, for tests that count it.
    static func forgetDevices() { kept.withLock { $0 = nil } }

    /// A machine and the backend on it, made when first asked for.
    private static let kept = Mutex<(machine: EmulatedDevice, backend: CUDABackend)?>(nil)

    private static func emulated() -> Result<CUDABackend, any Error> {
        kept.withLock { kept in
            if let kept { return .success(kept.backend) }
            return Result {
                let machine = try EmulatedDevice()
                if let reason = machine.missingCompiler { throw Missing(description: reason) }
                let backend = try CUDABackend(CUDALibraries(.init(environment: machine.environment)))
                kept = (machine, backend)
                return backend
            }
        }
    }

    private struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    /// One for each supported instruction set, plain first; the fastest also with more threads than cores.
    static let all: [CPUBackend] = {
        let sets = [CK_PLAIN, CK_NEON, CK_AVX2, CK_AVX512].filter { ck_supports($0) }
        return sets.map { CPUBackend(threads: 1, instructionSet: $0) } + [CPUBackend(threads: 5)]
    }()

    /// Runs `body` on every backend and returns the values: once for the CPU, whose instruction sets must all
    /// give the same bits, and once for every other device.
    static func run(
        _ name: String, file: StaticString = #filePath, line: UInt = #line,
        _ body: (any ComputeBackend) throws -> [Matrix]
    ) throws -> [DeviceResults] {
        var plain: [[UInt32]] = []
        var results: [DeviceResults] = []
        for backend in all {
            let matrices = try body(backend)
            let bits = try matrices.map { try backend.read($0).map(\.canonicalBits) }
            if results.isEmpty {
                plain = bits
                results = [try DeviceResults(matrices, of: backend)]
            }
            for (index, pair) in zip(bits, plain).enumerated() where pair.0 != pair.1 {
                let element = zip(pair.0, pair.1).enumerated().first { $1.0 != $1.1 }?.offset ?? -1
                XCTFail(
                    "\(name): result \(index) of \(backend.deviceDescription) differs from the plain twin's "
                        + "from element \(element) on", file: file, line: line)
            }
        }
        for device in devices { results.append(try DeviceResults(body(device), of: device)) }
        return results
    }
}

/// What an operation gave on one device.
struct DeviceResults {
    let device: String
    let matrices: [TestMatrix]

    init(_ matrices: [Matrix], of backend: any ComputeBackend) throws {
        device = backend.deviceDescription
        self.matrices = try matrices.map {
            var matrix = try TestMatrix($0, of: backend)
            matrix.device = backend.deviceDescription
            return matrix
        }
    }

    subscript(index: Int) -> TestMatrix { matrices[index] }
}

extension Float {
    /// The bits, with one pattern for all NaNs: which of them an instruction returns is not defined.
    fileprivate var canonicalBits: UInt32 { isNaN ? Float.nan.bitPattern : bitPattern }
}

/// d Σ dy · f(x) / dx by central differences.
func numericalGradient(
    at x: TestMatrix, dy: TestMatrix, step: Double = 1e-4, _ f: (TestMatrix) -> TestMatrix
) -> TestMatrix {
    var gradient = TestMatrix(x.rows, x.columns)
    var moved = x
    for index in x.values.indices {
        func value(_ offset: Double) -> Double {
            moved.values[index] = x.values[index] + offset
            return zip(f(moved).values, dy.values).reduce(0) { $0 + $1.0 * $1.1 }
        }
        gradient.values[index] = (value(step) - value(-step)) / (2 * step)
        moved.values[index] = x.values[index]
    }
    return gradient
}
