import LanguageModels

/// Does a context change what the unedited model says?  On the prompt alone it should prefer
/// target_unmediated, on the prompt in context target_mediated (Semantics.md §7.10).
package struct MediationMeasure: Measure {
    /// Whether the context stands in front of the prompt; it decides which word should be preferred.
    enum Part: String, CaseIterable {
        case contextual, decontextual
    }

    package let name = "mediation"
    package let question = "How often the model takes over what the context says"
    package let metrics = [
        MetricForm.share("accuracy", unit: nil) { $0.isGreater("logp_target", "logp_comparator") },
        MetricForm.share("full_accuracy", unit: nil) {
            $0.isGreater("full_logp_target", "full_logp_comparator")
        }.with(\.role, .detail),
    ]
    package let headings = [
        MeasureHeading(
            metric: "accuracy", "Contextual", setting: Part.contextual.rawValue, .pictureAlone,
            notes: ["fact in front"]),
        MeasureHeading(
            metric: "accuracy", "Decontextual", setting: Part.decontextual.rawValue, .pictureAlone,
            notes: ["prompt alone"]),
    ]
    package let figure: FigureForm? = FigureForm(
        title: "Mediation",
        caption:
            "How often the unedited model prefers what the context says, with it in front of the prompt"
            + " (contextual), and the usual answer without it (decontextual).")
    package let isChoice = false
    package let manifestKey = "mediations"
    package let readsDirections = false

    /// Of the whole data set also samples without an attribute, or without the entity in their prompt: their
    /// prompts and contexts are read, and nothing is edited.
    package func samples(of evaluation: Evaluation) throws -> [Sample] {
        let (dataset, split) = (evaluation.dataset, evaluation.options.split)
        let samples = split == .all ? dataset.all : Array(dataset[split])
        guard !samples.isEmpty else {
            throw RemediError.noSamples(
                dataset: dataset.name.rawValue, split: split.description, count: dataset.placeCount)
        }
        return samples
    }

    package func conditions(of evaluation: Evaluation) throws -> [EvaluationCondition] { [.unedited] }

    package func outputs(
        under condition: EvaluationCondition, of evaluation: Evaluation
    ) throws -> [MeasureOutput] {
        let options = evaluation.options
        var output = MeasureOutput(name, under: condition, folder: "") { journal, _ in
            try Mediation(
                name: name, model: evaluation.model, top: options.top, batchSize: options.batchSize,
                bootstrap: Bootstrap(seed: options.seed), progress: evaluation.progress
            ).run(on: evaluation.samples(), journal: journal, metrics)
        }
        output.inputs = try evaluation.inputs(of: condition)
        output.ownInputs = ["top": .integer(options.top)]
        output.hasMetricsFile = false
        return [output]
    }
}

extension JSONValue {
    /// Whether one number of an object is greater than another; nil where one is missing.
    func isGreater(_ first: String, _ second: String) -> Bool? {
        guard let first = self[first]?.double, let second = self[second]?.double else { return nil }
        return first > second
    }
}

/// The questions of mediation.
struct Mediation {
    typealias Part = MediationMeasure.Part

    /// The measure's.
    let name: String
    let model: LanguageModel
    /// How many of the likeliest next tokens are told.
    let top: Int
    /// Prompts in one packed pass.
    let batchSize: Int
    let bootstrap: Bootstrap
    let progress: any ProgressReporter

    /// Samples that cannot be asked in one of the parts are left out of both.
    ///
    /// - Throws: `LanguageModelError`, `ComputeError`, `RemediError.interrupted`.
    func run(
        on samples: [Sample], journal: CaseJournal, _ forms: [MetricForm]
    ) throws -> MeasureResult {
        var skipped = SkippedSamples()
        var cases: [Case] = []
        for sample in samples {
            do {
                cases.append(try Case(sample, model: model))
            } catch let reason as SkipReason {
                skipped.add(sample.id, reason)
            }
        }
        let found = try journal.map(
            cases, part: name, batchSize: max(1, batchSize / Part.allCases.count), stage: name,
            progress: progress
        ) { batch in
            let scores = try EndingScorer(model: model).scores(of: batch.flatMap(\.endings), top: top)
            let count = Case.endingCount
            return batch.indices.map { index in
                let first = (index - batch.startIndex) * count
                return Continuation(
                    parts: [first, first + 2].map { place in
                        Preference(target: scores[place], comparator: scores[place + 1], model: model)
                    })
            }
        }.map(\.parts)
        for (item, answer) in zip(cases, found) where !answer.allSatisfy(\.isFinite) {
            skipped.add(item.id, .notFinite)
        }
        cases = zip(cases, found).filter { $1.allSatisfy(\.isFinite) }.map(\.0)
        let answers = found.filter { $0.allSatisfy(\.isFinite) }
        let entries = Part.allCases.indices.map { index in
            zip(cases, answers).map { $1[index].json(id: $0.id) }
        }
        func metrics(of entries: [[JSONValue]], key: String) -> JSONObject {
            self.metrics(of: cases.indices.map { index in entries.map { $0[index] } }, key: key, forms)
        }
        var result = MeasureResult(
            parts: zip(Part.allCases, entries).map { part, entries in
                (part.rawValue, entries, metrics(of: [entries], key: part.rawValue))
            })
        result.body["both"] = ["metrics": .object(metrics(of: entries, key: "both"))]
        result.skipped = skipped
        return result
    }

