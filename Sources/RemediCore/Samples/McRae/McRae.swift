import Foundation
import LanguageModels

/// Samples of the McRae norms (Semantics.md §2.7): a concept is said to have a
/// feature that it lacks, and should then be believed to have another that often goes with it.
package struct McRae {
    package struct Options: Sendable, Equatable {
        /// Whether a context feature may be drawn as unrelated to itself, as in the reference.
        package var drawsContextFeature = false
        /// Whether probabilities in lists are texts of two decimals, as in the reference.
        package var roundsProbabilities = false
        /// How the articles in front of concepts are chosen.
        package var articles: IndefiniteArticle.Rule = .firstWord
        package var seed: UInt64 = 123_456

        package init() {}
    }

    /// Reasons for dropping a row or a pair of features.
    package enum DropReason {
        package static let unwantedFeature = "unwanted feature"
        package static let noConcept = "every concept has one of the features"
    }

    /// Pairs of features that go together less often are not used.
    private static let minimumCoOccurrence = 0.1
    private static let unrelatedCount = 5
    /// All samples' lists together may have so many features; the real file's have about a million.
    private static let listedLimit = 10_000_000

    private let norms: McRaeNorms
    private let options: Options
    private let together: [[(feature: Int, probability: Double)]]

    init(norms: McRaeNorms, options: Options) {
        self.norms = norms
        self.options = options
        together = norms.coOccurrences()
    }

    /// Calls `sample` with every sample, or `dropped` with the id of a pair that gives none, in the order of
    /// the reference.
    ///
    /// - Returns: nil, or how many features the samples would list, if these are too many to make them.
    func draw(_ sample: (Sample) -> Void, dropped: (String) -> Void) -> Int? {
        var pairs: [(context: Int, place: Int)] = []
        var listed = 0
        for (context, others) in together.enumerated() {
            for (place, other) in others.enumerated() where other.probability >= Self.minimumCoOccurrence {
                pairs.append((context, place))
                listed += others.count
            }
        }
        guard listed <= Self.listedLimit else { return listed }
        var random = PythonRandom(seed: options.seed)
        random.shuffle(&pairs)
        for (context, place) in pairs {
            let prompt = together[context][place].feature
            let taken = norms.concepts(with: context) + norms.concepts(with: prompt)
            let free = Complement(of: taken, below: norms.concepts.count)
            guard free.count > 0 else {
                dropped("\(id(context))/\(id(prompt))")
                continue
            }
            let concept = free[random.sample(1, of: free.count)[0]]
            sample(self.sample(of: concept, context: context, place: place, &random))
        }
        return nil
    }

    private func id(_ feature: Int) -> String {
        norms.features[feature].text.replacingExactly(" ", with: "_")
    }

    private func sample(
        of conceptNumber: Int, context: Int, place: Int, _ random: inout PythonRandom
    ) -> Sample {
        let concept = norms.concepts[conceptNumber]
        let prompt = together[context][place].feature
        let (said, asked) = (norms.features[context], norms.features[prompt])
        let id = "\(concept.text.replacingExactly(" ", with: "_"))/\(id(context))/\(id(prompt))"
        let unrelated = unrelatedFeatures(to: context, of: concept, sample: id, &random)
        let subject = "\(IndefiniteArticle.of(concept.entity, rule: options.articles)) \(concept.entity)"
        func listed(_ feature: Int, _ key: String? = nil, _ probability: Double = 0) -> JSONValue {
            entry(norms.features[feature], subject: subject, key: key, probability: probability)
        }
        let source: JSONValue = [
            "concept": .string(concept.text),
            "context_feature": .string(said.text), "context_feature_fluent": .string(said.fluent),
            "prompt_feature": .string(asked.text), "prompt_feature_fluent": .string(asked.fluent),
            "co_prob": .number(together[context][place].probability),
            "all_co_features": .array(
                together[context].map { listed($0.feature, "co_prob", $0.probability) }),
            "original_features": .array(concept.features.map { listed($0.feature, "prob", $0.probability) }),
            "unrelated_features": .array(unrelated.map { listed($0) }),
        ]
        return Sample(
            id: id, entity: concept.entity, attribute: said.fluent,
            context: "\(subject) \(said.fluent).", prompt: Self.prompt(of: asked, subject: subject),
            targetMediated: asked.target, source: source)
    }

    private static func prompt(of feature: McRaeFeature, subject: String) -> String {
        feature.prompt.isEmpty ? subject : "\(subject) \(feature.prompt)"
    }

    /// A feature in a list; the probability only under a key.
    private func entry(
        _ feature: McRaeFeature, subject: String, key: String?, probability: Double
    ) -> JSONValue {
        var object: JSONObject = [
            "feature": .string(feature.text), "feature_fluent": .string(feature.fluent),
            "prompt": .string(Self.prompt(of: feature, subject: subject)), "target": .string(feature.target),
        ]
        if let key {
            object[key] =
                options.roundsProbabilities
                ? .string(String(format: "%.2f", probability)) : .number(probability)
        }
        return .object(object)
    }

    /// Features that neither go with `context` nor belong to the concept.
    ///
    /// The reference lets the context feature be among them.  It is then replaced by another, drawn apart, so
    /// that all other samples stay those of the reference.
    private func unrelatedFeatures(
        to context: Int, of concept: McRaeNorms.Concept, sample id: String, _ random: inout PythonRandom
    ) -> [Int] {
        let related = together[context].map(\.feature) + concept.features.map(\.feature)
        let total = norms.features.count
        let candidates = Complement(of: related, below: total)
        var drawn = random.sample(min(Self.unrelatedCount, candidates.count), of: candidates.count)
            .map { candidates[$0] }
        if !options.drawsContextFeature, let place = drawn.firstIndex(of: context) {
            let rest = Complement(of: related + drawn, below: total)
            var stream = RandomStream(seed: options.seed, purpose: "mcrae unrelated", sample: id)
            drawn.replaceSubrange(
                place...place, with: rest.count > 0 ? [rest[Int(stream.next() % UInt64(rest.count))]] : [])
        }
        return drawn
    }
}
