import LanguageModels

/// Rules of evaluations in which the reference and this program differ; each is an option of its own.
package struct EvaluationRules: Sendable, Equatable {
    /// Where a batch's texts begin to count.
    package enum Origin: String, Sendable, CaseIterable {
        /// With their own first tokens.
        case text
        /// With the padding on the left that makes all texts of a batch as long as the longest.
        case padding
    }

    /// Where random numbers of the replace baseline and of the control task come from.
    package enum Draws: String, Sendable, CaseIterable {
        /// A stream of its own for every sample or probe.
        case sample
        /// One stream of Python's `random`, from sample to sample and from probe to probe.
        case python
    }

    /// Who may stand in an entity's place under the replace baseline.
    package enum Replacement: String, Sendable, CaseIterable { case others, any }

    /// Which prompt a result file shows.
    package enum ShownPrompt: String, Sendable, CaseIterable {
        /// The sample's, by which conditions are compared.
        case sample
        /// The text that was read.
        case read
    }

    /// Where the prefix baseline's essence text begins.
    package enum EssenceCut: String, Sendable, CaseIterable {
        /// After the context.
        case context
        /// After the first full stop that a space follows.
        case sentence
    }

    /// Which occurrence of a feature's target entailment scores.
    package enum ScoredTarget: String, Sendable, CaseIterable {
        /// The one at the end.
        case end
        /// The first in the text.
        case first
    }

    /// Where positions are counted from in plain passes (fact and error classification, error correction).
    package var positions: Origin = .text
    /// Where a limit of prompt and text together starts to count.
    package var lengths: Origin = .text
    /// Whether an entity that ends its prompt is edited.
    package var editsEnds = true
    package var draws: Draws = .sample
    package var replacement: Replacement = .others
    package var shownPrompt: ShownPrompt = .sample
    package var essenceCut: EssenceCut = .context
    package var scoredTarget: ScoredTarget = .end
    /// Whether the prefix baseline puts the context in front of unrelated features, too.
    package var prefixesUnrelated = true

    package init() {}

    /// Whether results depend on which texts share a batch.
    package var dependsOnBatches: Bool { positions == .padding || lengths == .padding }

    /// The rules that differ from this program's own, for manifests.
    ///
    /// - Parameter batchSize: texts in one of the batches that padding is for.
    func inputs(batchSize: Int) -> JSONObject {
        let ours = EvaluationRules()
        var inputs = JSONObject()
        func add(_ name: String, _ isOurs: Bool, _ value: String) {
            if !isOurs { inputs[name] = .string(value) }
        }
        add("positions", positions == ours.positions, positions.rawValue)
        add("lengths", lengths == ours.lengths, lengths.rawValue)
        if dependsOnBatches { inputs["padded_batches"] = .integer(batchSize) }
        add("edit_ends", editsEnds == ours.editsEnds, "no")
        add("draws", draws == ours.draws, draws.rawValue)
        add("shown_prompt", shownPrompt == ours.shownPrompt, shownPrompt.rawValue)
        add("essence_cut", essenceCut == ours.essenceCut, essenceCut.rawValue)
        add("scored_target", scoredTarget == ours.scoredTarget, scoredTarget.rawValue)
        add("prefix_unrelated", prefixesUnrelated == ours.prefixesUnrelated, "no")
        return inputs
    }
}

// MARK: - What each evaluation follows

extension EvaluationRules {
    package var ofGeneration: EvaluationRules {
        var rules = self
        let ours = EvaluationRules()
        rules.positions = ours.positions
        rules.scoredTarget = ours.scoredTarget
        rules.prefixesUnrelated = ours.prefixesUnrelated
        return rules
    }

    package var ofErrorCorrection: EvaluationRules {
        var rules = EvaluationRules()
        rules.positions = positions
        rules.lengths = lengths
        rules.editsEnds = editsEnds
        return rules
    }

    package var ofClassification: EvaluationRules {
        var rules = EvaluationRules()
        rules.positions = positions
        rules.draws = draws
        return rules
    }

    package var ofEntailment: EvaluationRules {
        var rules = EvaluationRules()
        rules.scoredTarget = scoredTarget
        rules.prefixesUnrelated = prefixesUnrelated
        return rules
    }
}

extension JSONObject {
    /// Adds the rules that differ from this program's own.
    mutating func note(_ rules: EvaluationRules, _ mentions: MentionRule, batchSize: Int) {
        if mentions != .word { self["mentions"] = .string(mentions.rawValue) }
        for (key, value) in rules.inputs(batchSize: batchSize).members { self[key] = value }
    }
}

/// The padding on the left of texts that run in batches, each as long as its longest text.
enum LeftPadding {
    /// How many tokens stand in front of each text.
    ///
    /// - Parameter lengths: tokens of each text; nil for one that is not read, which takes its place in a batch.
    static func tokens(before lengths: [Int?], batchSize: Int) -> [Int] {
        precondition(batchSize > 0)
        var result: [Int] = []
        for start in stride(from: 0, to: lengths.count, by: batchSize) {
            let batch = lengths[start..<min(start + batchSize, lengths.count)]
            let longest = batch.compactMap { $0 }.max() ?? 0
            result += batch.map { $0.map { longest - $0 } ?? 0 }
        }
        return result
    }
}
