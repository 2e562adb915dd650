import LanguageModels

/// Is the entity still what it was, apart from what was edited?  The beginning of an article about it is
/// written with and without the edit, and the two texts are compared (Semantics.md §7.4).
package struct EssenceBenchmark: Benchmark {
    /// What the model is made to believe that it reads; cut off before texts are judged.
    static let lead = "The following is an excerpt from a Wikipedia article:\n\n"

    let texts: ReferenceTexts
    /// What the unedited model wrote of every sample; empty where it could not be asked, nil where its
    /// probabilities were not finite.
    let references: [String?]
    private let fluency: NGramEntropy

    init(texts: ReferenceTexts, references: [String?], words: WordTokenizer.Rules = .current) {
        self.texts = texts
        self.references = references
        fluency = NGramEntropy(tokenizer: WordTokenizer(rules: words))
    }

    package var name: String { "essence" }

    package func inputs(_ options: EvaluationOptions) -> JSONObject {
        var inputs = options.textInputs
        for (key, value) in texts.inputs.members { inputs[key] = value }
        return inputs
    }

    static func prompt(of sample: Sample) -> String { "\(sample.entity) is" }

    package func run(on subject: EvaluationSubject, journal: CaseJournal) throws -> BenchmarkResult {
        var skipped = SkippedSamples()
        var asked: [(sample: Sample, reference: String, cut: Int)] = []
        var prompts: [ConditionedPrompt] = []
        for (index, sample) in subject.samples.enumerated() {
            do {
                let text = Self.prompt(of: sample)
                let prompt = try subject.prompt(text, of: index, lead: Self.lead)
                guard let reference = references[index] else { throw SkipReason.notFinite }
                guard !reference.isEmpty else { throw SkipReason.tooLong }
                // What stands in front of the last sentence: the lead, and a context.
                let context = subject.condition == .prefix ? sample.inContext(text).promptStart : 0
                asked.append((sample, reference, Self.lead.unicodeScalars.count + context))
                prompts.append(prompt)
            } catch let reason as SkipReason {
                skipped.add(sample.id, reason)
            }
        }
        let made = try subject.continuations(
            of: prompts, streams: asked.map { "\($0.sample.id)/essence" }, benchmark: name, part: "texts",
            journal)
        for (asked, text) in zip(asked, made) where text == nil { skipped.add(asked.sample.id, .notFinite) }
        let judged = zip(asked, made).compactMap { asked, made -> Judgement? in
            guard let made else { return nil }
            let text = Self.cut(made, at: asked.cut, subject)
            return Judgement(
                id: asked.sample.id, text: text, reference: asked.reference,
                essence: texts.vectorizer.vector(of: text).consistency(
                    with: texts.vectorizer.vector(of: asked.reference)),
                fluency: fluency.fluency(of: text), referenceFluency: fluency.fluency(of: asked.reference))
        }
        var result = BenchmarkResult(
            samples: judged.map(\.json), metrics: Self.metrics(judged, subject.bootstrap))
        result.skipped = skipped
        return result
    }

    /// What is judged of a text: what follows the lead and, under the prefix baseline, the context.
    private static func cut(_ text: String, at place: Int, _ subject: EvaluationSubject) -> String {
        guard subject.condition == .prefix, subject.options.rules.essenceCut == .sentence else {
            return String(text.unicodeScalars.dropFirst(place))
        }
        let article = String(text.unicodeScalars.dropFirst(lead.unicodeScalars.count))
        return article.firstRange(ofExactly: ". ").map { String(article[$0.upperBound...]) } ?? ""
    }

    private struct Judgement {
        var id: String
        var text: String
        var reference: String
        var essence: Double
        var fluency: Double
        var referenceFluency: Double

        var json: JSONValue {
            [
                "id": .string(id), "generation": .string(text), "references": [.string(reference)],
                "essence_score": .number(essence), "fluency_generation_score": .number(fluency),
                "fluency_references_score": .number(referenceFluency),
            ]
        }
    }

    private static func metrics(_ judged: [Judgement], _ bootstrap: Bootstrap) -> [NamedMetric] {
        func metric(_ name: String, _ values: [Double]) -> NamedMetric {
            NamedMetric(
                name: name, metric: Metric(values: values, bootstrap: bootstrap, key: "essence.\(name)"))
        }
        let fluency = metric("fluency_generation", judged.map(\.fluency))
        return [
            metric("essence", judged.map(\.essence)),
            // The reference's spelling, and the right one.
            NamedMetric(name: "fluency_generaton", metric: fluency.metric), fluency,
            metric("fluency_references", judged.map(\.referenceFluency)),
        ]
    }
}

/// What the unedited model writes of every sample, once for all conditions of an experiment
/// (Semantics.md §7.4): `essence_references.json`.
struct EssenceReferences {
    let subject: EvaluationSubject

    /// One text a sample, the lead cut off; an empty one where the model could not be asked, null where its
    /// probabilities were not finite.
    func result(_ journal: CaseJournal) throws -> BenchmarkResult {
        var prompts: [ConditionedPrompt] = []
        let places = try subject.samples.indices.map { index -> Int? in
            let text = EssenceBenchmark.prompt(of: subject.samples[index])
            do {
                prompts.append(try subject.prompt(text, of: index, lead: EssenceBenchmark.lead))
            } catch is SkipReason {
                return nil
            }
            return prompts.count - 1
        }
        let asked = places.indices.filter { places[$0] != nil }
        let made = try subject.continuations(
            of: prompts, streams: asked.map { "\(subject.samples[$0].id)/essence reference" },
            benchmark: "essence references", part: "texts", journal)
        let cut = EssenceBenchmark.lead.unicodeScalars.count
        let texts = places.map { place -> JSONValue in
            guard let place else { return "" }
            return made[place].map { .string(String($0.unicodeScalars.dropFirst(cut))) } ?? .null
        }
        return BenchmarkResult(body: ["references": .array(texts)])
    }
}
