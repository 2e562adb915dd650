import Foundation
import LanguageModels

/// Does the model believe some attributes of an entity?  Each attribute's direction is compared with the
/// entity's state in a prompt, as in fact classification, normalised by what is kept with the editor, so that
/// one fact is enough.
package struct SingleProbe {
    private let probe: Probe
    private let normalizer: StoredNormalizer
    private let entityBlock: Int?

    /// - Parameters:
    ///   - directory: holds `<type>/<block>/weights.*` and `normalizer.safetensors` beside it.
    ///   - entityBlock: where the entity is read; nil: from the editor's block on, where probes were right
    ///     most often on the training split.
    ///   - tokens: for editors that do not say how their tokens are chosen.
    /// - Throws: `RemediError.editorMissing`, `.editorMismatch`, `.normalizerMissing`,
    ///   `.normalizerMismatch`; `LanguageModelError`.
    package init(
        model: LanguageModel, type: EditorType, block: Int, directory: URL, entityBlock: Int?,
        tokens: TokenOptions = TokenOptions(), progress: any ProgressReporter = SilentProgress()
    ) throws {
        if let entityBlock { try model.check(block: entityBlock) }
        probe = try Probe(
            model: model, type: type, block: block, directory: directory,
            entityBlocks: entityBlock.map { [$0] } ?? Array(block..<model.blocks),
            controls: ProbeControls(), tokens: tokens, progress: progress)
        normalizer = try StoredNormalizer(for: probe)
        self.entityBlock = entityBlock
    }

    /// Probes for every one of `attributes`, none empty.
    ///
    /// - Parameters:
    ///   - prompt: names the entity.
    ///   - context: stands in front of the prompt and may say something of the entity; nil: nothing.
    /// - Throws: `RemediError.entityNotInPrompt`, `.notFinite`; `LanguageModelError`; `ComputeError`.
    package func run(
        entity: String, prompt: String, context: String? = nil, attributes: [String]
    ) throws -> SingleProbeResult {
        precondition(!attributes.isEmpty)
        let model = probe.model
        let task: FactTask = context == nil ? .decontextual : .contextual
        let block = entityBlock ?? mostTelling(task)
        let text = Sample(
            id: "", entity: entity, attribute: "", context: context ?? "", prompt: prompt
        ).inContext(prompt)
        let located = try model.locate(
            entity: entity, in: context == nil ? prompt : text.text,
            searchStart: context == nil ? 0 : text.promptStart, options: probe.tokens)
        let last = located.entityInPrompt.upperBound - 1
        let state = try model.backend.read(
            try model.states(
                of: [located.promptTokens],
                reading: [StateReading(sequence: 0, block: block, tokens: last..<last + 1)]))
        let directions = try directions(entity: entity, prompt: prompt, attributes: attributes)
        let product = NormalizedDotProduct(normalizer.entity(task, block: block), normalizer.directions)
        let scores = product(attributes.flatMap { _ in state }, directions)
        guard scores.allSatisfy(\.isFinite) else { throw RemediError.notFinite(samples: []) }
        let calibration = normalizer.calibration(task, block: block)
        let beliefs = zip(attributes, scores).map {
            SingleProbeResult.Belief(attribute: $0, score: $1, calibration: calibration)
        }
        return SingleProbeResult(
            entity: entity, prompt: prompt, context: context,
            tokens: located.promptTokens.map(model.tokenizer.token),
            entityToken: last, type: probe.type, block: probe.block, entityBlock: block,
            beliefs: beliefs.enumerated().sorted {
                ($1.element.score, $0.offset) < ($0.element.score, $1.offset)
            }
            .map(\.element),
            calibration: calibration, dataset: normalizer.dataset, sampleCount: normalizer.sampleCount)
    }

    /// [attributes, D]; each attribute is read after the entity.
    private func directions(entity: String, prompt: String, attributes: [String]) throws -> [Float] {
        let samples = attributes.map { attribute in
            Sample(
                id: attribute, entity: entity, attribute: attribute,
                context: entity + (attribute.hasPrefix("'") || attribute.hasPrefix(",") ? "" : " ")
                    + attribute, prompt: prompt)
        }
        let representations = try probe.model.representations(
            of: samples, block: probe.block, options: probe.tokens)
        return try probe.model.backend.read(
            try probe.editor().directions(for: representations, sampleIds: attributes))
    }

    /// The block at which the probe was right most often of training samples; of equals the lowest.
    private func mostTelling(_ task: FactTask) -> Int {
        var best = probe.block
        func accuracy(_ block: Int) -> Double { normalizer.calibration(task, block: block).pairAccuracy }
        for block in probe.entityBlocks where accuracy(block) > accuracy(best) { best = block }
        return best
    }
}

