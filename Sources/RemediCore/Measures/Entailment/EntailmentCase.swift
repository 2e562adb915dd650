import Compute
import Foundation
import LanguageModels

/// The features that a sample is asked about.
struct EntailmentCase: Equatable {
    /// Features of probability 0 are left out.
    private(set) var lists: [[EntailmentFeature]] = []

    /// All features, list after list.
    var features: [EntailmentFeature] { lists.flatMap { $0 } }

    /// - Throws: `SkipReason.noSource` where the source holds no such lists, or a torn one.
    init(_ sample: Sample, probabilities: ReferenceProbabilities) throws {
        let source = sample.source
        for list in EntailmentList.allCases {
            let (key, probability) = list.source
            guard let entries = source?[key]?.array else { throw SkipReason.noSource }
            lists.append(
                try entries.compactMap {
                    try Self.feature($0, probability: probability, probabilities: probabilities)
                })
        }
    }

    /// nil for a feature of probability 0.
    private static func feature(
        _ entry: JSONValue, probability key: String?, probabilities: ReferenceProbabilities
    ) throws -> EntailmentFeature? {
        guard let fluent = entry["feature_fluent"]?.string, let prompt = entry["prompt"]?.string,
            let target = entry["target"]?.string, !target.isEmpty
        else { throw SkipReason.noSource }
        var reference: Double?
        if let key {
            guard var value = entry[key]?.double ?? entry[key]?.string.flatMap(Double.init) else {
                throw SkipReason.noSource
            }
            if probabilities == .rounded { value = Double(String(format: "%.2f", value)) ?? value }
            guard value > 0 else { return nil }
            reference = log(value)
        }
        return EntailmentFeature(fluent: fluent, prompt: prompt, target: target, reference: reference)
    }
}

/// The three lists of features that a McRae sample's source holds.
enum EntailmentList: String, CaseIterable {
    /// Features that often go with the one that the context gives the concept.
    case coOccurring = "co_features"
    /// Features that people name of the concept itself.
    case original = "orig_features"
    case unrelated = "unrel_features"

    /// The beginning of its metrics' names.
    var prefix: String { String(rawValue.prefix { $0 != "_" }) }

    /// In reports.
    var words: String {
        switch self {
        case .coOccurring: "co-occurring"
        case .original: "original"
        case .unrelated: "unrelated"
        }
    }

    /// Its name in the source, and where the probabilities stand there.
    fileprivate var source: (key: String, probability: String?) {
        switch self {
        case .coOccurring: ("all_co_features", "co_prob")
        case .original: ("original_features", "prob")
        case .unrelated: ("unrelated_features", nil)
        }
    }
}

/// A feature that a model may believe a concept to have.
struct EntailmentFeature: Equatable {
    /// "is a bird"
    let fluent: String
    /// "A crow is a"
    let prompt: String
    /// "bird"
    let target: String
    /// The logarithm of how often it goes with the context's feature, or is named of the concept; nil for
    /// unrelated features.
    let reference: Double?
    /// Whether it belongs to the features that have nothing to do with the context's.
    var isUnrelated: Bool { reference == nil }
}

/// Where the texts of one condition are read and edited.
struct EntailmentReader {
    let model: LanguageModel
    let tokenOptions: TokenOptions
    /// Whether the context stands in front.
    let isPrefixed: Bool
    var rules = EvaluationRules()

    /// The texts of a sample's features: prompt, space and target, of which the target is scored.  Where its
    /// first occurrence counts, texts end there.
    ///
    /// - Parameter edit: the sample's number and its direction [1, D]; nil: nothing is edited.
    /// - Throws: `SkipReason`; `LanguageModelError.configuration` for a token without an embedding.
    func endings(
        of sample: Sample, _ features: [EntailmentFeature], edit: (sample: Int, direction: Matrix)?
    ) throws -> [ScoredEnding] {
        try features.map { feature in
            let isPrefixed = isPrefixed && (rules.prefixesUnrelated || !feature.isUnrelated)
            let front = isPrefixed ? sample.inContext(feature.prompt).text : feature.prompt
            let text = front + " " + feature.target
            let encoding = model.tokenizer.encode(text)
            guard let target = tokens(of: feature.target, in: text, encoding), target.lowerBound > 0 else {
                throw SkipReason.emptyPrompt
            }
            guard encoding.ids.count - 1 <= model.contextLength else { throw SkipReason.tooLong }
            try model.check(tokens: encoding.ids)
            let isFirst = rules.scoredTarget == .first
            var ending = ScoredEnding(
                tokens: isFirst ? Array(encoding.ids[..<target.upperBound]) : encoding.ids,
                start: target.lowerBound)
            if let edit, let tokens = try editedTokens(of: sample, in: text, before: target) {
                ending.edit = PromptEdit(tokens: tokens, direction: edit.direction, sample: edit.sample)
            }
            return ending
        }
    }

    /// The target's tokens at the end of the text, or where it first occurs.
    private func tokens(of target: String, in text: String, _ encoding: Encoding) -> Range<Int>? {
        let lastByte = !tokenOptions.firstByteToken
        if rules.scoredTarget == .first {
            return encoding.tokens(ofText: target, occurrence: 0, in: text, lastByte: lastByte)
        }
        let end = text.unicodeScalars.count
        return encoding.tokens(of: end - target.unicodeScalars.count..<end, lastByte: lastByte)
    }

    /// nil where the edit would come after all that is read.
    private func editedTokens(
        of sample: Sample, in text: String, before target: Range<Int>
    ) throws -> Range<Int>? {
        do {
            let located = try model.locate(entity: sample.entity, in: text, options: tokenOptions)
            if rules.scoredTarget == .first {
                let read = located.editedTokens.clamped(to: 0..<target.upperBound - 1)
                return read.isEmpty ? nil : read
            }
            guard located.entityInPrompt.upperBound <= target.lowerBound else {
                throw SkipReason.entityNotInPrompt
            }
            return located.editedTokens
        } catch RemediError.entityNotInPrompt {
            throw SkipReason.entityNotInPrompt
        }
    }
}
