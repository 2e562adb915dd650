import LanguageModels
import RemediCore

/// A memory plan as `inspect model` shows it.
struct PlannedMemory {
    let title: String
    let facts: Facts
    let json: JSONObject

    /// Of the host's memory.
    init(_ plan: MemoryPlan, _ workload: MemoryPlan.Workload) {
        self.init(
            "Memory of \(Self.task(workload)):",
            [
                ("weights", "weights", plan.weights),
                ("frozen", "computed once and kept", plan.frozen),
                ("activations", "activations of a step", plan.activations),
                ("workspace", "workspace of a step", plan.workspace),
                ("logits", "logits of a step", plan.logits),
                ("training", "training, all of it", plan.training),
                ("cache_per_token", "generation, each token", plan.cachePerToken),
            ], workload)
    }

    /// Of a GPU's.
    init(_ plan: DevicePlan, _ workload: MemoryPlan.Workload) {
        let texts = plan.texts == 1 ? "1 text" : "\(plan.texts) texts"
        let verdict = max(plan.training, plan.generation) <= plan.total ? "fits" : "does not fit"
        self.init(
            "Memory of \(Self.task(workload))\non a GPU that has \(ByteCount.text(plan.total)); it \(verdict):",
            [
                ("weights", "weights", plan.weights),
                ("workspace", "workspace of matrix products", plan.workspace),
                ("representations", "entities and attributes", plan.representations),
                ("editor", "editor, gradients, moments", plan.editor),
                ("frozen", "computed once and kept", plan.frozen),
                ("activations", "activations of a step", plan.activations),
                ("logits", "logits of a step", plan.logits),
                ("training", "training, at most", plan.training),
                ("text_cache", "keys and values of \(texts)", plan.textCache),
                ("generation", "generation, at most", plan.generation),
                ("device", "the GPU", plan.total),
            ], workload)
    }

    private init(
        _ title: String, _ items: [(key: String, name: String, bytes: Int)], _ workload: MemoryPlan.Workload
    ) {
        self.title = title
        var facts = Facts()
        var json: JSONObject = [
            "layer": .integer(workload.block), "batch_size": .integer(workload.batchSize),
            "samples": .integer(workload.samples),
        ]
        for item in items {
            facts.add(item.name, ByteCount.text(item.bytes))
            json[item.key] = .integer(item.bytes)
        }
        self.facts = facts
        self.json = json
    }

    private static func task(_ workload: MemoryPlan.Workload) -> String {
        "training an editor at layer \(workload.block), batches of \(workload.batchSize),"
            + " \(workload.samples) samples"
    }
}
