import LanguageModels

/// Is the entity still what it was, apart from what was edited?  The beginning of an article about it is
/// written with and without the edit, and the two texts are compared (Semantics.md §7.4).
package struct EssenceMeasure: Measure {
    package let name = "essence"
    package let metrics = [
        MetricForm("essence", "similarity", unit: MetricForm.similarity, bounds: MetricForm.share),
        MetricForm(
            "fluency_generaton", "fluency of the edited text", unit: GenerationMeasure.fluencyUnit,
            .member("fluency_generation")
        ).with(\.role, .misspelling(of: "fluency_generation")),
        MetricForm("fluency_generation", unit: GenerationMeasure.fluencyUnit),
        MetricForm(
            "fluency_references", "fluency of the references", unit: GenerationMeasure.fluencyUnit),
    ]
    package let layerCriterion: String? = "essence"
    package var histograms: [HistogramForm] { [HistogramForm(of: metrics[0])] }
    package var sideFiles: [String] { [referencesName] }
    package let needsReferenceTexts = true

    /// The beginning that makes the model continue an article; cut off before texts are judged.
    static let lead = "The following is an excerpt from a Wikipedia article:\n\n"

    private var referencesName: String { "\(name)_references" }

    package func inputs(of evaluation: Evaluation) throws -> JSONObject { try evaluation.textInputs() }

    package func preparations(of evaluation: Evaluation) throws -> [MeasureOutput] {
        var output = MeasureOutput(referencesName, under: .unedited, folder: "") { journal, subject in
            try EssenceReferences(subject: subject(), name: name).result(journal)
        }
        output.inputs = try evaluation.inputs(of: .unedited)
        output.ownInputs = evaluation.options.generation.inputs
        output.hasMetricsFile = false
        return [output]
    }

    /// The unedited model's texts, one a sample; see `EssenceReferences`.
    private func references(of subject: EvaluationSubject) throws -> [String?] {
        let file = subject.directory.appendingPathComponent("\(referencesName).json")
        let json = try? JSONValue(parsing: RegularFile.data(file))
        guard let texts = json?["references"]?.array?.map(\.string), texts.count == subject.samples.count
        else { throw RemediError.malformedData(path: file.path, reason: "not one text for every sample") }
        return texts
    }

    static func prompt(of sample: Sample) -> String { "\(sample.entity) is" }

    package func run(on subject: EvaluationSubject, journal: CaseJournal) throws -> MeasureResult {
        let texts = subject.referenceTexts
        let references = try references(of: subject)
        let fluency = NGramEntropy(tokenizer: WordTokenizer(rules: subject.options.wordRules))
        var skipped = SkippedSamples()
        var asked: [(sample: Sample, reference: String, cut: Int)] = []
        var prompts: [ConditionedPrompt] = []
        for (index, sample) in subject.samples.enumerated() {
            do {
                let text = Self.prompt(of: sample)
                let prompt = try subject.prompt(text, of: index, lead: Self.lead)
                guard let reference = references[index] else { throw SkipReason.notFinite }
                guard !reference.isEmpty else { throw SkipReason.tooLong }
                // The text in front of the last sentence: the lead, and a context.
                let context = subject.condition == .prefix ? sample.inContext(text).promptStart : 0
                asked.append((sample, reference, Self.lead.unicodeScalars.count + context))
                prompts.append(prompt)
            } catch let reason as SkipReason {
                skipped.add(sample.id, reason)
            }
        }
        let made = try subject.continuations(
            of: prompts, streams: asked.map { "\($0.sample.id)/\(name)" }, benchmark: name, part: "texts",
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
        let entries = judged.map(\.json)
        var result = MeasureResult(samples: entries, metrics: numbers(of: entries, subject.bootstrap))
        result.skipped = skipped
        return result
    }

    /// The part of a text that is judged: all that follows the lead and, under the prefix baseline, the context.
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
}

/// The unedited model's texts about every sample, made once for all conditions of an experiment
/// (Semantics.md §7.4): `essence_references.json`.
struct EssenceReferences {
    let subject: EvaluationSubject
    /// The measure's.
    let name: String

    /// One text a sample, the lead cut off; an empty one where the model could not be asked, null where its
    /// probabilities were not finite.
    func result(_ journal: CaseJournal) throws -> MeasureResult {
        var prompts: [ConditionedPrompt] = []
        let places = try subject.samples.indices.map { index -> Int? in
            let text = EssenceMeasure.prompt(of: subject.samples[index])
            do {
                prompts.append(try subject.prompt(text, of: index, lead: EssenceMeasure.lead))
            } catch is SkipReason {
                return nil
            }
            return prompts.count - 1
        }
        let asked = places.indices.filter { places[$0] != nil }
        let made = try subject.continuations(
            of: prompts, streams: asked.map { "\(subject.samples[$0].id)/\(name) reference" },
            benchmark: "\(name) references", part: "texts", journal)
        let cut = EssenceMeasure.lead.unicodeScalars.count
        let texts = places.map { place -> JSONValue in
            guard let place else { return "" }
            return made[place].map { .string(String($0.unicodeScalars.dropFirst(cut))) } ?? .null
        }
        return MeasureResult(body: ["references": .array(texts)])
    }
}
