import LanguageModels

/// Does a context change what the unedited model says?  On the prompt alone it should prefer
/// target_unmediated, on the prompt in context target_mediated (Semantics.md §7.10).
struct MediationBenchmark {
    /// Whether the context stands in front of the prompt; it decides what should be preferred.
    enum Part: String, CaseIterable {
        case contextual, decontextual
    }

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
    func run(on samples: [Sample], journal: CaseJournal) throws -> BenchmarkResult {
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
            cases, part: "mediation", batchSize: max(1, batchSize / Part.allCases.count), stage: "mediation",
            progress: progress
        ) { batch in
            let scores = try EndingScorer(model: model).scores(of: batch.flatMap(\.endings), top: top)
            let count = Case.endingCount
            return batch.indices.map { index in
                let first = (index - batch.startIndex) * count
                return Answer(
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
        var result = BenchmarkResult(
            parts: Part.allCases.enumerated().map { index, part in
                (
                    part.rawValue, zip(cases, answers).map { $1[index].json(id: $0.id) },
                    metrics(answers.map { [$0[index]] }, key: part.rawValue)
                )
            })
        result.body["both"] = ["metrics": .object(metrics(answers, key: "both"))]
        result.skipped = skipped
        return result
    }

    /// The share of samples with the right preference in all of their answers.
    private func metrics(_ answers: [[Preference]], key: String) -> JSONObject {
        var object = JSONObject()
        for (name, isRight) in [
            ("accuracy", { (answer: Preference) in answer.target > answer.comparator }),
            ("full_accuracy", { $0.fullTarget > $0.fullComparator }),
        ] {
            let values = answers.map { $0.allSatisfy(isRight) ? 1.0 : 0.0 }
            object[name] = .number(values.reduce(0, +) / Double(values.count))
            object["\(name)_interval"] =
                bootstrap.interval(of: values, key: "mediation.\(key).\(name)")?.json ?? .null
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

    /// What the model said to a sample's prompts.
    private struct Answer: JournalValue {
        /// One for each of the parts.
        let parts: [Preference]

        init(parts: [Preference]) { self.parts = parts }

        init?(journalEntry: JSONValue) {
            parts = (journalEntry.array ?? []).compactMap(Preference.init(json:))
            guard parts.count == Part.allCases.count else { return nil }
        }

        var journalEntry: JSONValue { .array(parts.map(\.json)) }
    }

    /// What the model said to one prompt: log-probabilities of both words' first tokens and of the whole
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
