import Compute
import Foundation
import LanguageModels
import RemediCore

/// The devices of this computer.
struct DeviceFacts {
    private let host = HostInventory.current()
    private let cuda: CUDAInventory
    /// The device that would be taken; nil where it cannot be used.
    var device: String?

    init(in surroundings: Surroundings) {
        cuda = CUDAInventory(CUDALibraries.Places(environment: surroundings.workplace.environment))
    }

    func write(isJSON: Bool, to surroundings: Surroundings) throws {
        try isJSON ? surroundings.write(.object(json)) : surroundings.write(facts.text)
    }

    private var facts: Facts {
        var facts = Facts()
        if let device { facts.add("device", device) }
        facts.add("cores", "\(host.cores) (\(host.instructionSet))")
        facts.add(
            "memory",
            "\(ByteCount.text(host.physicalMemory)), \(ByteCount.text(host.availableMemory)) available")
        if let libraries = cuda.libraries {
            facts.add("cuda", "\(libraries.runtime) in \(libraries.folder)")
            facts.add("cublas", libraries.cublas)
        }
        if let problem = cuda.problem { facts.add("cuda", "none. \(problem)") }
        if let libraries = cuda.libraries {
            facts.add("driver", "for CUDA up to \(libraries.driver)")
            facts.add("compiler", "NVRTC \(libraries.compiler)")
        } else if let compiler = cuda.compiler {
            facts.add("compiler", "NVRTC \(compiler.version) in \(compiler.folder)")
        }
        facts.add(
            "headers",
            CUDALibraries.headerVersion.map { "CUDA \($0): this build's declarations agree with them" }
                ?? "none when this was built: its declarations of CUDA are unproven")
        for device in cuda.devices {
            facts.add("cuda:\(device.facts.number)", Self.words(device.facts))
            facts.add("", Self.memory(device))
            let speeds = Self.speeds(device.facts)
            if !speeds.isEmpty { facts.add("", speeds + ", by its clocks") }
        }
        return facts
    }

    private static func words(_ device: CUDADevice) -> String {
        "\(device.name), compute capability \(device.architecture / 10).\(device.architecture % 10),"
            + " \(device.multiprocessors) multiprocessors"
    }

    private static func memory(_ device: CUDAInventory.Device) -> String {
        let total = ByteCount.text(device.facts.totalMemory)
        guard let free = device.freeMemory else { return "\(total), but \(device.problem ?? "not usable")" }
        return "\(ByteCount.text(free)) of \(total) free"
    }

    private static func speeds(_ device: CUDADevice) -> String {
        [
            device.memoryBandwidth.map { String(format: "%.0f GB/s", $0 / 1e9) },
            device.floatPeak.map { String(format: "%.1f TFLOP/s in float32", $0 / 1e12) },
        ].compactMap(\.self).joined(separator: ", ")
    }

    var json: JSONObject {
        var object: JSONObject = [
            "cores": .integer(host.cores), "instruction_set": .string(host.instructionSet),
            "memory_bytes": .integer(host.physicalMemory),
            "available_bytes": .integer(host.availableMemory), "cuda": .object(cudaJSON),
        ]
        if let device { object["device"] = .string(device) }
        return object
    }

    private var cudaJSON: JSONObject {
        var object: JSONObject = ["devices": .array(cuda.devices.map { .object(Self.json($0)) })]
        object["problem"] = cuda.problem.map(JSONValue.string)
        object["headers"] = CUDALibraries.headerVersion.map(JSONValue.string)
        object["compiler"] = (cuda.libraries?.compiler ?? cuda.compiler?.version).map(JSONValue.string)
        if let libraries = cuda.libraries {
            object["folder"] = .string(libraries.folder)
            object["runtime"] = .string(libraries.runtime)
            object["driver"] = .string(libraries.driver)
            object["cublas"] = .string(libraries.cublas)
        }
        return object
    }

    private static func json(_ device: CUDAInventory.Device) -> JSONObject {
        let facts = device.facts
        var object: JSONObject = [
            "number": .integer(facts.number), "name": .string(facts.name),
            "architecture": .integer(facts.architecture), "multiprocessors": .integer(facts.multiprocessors),
            "memory_bytes": .integer(facts.totalMemory),
        ]
        object["free_bytes"] = device.freeMemory.map(JSONValue.integer)
        object["bytes_per_second"] = facts.memoryBandwidth.map(JSONValue.number)
        object["float32_operations_per_second"] = facts.floatPeak.map(JSONValue.number)
        object["problem"] = device.problem.map(JSONValue.string)
        return object
    }
}