/// The result of a `SingleProbe`.
package struct SingleProbeResult: Sendable, Equatable {
    /// How much the model seems to believe one attribute.
    package struct Belief: Sendable, Equatable {
        package let attribute: String
        /// The normalised dot product.
        package let score: Double
        /// The shares of training attributes with a lower score: of those that the model believes, and of
        /// those that it does not.
        package let shareOfBelieved: Double
        package let shareOfOthers: Double
        package let isBelieved: Bool

        init(attribute: String, score: Double, calibration: ProbeCalibration) {
            self.attribute = attribute
            self.score = score
            shareOfBelieved = ProbeCalibration.share(below: score, quantiles: calibration.believed)
            shareOfOthers = ProbeCalibration.share(below: score, quantiles: calibration.notBelieved)
            isBelieved = score > calibration.threshold
        }
    }

    package let entity: String
    package let prompt: String
    package let context: String?
    /// Of the text in which the entity is read, and which of them it is.
    package let tokens: [String]
    package let entityToken: Int
    package let type: EditorType
    package let block: Int
    package let entityBlock: Int
    /// The highest score first.
    package let beliefs: [Belief]
    package let calibration: ProbeCalibration
    /// The samples of the normalizer.
    package let dataset: String
    package let sampleCount: Int

    /// A probe that tells the attributes that are believed from the others hardly better than a coin says
    /// nothing of a single one.
    package static let leastAccuracy = 0.55

    /// Whether a verdict on a single attribute means anything.
    package var isTelling: Bool { calibration.balancedAccuracy >= Self.leastAccuracy }

    /// Every two attributes, the one with the higher score first.
    package var pairs: [(rather: Belief, than: Belief)] {
        beliefs.indices.flatMap { first in
            beliefs.indices.dropFirst(first + 1).map { (beliefs[first], beliefs[$0]) }
        }
    }

    package var json: JSONValue {
        [
            "entity": .string(entity), "prompt": .string(prompt),
            "context": context.map { .string($0) } ?? .null,
            "tokens": .array(tokens.map { .string($0) }), "entity_token": .integer(entityToken),
            "editor_type": .string(type.rawValue), "layer": .integer(block),
            "entity_layer": .integer(entityBlock),
            "attributes": .array(
                beliefs.map {
                    [
                        "attribute": .string($0.attribute), "score": .number($0.score),
                        "share_of_believed": .number($0.shareOfBelieved),
                        "share_of_others": .number($0.shareOfOthers),
                        "believed": isTelling ? .bool($0.isBelieved) : .null,
                    ]
                }),
            "pairs": .array(
                pairs.map {
                    [
                        "rather": .string($0.rather.attribute), "than": .string($0.than.attribute),
                        "margin": .number($0.rather.score - $0.than.score),
                    ]
                }),
            "threshold": .number(calibration.threshold),
            "accuracy": .number(calibration.balancedAccuracy),
            "pair_accuracy": .number(calibration.pairAccuracy),
            "normalizer": ["dataset": .string(dataset), "samples": .integer(sampleCount)],
        ]
    }
}
