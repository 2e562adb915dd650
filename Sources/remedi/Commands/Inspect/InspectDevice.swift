import Compute
import Foundation
import LanguageModels
import RemediCore

/// `inspect device`: what this machine offers to compute with.
package struct InspectDevice: Command {
    package static let name = "device"
    package static let summary = "shows what there is to compute with, and tests it"
    package static let discussion = [
        "--selftest tries every operation of the device on random numbers in awkward shapes, compares the results"
            + " with the processor's (those of the processor with its kernels without vector instructions),"
            + " and measures how fast the device is. It ends with code 1 where they do not agree."
    ]

    package var given = GivenArguments<InspectDevice>()
    var device = DeviceOptions()
    var isSelfTest = false
    var isQuick = false
    var isJSON = false

    package init() {}

    package static var options: [Option<InspectDevice>] {
        DeviceOptions.options(in: \.device).filter { !["fp16", "allow-tf32"].contains($0.name) } + [
            Option(
                "selftest", \.isSelfTest, .flag, group: "Test",
                help: "tries every operation of the device and measures it"),
            Option(
                "quick", \.isQuick, .flag, group: "Test",
                help: "with --selftest: small sizes only, which say nothing of the device's speed"),
            Option("json", \.isJSON, .flag, group: "Output", help: "writes JSON"),
        ]
    }

    package func check() throws(UsageError) {
        if isQuick, !isSelfTest { throw .needs(name: "quick", other: "selftest") }
    }

    package func run(in surroundings: Surroundings) throws {
        var facts = DeviceFacts(in: surroundings)
        let backend: any ComputeBackend
        do {
            backend = try device.makeBackend(in: surroundings.workplace)
        } catch {
            try facts.write(isJSON: isJSON, to: surroundings)
            throw error
        }
        facts.device = backend.deviceDescription
        guard isSelfTest else { return try facts.write(isJSON: isJSON, to: surroundings) }
        let isProcessor = backend is CPUBackend
        let test = SelfTest(
            backend, against: isProcessor ? CPUBackend.plain(threads: device.threads) : CPUBackend(),
            sizes: isQuick ? .quick : isProcessor ? .processor : .gpu, clock: surroundings.clock)
        let report = SelfTestReport(
            device: backend.deviceDescription,
            reference: isProcessor ? "the processor's plain kernels" : "the processor")
        if isJSON {
            let results = test.run { _ in }
            var object = facts.json
            object["selftest"] = report.json(results)
            try surroundings.write(.object(object))
            try report.verdict(results)
        } else {
            try facts.write(isJSON: false, to: surroundings)
            try surroundings.write("\n" + report.heading)
            let results = try test.run { try surroundings.write(report.line($0)) }
            try surroundings.write("\n" + report.mismatches(results))
            try report.verdict(results)
            try surroundings.write(report.praise(results))
        }
    }
}

extension InspectDevice {
    package static let examples = [
        ExampleLine("shows what there is", "remedi inspect device"),
        ExampleLine("tests the processor", "remedi inspect device --device cpu --selftest --quick"),
        ExampleLine("tests a GPU, and measures its speed", "remedi inspect device --device cuda --selftest"),
    ]
}
