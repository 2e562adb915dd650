import Compute
import Foundation
import LanguageModels
import RemediCore

/// `inspect model`: a checkpoint's configuration, size and memory plan, before anything is loaded.
package struct InspectModel: Command {
    package static let name = "model"
    package static let summary = "shows a model's configuration, size and memory plan without loading it"

    package var given = GivenArguments<InspectModel>()
    var model = ModelArguments()
    var plan = PlanArguments()
    var isPlanOnly = false
    var isJSON = false

    package init() {}

    package static var options: [Option<InspectModel>] {
        ModelArguments.options(in: \.model).filter { ["model", "revision", "fp16"].contains($0.name) } + [
            Option(
                "device", \.model.device.device, .device, group: "Plan",
                help: "what memory is planned for: the processor's, or with cuda a GPU's, which need not be"
                    + " there")
        ] + PlanArguments.options(in: \.plan) + [
            Option(
                "memory", \.isPlanOnly, .flag, group: "Output", help: "shows the memory plan and nothing else"
            ),
            Option("json", \.isJSON, .flag, group: "Output", help: "writes JSON"),
        ]
    }

    package func run(in surroundings: Surroundings) throws {
        let (summary, identity) = try ModelName(model.name).summarized(
            prefersHalf: model.prefersHalf, in: surroundings.workplace)
        if let folder = try? model.locate(in: surroundings.workplace) {
            try ModelArguments.report(
                warningsOf: folder, to: ProgressDisplay(surroundings, verbosity: .normal))
        }
        for note in summary.notes {
            try surroundings.tell(Messages.notice(note), .warning)
        }
        let memory = try planned(summary)
        if isJSON {
            var object = isPlanOnly ? JSONObject() : json(summary, identity)
            object["memory_bytes"] = .object(memory.json)
            return try surroundings.write(.object(object))
        }
        let overview = isPlanOnly ? "" : report(summary, identity) + "\n"
        try surroundings.write(overview + memory.title + "\n" + memory.facts.text)
    }

    private func planned(_ summary: ModelSummary) throws -> PlannedMemory {
        let workload = try plan.workload(of: summary.configuration, named: model.name)
        let elementType = model.device.elementType(for: ModelName(model.name))
        guard case .cuda = model.device.device else {
            return PlannedMemory(MemoryPlan(summary, workload, elementType: elementType), workload)
        }
        var device = DevicePlan.Workload(workload)
        device.textTokens = plan.textTokens
        device.cacheBytes = plan.cacheMemory
        return PlannedMemory(
            try DevicePlan(
                summary, device, elementType: elementType,
                totalMemory: plan.deviceMemory ?? PlanArguments.usualDeviceMemory, architecture: 90),
            workload)
    }
}

// MARK: - Overview

extension InspectModel {
    private func facts(_ summary: ModelSummary) -> [(key: String, title: String, value: JSONValue)] {
        let configuration = summary.configuration
        let precision = summary.precision(as: model.device.elementType(for: ModelName(model.name)))
        let types = summary.storedTypes.map { "\($0.name) \($0.parameters)" }
        return [
            ("model_type", "family", .string(configuration.modelType)),
            ("blocks", "layers", .integer(configuration.blocks)),
            ("hidden_size", "hidden size", .integer(configuration.hiddenSize)),
            ("heads", "heads", .integer(configuration.attention.heads)),
            ("key_value_heads", "key/value heads", .integer(configuration.attention.keyValueHeads)),
            ("inner_size", "feed-forward size", .integer(configuration.feedForward.innerSize)),
            ("vocabulary_size", "vocabulary, tokens", .integer(configuration.vocabularySize)),
            ("context_length", "longest text, tokens", .integer(configuration.contextLength)),
            ("parameters", "parameters", .integer(summary.parameterCount)),
            ("stored_as", "stored as", .string(types.joined(separator: ", "))),
            ("held_as", "held as", precision.json),
        ]
    }

    private func json(_ summary: ModelSummary, _ identity: ModelFingerprint?) -> JSONObject {
        var object: JSONObject = [
            "folder": identity.map { .string($0.folder.path) } ?? .null,
            "fingerprint": identity.map { .string($0.value) } ?? .null,
        ]
        for fact in facts(summary) { object[fact.key] = fact.value }
        object["parts"] = .array(
            summary.parts.map {
                [
                    "part": .string($0.part.rawValue), "parameters": .integer($0.parameters),
                    "bytes": .integer($0.byteCount),
                ]
            })
        return object
    }

    private func report(_ summary: ModelSummary, _ identity: ModelFingerprint?) -> String {
        var overview = Facts()
        overview.add("folder", identity?.folder.path ?? "not there; as published")
        for fact in facts(summary) { overview.add(fact.title, fact.value.string ?? fact.value.text()) }
        if let identity { overview.add("fingerprint", identity.value) }
        var parts = TextTable(columns: [.init("part"), .init("parameters", .right), .init("size", .right)])
        for part in summary.parts {
            parts.add([part.part.rawValue, "\(part.parameters)", ByteCount.text(part.byteCount)])
        }
        return overview.text + "\n" + parts.text()
    }
}

extension InspectModel {
    package static let examples = [
        ExampleLine("shows a model", "remedi inspect model -m demo"),
        ExampleLine(
            "plans training on a GPU, of a model that is not here yet",
            "remedi inspect model -m gptj --memory --device cuda"),
    ]
}
