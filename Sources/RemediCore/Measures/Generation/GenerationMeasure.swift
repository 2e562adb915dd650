import LanguageModels

/// How a model continues prompts: fluency is the mean entropy of a text's n-grams, consistency how alike a sample's
/// texts are to texts about entities that truly have the attribute (Semantics.md §7.3).
///
/// Every distinct generation prompt of a case is continued once.  Texts count whole, prompts included.
package struct GenerationMeasure: Measure {
    package let name = "generation"
    package let metrics = [
        MetricForm("fluency", unit: Self.fluencyUnit).with(\.isBetterIfHigher, false),
        MetricForm("consistency", unit: MetricForm.similarity, bounds: MetricForm.share),
    ]
    static let fluencyUnit = "fluency (bits)"

    /// Reference texts are written to the result as long as they stay below this size altogether, in bytes.
    static let referenceLimit = 64 << 20

    package let headings = [
        MeasureHeading(metric: "fluency", "Fluency"),
        MeasureHeading(metric: "consistency", "Consis\u{AD}tency", .pictureOfLayers),
    ]
    package let layerCriterion: String? = "consistency"
    package let examples: ExampleForm? = ExampleForm(metric: "consistency", card: .text)
    package let showcase = [
        ShowcaseForm(
            "consistency", "consistency",
            meaning:
                "how alike its texts are to texts about others of whom the new fact is true (TF-IDF, 0 to 1)"
        ),
        ShowcaseForm(
            "fluency", "fluency",
            meaning: "how varied its words are (entropy of n-grams, bits); a low one means repetition"),
    ]
    package var weighed: [(metric: String, title: String)] {
        [("consistency", "consistency"), ("fluency", "fluency")]
    }
    package var histograms: [HistogramForm] { metrics.map { HistogramForm(of: $0) } }

    package let needsReferenceTexts = true

    package func inputs(of evaluation: Evaluation) throws -> JSONObject { try evaluation.textInputs() }

    package func run(on subject: EvaluationSubject, journal: CaseJournal) throws -> MeasureResult {
        let reference = subject.referenceTexts
        let fluency = NGramEntropy(tokenizer: WordTokenizer(rules: subject.options.wordRules))
        var skipped = SkippedSamples()
        var prompts: [ConditionedPrompt] = []
        var streams: [String] = []
        var skippedPrompts = 0
        var asked: [(sample: Sample, texts: Range<Int>)] = []
        for (index, sample) in subject.samples.enumerated() {
            let first = prompts.count
            var reason = SkipReason.noSource
            for (number, text) in (CounterFact.generationPrompts(of: sample) ?? []).enumerated() {
                do {
                    prompts.append(try subject.prompt(text, of: index))
                    streams.append("\(sample.id)/\(number)")
                } catch let found as SkipReason {
                    reason = found
                    skippedPrompts += 1
                }
            }
            if first == prompts.count {
                skipped.add(sample.id, reason)
            } else {
                asked.append((sample, first..<prompts.count))
            }
        }
        let made = try subject.continuations(
            of: prompts, streams: streams, benchmark: name, part: "texts", journal)
        var scores = GenerationScores()
        for (sample, places) in asked {
            let texts = made[places].compactMap { $0 }
            skippedPrompts += places.count - texts.count
            if texts.isEmpty {
                skipped.add(sample.id, .notFinite)
            } else {
                try scores.add(sample, made: texts, texts: reference, fluency: fluency)
            }
        }
        var result = MeasureResult(
            samples: scores.samples, metrics: numbers(of: scores.samples, subject.bootstrap))
        result.skipped = skipped
        result.counts = [
            "prompts": prompts.count, "skipped_prompts": skippedPrompts,
            "without_references": scores.withoutReferences, "references_left_out": scores.referencesLeftOut,
        ]
        return result
    }
}

/// The texts of samples, judged one sample after the other.
struct GenerationScores {
    /// So many bytes of reference texts go into the file.
    var limit = GenerationMeasure.referenceLimit
    private(set) var samples: [JSONValue] = []
    private var referenceBytes = 0
    /// Samples whose attribute no reference text is about: they count for fluency only.
    private(set) var withoutReferences = 0
    /// Samples whose reference texts are not in the file, which would grow too large.
    private(set) var referencesLeftOut = 0

    mutating func add(_ sample: Sample, made: [String], texts: ReferenceTexts, fluency: NGramEntropy) throws {
        let pair = CounterFact.relation(of: sample)
        let consistency = try pair.flatMap {
            try texts.consistency(of: made, relation: $0.relation, target: $0.target)
        }
        var references: [String] = []
        if consistency != nil, let pair {
            // Once they are too many, they need not be read any more.
            if referenceBytes <= limit {
                references = try texts.snippets.texts(relation: pair.relation, target: pair.target)
                referenceBytes += references.reduce(0) { $0 + $1.utf8.count }
            }
            if referenceBytes > limit {
                references = []
                referencesLeftOut += 1
            }
        } else {
            withoutReferences += 1
        }
        guard let score = fluency.fluency(of: made) else { preconditionFailure("a sample has a text") }
        samples.append([
            "id": .string(sample.id), "generations": .array(made.map(JSONValue.string)),
            "references": .array(references.map(JSONValue.string)), "fluency_score": .number(score),
            "consistency_score": consistency.map { .number($0) } ?? .null,
        ])
    }
}

extension HistogramForm {
    /// Of a metric's values.
    init(of form: MetricForm) {
        self.init(name: form.key, quantity: form.unit, note: nil) { sample in
            guard case .mean(let parts) = form.source else { return nil }
            let found = parts(sample).filter { abs($0.value) < Axis.limit }
            return found.isEmpty ? nil : SampleValue(key: "", parts: found).mean
        }
    }
}