    /// The share of samples with the right preference in all of their entries.
    private func metrics(of samples: [[JSONValue]], key: String, _ forms: [MetricForm]) -> JSONObject {
        var object = JSONObject()
        for form in forms {
            guard case .mean(let parts) = form.source else { continue }
            let values = samples.map { entries in
                entries.allSatisfy { parts($0).first?.value == 1 } ? 1.0 : 0.0
            }
            object[form.key] = .number(values.mean)
            object["\(form.key)_interval"] =
                bootstrap.interval(of: values, key: "\(name).\(key).\(form.key)")?.json ?? .null
        }
        return object
    }

    /// The four texts that a sample is asked with.
    private struct Case {
        static let endingCount = 2 * Part.allCases.count

        let id: String
        /// Contextual target and comparator, decontextual target and comparator.
        let endings: [ScoredEnding]

        /// - Throws: `SkipReason`; `LanguageModelError.configuration` for a word without an embedding.
        init(_ sample: Sample, model: LanguageModel) throws {
            id = sample.id
            guard let mediated = sample.targetMediated else { throw SkipReason.noTarget }
            guard let unmediated = sample.targetUnmediated else { throw SkipReason.noComparator }
            let words = [mediated, unmediated].map(model.tokenizer.tokens(ofWord:))
            guard !words[0].isEmpty else { throw SkipReason.noTarget }
            guard !words[1].isEmpty else { throw SkipReason.noComparator }
            try words.forEach(model.check(tokens:))
            endings = try Part.allCases.flatMap { part -> [ScoredEnding] in
                let text = part == .contextual ? sample.inContext(sample.prompt).text : sample.prompt
                let prompt = model.tokenizer.encode(text).ids
                guard !prompt.isEmpty else { throw SkipReason.emptyPrompt }
                return try (part == .contextual ? words : words.reversed()).map { word in
                    guard prompt.count + word.count - 1 <= model.contextLength else {
                        throw SkipReason.tooLong
                    }
                    return ScoredEnding(tokens: prompt + word, start: prompt.count)
                }
            }
        }
    }

    /// The model's answers to a sample's prompts.
    private struct Continuation: JournalValue {
        /// One for each of the parts.
        let parts: [Preference]

        init(parts: [Preference]) { self.parts = parts }

        init?(journalEntry: JSONValue) {
            parts = (journalEntry.array ?? []).compactMap(Preference.init(json:))
            guard parts.count == Part.allCases.count else { return nil }
        }

        var journalEntry: JSONValue { .array(parts.map(\.json)) }
    }

    /// The model's answer to one prompt: log-probabilities of both words' first tokens and of the whole
    /// words, and the likeliest next tokens.
    private struct Preference {
        let predictions: [String]
        let target: Double
        let comparator: Double
        let fullTarget: Double
        let fullComparator: Double

        init(target: EndingScore, comparator: EndingScore, model: LanguageModel) {
            predictions = target.top.map(model.tokenizer.token)
            self.target = target.first
            self.comparator = comparator.first
            fullTarget = target.full
            fullComparator = comparator.full
        }

        /// Reads what `json` wrote; nil if it is something else.
        init?(json: JSONValue) {
            guard let target = json["logp_target"]?.double, let comparator = json["logp_comparator"]?.double,
                let fullTarget = json["full_logp_target"]?.double,
                let fullComparator = json["full_logp_comparator"]?.double,
                let predictions = json["predictions"]?.array?.compactMap(\.string)
            else { return nil }
            self.predictions = predictions
            self.target = target
            self.comparator = comparator
            self.fullTarget = fullTarget
            self.fullComparator = fullComparator
        }

        var isFinite: Bool { [target, comparator, fullTarget, fullComparator].allSatisfy(\.isFinite) }

        var json: JSONValue { .object(members) }

        /// The entry of a result file; the reference's keys first.
        func json(id: String) -> JSONValue {
            var object: JSONObject = ["id": .string(id)]
            for (key, value) in members.members { object[key] = value }
            return .object(object)
        }

        private var members: JSONObject {
            [
                "predictions": .array(predictions.map { .string($0) }),
                "logp_target": .number(target), "logp_comparator": .number(comparator),
                "full_logp_target": .number(fullTarget), "full_logp_comparator": .number(fullComparator),
            ]
        }
    }
}
