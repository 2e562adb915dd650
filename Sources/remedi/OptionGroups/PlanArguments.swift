import LanguageModels
import RemediCore

/// The options that say what memory is planned for.
struct PlanArguments: Sendable, Equatable {
    var layer: Int?
    var batchSize = 16
    var samples = 4500
    var promptTokens = 24
    var prefixTokens = 8
    var readTokens = 8
    var textTokens = 100
    var cacheMemory: Int?
    var deviceMemory: Int?

    /// The memory that CUDA itself leaves of a card of 80 GB.
    static let usualDeviceMemory = 79 << 30

    static func options<Outer>(
        in place: WritableKeyPath<Outer, PlanArguments> & Sendable
    ) -> [Option<Outer>] {
        let group = "Plan"
        let all: [Option<PlanArguments>] = [
            Option(
                "layer", short: "l", \.layer, .optional(.integer(minimum: 0)), group: group,
                help: "plans training an editor at this layer; the middle one if not given"),
            Option(
                "batch-size", \.batchSize, .integer(minimum: 1, maximum: NumberRange.largestBatch),
                group: group,
                help: "plans training steps of so many samples"),
            Option(
                "samples", \.samples, .integer(minimum: 1, maximum: NumberRange.mostPlannedSamples),
                group: group,
                help: "plans training with so many samples"),
            Option(
                "prompt-tokens", \.promptTokens, .integer(minimum: 1, maximum: NumberRange.mostTokens),
                group: group,
                help: "plans prompts of so many tokens"),
            Option(
                "prefix-tokens", \.prefixTokens, .integer(minimum: 0, maximum: NumberRange.mostTokens),
                group: group,
                help: "tokens of them before the edited one"),
            Option(
                "read-tokens", \.readTokens, .integer(minimum: 1, maximum: NumberRange.mostTokens),
                group: group,
                help: "tokens of them, the last ones, whose predictions are read"),
            Option(
                "text-tokens", \.textTokens, .integer(minimum: 1, maximum: NumberRange.mostTokens),
                group: group,
                help: "on a GPU, plans continuing texts to so many tokens"),
            Option(
                "cache-memory", \.cacheMemory, .optional(.size), group: group,
                help: "on a GPU, plans keeping so much of what is computed once; if not given, what training"
                    + " would choose"),
            Option(
                "device-memory", \.deviceMemory, .optional(.size), group: group,
                help: "the memory of the GPU that is planned for; if not given, that of a card of 80 GB"),
        ]
        return all.map { $0.inside(place) }
    }

    /// - Throws: `UsageError` for a layer that is not there and tokens that do not fit their prompt.
    func workload(
        of configuration: TransformerConfiguration, named name: String
    ) throws -> MemoryPlan.Workload {
        let blocks = configuration.blocks
        let block = layer ?? blocks / 2
        guard block < blocks else {
            throw ModelError.noSuchLayer(layer: block, model: name, layers: blocks)
        }
        guard promptTokens <= configuration.contextLength else {
            throw LanguageModelError.tooLong(tokens: promptTokens, limit: configuration.contextLength)
        }
        for (name, count) in [
            ("prefix-tokens", prefixTokens + 1), ("read-tokens", prefixTokens + readTokens),
        ]
        where count > promptTokens {
            throw UsageError.meaningless(
                name: name, subject: "prompts of \(promptTokens) tokens with \(prefixTokens) before the edit")
        }
        var workload = MemoryPlan.Workload(block: block)
        workload.batchSize = batchSize
        workload.samples = samples
        workload.tokens = promptTokens
        workload.prefix = prefixTokens
        workload.reads = readTokens
        return workload
    }
}
