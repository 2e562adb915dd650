import Compute
import EmulatedDevice

/// An emulated GPU with a backend of its own on it.
package final class EmulatedGPU: Sendable {
    package let device: EmulatedDevice
    package let backend: CUDABackend

    /// Why there cannot be one here; nil where there can.
    package static var missing: String? {
        do {
            return try EmulatedDevice().missingCompiler
        } catch {
            return "\(error)"
        }
    }

    package init(_ settings: [EmulatedDevice.Setting: String] = [:]) throws {
        device = try EmulatedDevice(settings)
        backend = try CUDABackend(CUDALibraries(.init(environment: device.environment)))
    }

    /// What `body` gives on the CPU, and here.
    package func besideCPU<Result>(
        _ body: (any ComputeBackend) throws -> Result
    ) rethrows -> (cpu: Result, gpu: Result) {
        (try body(CPUBackend(threads: 2)), try body(backend))
    }

    /// Runs `body`; the report is of it alone.
    package func observing<Result>(
        _ body: () throws -> Result
    ) throws -> (result: Result, report: EmulatedDevice.Report) {
        try backend.synchronize()
        try device.reset()
        let result = try body()
        return (result, try device.report())
    }
}
