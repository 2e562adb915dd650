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
    var layer: Int?
    var batchSize = 16
    var samples = 4500
    var isJSON = false

    package init() {}

    package static var options: [Option<InspectModel>] {
        ModelArguments.options(in: \.model).filter { $0.name == "model" || $0.name == "fp16" } + [
            Option(
                "layer", short: "l", \.layer, .optional(.integer(minimum: 0)), group: "Plan",
                help: "plans training an editor at this layer; the middle one if not given"),
            Option(
                "batch-size", \.batchSize, .integer(minimum: 1), group: "Plan",
                help: "plans training steps of so many samples"),
            Option(
                "samples", \.samples, .integer(minimum: 1), group: "Plan",
                help: "plans training with so many samples"),
            Option("json", \.isJSON, .flag, group: "Output", help: "writes JSON"),
        ]
    }

    package func run(in surroundings: Surroundings) throws {
        let folder = try model.locate(in: surroundings.workplace)
        let checkpoint = try Checkpoint(folder: folder)
        let summary = try ModelSummary(checkpoint)
        let blocks = summary.configuration.blocks
        let block = layer ?? blocks / 2
        guard block < blocks else { throw LanguageModelError.noSuchBlock(block: block, blocks: blocks) }
        var workload = MemoryPlan.Workload(block: block)
        workload.batchSize = batchSize
        workload.samples = samples
        let elementType = model.device.elementType(for: ModelName(model.name))
        let plan = MemoryPlan(summary, workload, elementType: elementType)
        if isJSON {
            return try surroundings.write(json(checkpoint, summary, plan, block: block))
        }
        try surroundings.write(report(checkpoint, summary, plan, block: block))
    }

    private func facts(_ summary: ModelSummary) -> [(key: String, title: String, value: JSONValue)] {
        let configuration = summary.configuration
        let types = ElementType.allCases.compactMap { type in
            summary.parametersByType[type].map { "\(type.rawValue) \($0)" }
        }
        return [
            ("model_type", "family", .string(configuration.modelType)),
            ("blocks", "layers", .integer(configuration.blocks)),
            ("hidden_size", "hidden size", .integer(configuration.hiddenSize)),
            ("heads", "heads", .integer(configuration.attention.heads)),
            ("key_value_heads", "key/value heads", .integer(configuration.attention.keyValueHeads)),
            ("inner_size", "feed-forward size", .integer(configuration.feedForward.innerSize)),
            ("vocabulary_size", "vocabulary", .integer(configuration.vocabularySize)),
            ("context_length", "longest text", .integer(configuration.contextLength)),
            ("parameters", "parameters", .integer(summary.parameterCount)),
            ("stored_as", "stored as", .string(types.joined(separator: ", "))),
        ]
    }

    private func planned(_ plan: MemoryPlan) -> [(key: String, title: String, bytes: Int)] {
        [
            ("weights", "weights", plan.weights),
            ("frozen", "computed once and kept", plan.frozen),
            ("activations", "activations of a step", plan.activations),
            ("workspace", "workspace of a step", plan.workspace),
            ("logits", "logits of a step", plan.logits),
            ("training", "training, all of it", plan.training),
            ("cache_per_token", "generation, each token", plan.cachePerToken),
        ]
    }

    private func json(
        _ checkpoint: Checkpoint, _ summary: ModelSummary, _ plan: MemoryPlan, block: Int
    ) -> JSONValue {
        var object: JSONObject = [
            "folder": .string(checkpoint.folder.path), "fingerprint": .string(checkpoint.fingerprint),
        ]
        for fact in facts(summary) { object[fact.key] = fact.value }
        object["parts"] = .array(
            summary.parts.map {
                [
                    "part": .string($0.part.rawValue), "parameters": .integer($0.parameters),
                    "bytes": .integer($0.byteCount),
                ]
            })
        var memory: JSONObject = [
            "layer": .integer(block), "batch_size": .integer(batchSize), "samples": .integer(samples),
        ]
        for item in planned(plan) { memory[item.key] = .integer(item.bytes) }
        object["memory_bytes"] = .object(memory)
        return .object(object)
    }

    private func report(
        _ checkpoint: Checkpoint, _ summary: ModelSummary, _ plan: MemoryPlan, block: Int
    ) -> String {
        var overview = Facts()
        overview.add("folder", checkpoint.folder.path)
        for fact in facts(summary) { overview.add(fact.title, fact.value.string ?? fact.value.text()) }
        overview.add("fingerprint", checkpoint.fingerprint)
        var parts = TextTable(columns: [.init("part"), .init("parameters", .right), .init("size", .right)])
        for part in summary.parts {
            parts.add([part.part.rawValue, "\(part.parameters)", ByteCount.text(part.byteCount)])
        }
        var memory = Facts()
        for item in planned(plan) { memory.add(item.title, ByteCount.text(item.bytes)) }
        return overview.text + "\n" + parts.text()
            + "\nMemory of training an editor at layer \(block), batches of \(batchSize), \(samples) samples:\n"
            + memory.text
    }
}
