import Compute
import Foundation
import LanguageModels
import RemediCore

/// `inspect device`: what this machine offers to compute with.
package struct InspectDevice: Command {
    package static let name = "device"
    package static let summary = "shows what there is to compute with"

    package var given = GivenArguments<InspectDevice>()
    var device = DeviceArguments()
    var isJSON = false

    package init() {}

    package static var options: [Option<InspectDevice>] {
        DeviceArguments.options(in: \.device).filter { $0.name != "fp16" } + [
            Option("json", \.isJSON, .flag, group: "Output", help: "writes JSON")
        ]
    }

    package func run(in surroundings: Surroundings) throws {
        let backend = try device.makeBackend()
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let memory = Int(ProcessInfo.processInfo.physicalMemory)
        if isJSON {
            return try surroundings.write([
                "device": .string(backend.deviceDescription), "cores": .integer(cores),
                "memory_bytes": .integer(memory), "cuda": .bool(false),
            ])
        }
        var facts = Facts()
        facts.add("device", backend.deviceDescription)
        facts.add("cores", "\(cores)")
        facts.add("memory", ByteCount.text(memory))
        facts.add("cuda", "not in this build")
        try surroundings.write(facts.text)
    }
}
