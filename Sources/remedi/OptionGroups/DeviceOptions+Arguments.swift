import Compute
import LanguageModels
import RemediCore

extension ValueKind where Value == DeviceChoice {
    /// `auto`, `cpu`, `cuda`, `cuda:N`, or a bare number N for `cuda:N`.
    static var device: ValueKind {
        let read: @Sendable (String) -> DeviceChoice? = { text in
            switch text {
            case "auto": return .auto
            case "cpu": return .cpu
            case "cuda": return .cuda(0)
            default:
                let number = text.hasPrefix("cuda:") ? String(text.dropFirst(5)) : text
                return number.allSatisfy(\.isASCII)
                    ? Int(number).flatMap {
                        (0...NumberRange.largestDevice).contains($0) ? .cuda($0) : nil
                    } : nil
            }
        }
        return ValueKind(
            placeholder: "DEVICE", expectation: .device, text: read, fromJSON: { $0.string.flatMap(read) },
            json: { .string($0.text) })
    }
}

/// The options that choose a device and the precision of weights.
extension DeviceOptions {
    static func options<Outer>(
        in place: WritableKeyPath<Outer, DeviceOptions> & Sendable, short: Character? = nil
    ) -> [Option<Outer>] {
        let group = "Model"
        let all: [Option<DeviceOptions>] = [
            Option(
                "device", short: short, \.device, .device, group: group,
                help: "where to compute: auto, cpu, cuda or cuda:N"),
            Option(
                "threads", \.threads, .optional(.integer(minimum: 1, maximum: NumberRange.mostThreads)),
                group: group,
                help: "how many processor cores to use; all of them if not given"),
            Option(
                "fp16", \.half, .optional(.truth), group: group,
                help: "holds weights in half precision, or not; if not given, gptj and neox are held so and"
                    + " other models as they are stored"),
            Option(
                "allow-tf32", \.allowsTF32, .flag, group: group,
                help: "cuda only: faster matrix products whose operands are rounded to 11 bits"),
        ]
        return all.map { $0.inside(place) }
    }

    /// The chosen device; with `auto`, the first GPU if there is one that can be used.
    ///
    /// - Parameters:
    ///   - deviceFiles: where the system has files of devices.
    ///   - unused: told with `auto` of a GPU that is there and cannot be used, and why.
    /// - Throws: `ComputeError`.
    func makeBackend(
        in workplace: Workplace, deviceFiles: String = "/dev",
        unused: (_ gpu: String, _ reason: String) -> Void = { _, _ in }
    ) throws -> any ComputeBackend {
        switch device {
        case .cpu: return CPUBackend(threads: threads)
        case .cuda(let number): return try makeCUDABackend(number, in: workplace)
        case .auto:
            do {
                return try makeCUDABackend(0, in: workplace)
            } catch ComputeError.deviceUnavailable(_, let reason) {
                if let gpu = GPUDeviceFiles.first(in: deviceFiles) { unused(gpu, reason) }
                return CPUBackend(threads: threads)
            }
        }
    }

    private func makeCUDABackend(_ number: Int, in workplace: Workplace) throws -> CUDABackend {
        var options = CUDABackend.Options()
        options.device = number
        options.allowsTF32 = allowsTF32
        // Without a home nothing is kept: elsewhere others could put their own kernels in its place.
        let hasHome = workplace.value("XDG_CACHE_HOME") != nil || workplace.value("HOME") != nil
        options.cache = hasHome ? workplace.cache : nil
        let places = CUDALibraries.Places(environment: workplace.environment)
        return try CUDABackend(CUDALibraries(places), options: options)
    }
}
