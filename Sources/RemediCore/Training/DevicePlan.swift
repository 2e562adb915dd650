import Compute
import LanguageModels

/// How much memory of a GPU training an editor and continuing texts take, before anything is loaded: both are
/// done on a device that computes nothing and counts.
package struct DevicePlan: Sendable, Equatable {
    /// The computation.
    package struct Workload: Sendable, Equatable {
        package var plan: MemoryPlan.Workload
        /// Tokens of a text that is continued, its prompt included.
        package var textTokens = 100
        /// Device bytes for what is computed once; nil: as training chooses.
        package var cacheBytes: Int?

        package init(_ plan: MemoryPlan.Workload) { self.plan = plan }
    }

    /// The device's memory.
    package let total: Int
    /// The workspace of matrix products and distributions.
    package let workspace: Int
    package let weights: Int
    /// h_entity and h_attr of every sample, and rotary tables.
    package let representations: Int
    /// Its parameters, their gradients and AdamW's moments.
    package let editor: Int
    /// The memory of results computed once for every sample and kept.
    package let frozen: Int
    /// Of the training step that takes most.
    package let activations: Int
    package let logits: Int
    /// The most that training holds at once.
    package let training: Int
    /// Texts that are continued side by side, and their keys and values.
    package let texts: Int
    package let textCache: Int
    /// The most that continuing texts holds at once.
    package let generation: Int

    /// - Parameters:
    ///   - elementType: what weights are rounded to; nil: as they are stored.
    ///   - totalMemory: what the device has.
    ///   - architecture: 10 · major + minor of its compute capability.
    /// - Throws: `LanguageModelError` for texts that the model cannot read.
    package init(
        _ summary: ModelSummary, _ workload: Workload, elementType: ElementType?, totalMemory: Int,
        architecture: Int
    ) throws {
        workspace = PlannedDevice.workspaceBytes(architecture: architecture)
        let device = PlannedDevice(
            totalMemory: totalMemory - workspace, vocabularySize: summary.configuration.vocabularySize)
        let model = try LanguageModel(planned: summary, on: device, elementType: elementType)
        total = totalMemory
        weights = device.usage.total
        let rehearsal = try Self.rehearse(workload, model, device)
        representations = rehearsal.representations
        editor = rehearsal.editor
        frozen = rehearsal.frozen
        logits = rehearsal.step.logits
        activations = rehearsal.step.total - rehearsal.step.logits
        training = workspace + rehearsal.highest
        let texts = try Self.continueTexts(workload, model, device)
        self.texts = texts.count
        textCache = texts.cache
        generation = workspace + texts.highest
    }

    private static func rehearse(
        _ workload: Workload, _ model: LanguageModel, _ device: PlannedDevice
    ) throws -> TrainingRehearsal {
        let plan = workload.plan
        var options = TrainingOptions()
        options.batchSize = plan.batchSize
        options.cacheBytes = workload.cacheBytes
        let tokens = Array(repeating: 0, count: plan.tokens)
        let example = TrainingExample(
            id: "",
            source: RepresentationSource(
                attributeText: tokens, attribute: plan.tokens - 1..<plan.tokens,
                entityText: Array(tokens.prefix(plan.prefix + 1)), entity: plan.prefix..<plan.prefix + 1),
            prompt: FreezeRequest(
                tokens: tokens, editedTokens: plan.prefix..<plan.prefix + 1,
                readPositions: Array(plan.tokens - plan.reads..<plan.tokens)),
            target: 0, comparator: 0)
        return try TrainingRehearsal(
            Array(repeating: example, count: plan.samples), trainingCount: plan.samples, block: plan.block,
            type: .linear, options: options, weights: LossWeights(options, dataset: .counterfact),
            model: model, on: device)
    }

    private static func continueTexts(
        _ workload: Workload, _ model: LanguageModel, _ device: PlannedDevice
    ) throws -> (count: Int, cache: Int, highest: Int) {
        let plan = workload.plan
        let length = max(min(workload.textTokens, model.contextLength), plan.tokens + 1)
        var options = GenerationOptions(sampling: .topK(5, temperature: 1), limit: .total(length))
        options.stopsAtEndToken = false
        options.sideBySide = 2 * plan.batchSize - 1
        var cache = 0
        let prompts = Array(repeating: Array(repeating: 0, count: plan.tokens), count: options.sideBySide)
        let (_, highest) = try device.highest {
            _ = try model.generate(
                prompts, options: options, seed: 0, streamIds: prompts.map { _ in "" },
                advanced: { _ in cache = max(cache, model.allowance.held(.cache)) })
        }
        // The last token is not read.
        let textBytes = model.configuration.cacheBytesPerToken * (length - 1)
        return (cache / textBytes, cache, highest.total)
    }
}
