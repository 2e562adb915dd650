import LanguageModels

/// Efficacy over a set of prompts for each case, kept in its source (Semantics.md §7.1).
package struct PromptSetBenchmark: Benchmark {
    package enum Kind: String, Sendable {
        /// The case's paraphrase prompts, uncleaned; the first mention of the entity is edited.
        case paraphrase
        /// Prompts about neighbours of the entity, whose answer must stay: the target is
        /// target_unmediated, the comparator target_mediated.  A prompt without the entity is run unedited
        /// and counted.
        case neighborhood
    }

    package let kind: Kind

    package init(_ kind: Kind) { self.kind = kind }

    package var name: String { kind.rawValue }

    package func run(on subject: EvaluationSubject, journal: CaseJournal) throws -> BenchmarkResult {
        var skipped = SkippedSamples()
        var uneditedCount = 0
        var skippedPrompts = 0
        var asked: [(sample: Sample, places: [(text: String, prompt: Int)])] = []
        var prompts: [ScoredPrompt] = []
        for (index, sample) in subject.samples.enumerated() {
            let first = prompts.count
            var texts: [String] = []
            var reason = SkipReason.noSource
            for text in self.texts(of: sample) {
                do {
                    prompts.append(try scoredPrompt(text, of: index, subject))
                    texts.append(text)
                } catch let found as SkipReason {
                    reason = found
                    skippedPrompts += 1
                }
            }
            if texts.isEmpty {
                skipped.add(sample.id, reason)
            } else {
                asked.append((sample, Array(zip(texts, first..<prompts.count))))
            }
            uneditedCount += prompts[first...].count { $0.edit == nil }
        }
        let scores = try subject.scores(of: prompts, benchmark: name, journal)
        for index in asked.indices {
            let places = asked[index].places
            asked[index].places = places.filter { scores[$0.prompt].isFinite }
            skippedPrompts += places.count - asked[index].places.count
            if asked[index].places.isEmpty { skipped.add(asked[index].sample.id, .notFinite) }
        }
        asked.removeAll(where: \.places.isEmpty)
        let metrics = PreferenceMetrics(asked.map { $0.places.map { scores[$0.prompt] } })
        var result = BenchmarkResult(
            samples: asked.enumerated().map { index, asked in
                let entries = asked.places.map { text, place in
                    scores[place].json(
                        id: asked.sample.id, prompt: text, given: prompts[place].given,
                        showing: subject.options.rules.shownPrompt)
                }
                return [
                    "id": .string(asked.sample.id), "prompts": .array(entries),
                    "efficacy_score": .number(metrics.scores[index]),
                    "efficacy_magnitude": .number(metrics.magnitudes[index]),
                ]
            },
            metrics: metrics.named(subject.bootstrap, benchmark: name))
        result.skipped = skipped
        result.counts = ["prompts": prompts.count, "skipped_prompts": skippedPrompts]
        if kind == .neighborhood { result.counts["unedited_prompts"] = uneditedCount }
        return result
    }

    private func texts(of sample: Sample) -> [String] {
        switch kind {
        case .paraphrase: CounterFact.paraphrasePrompts(of: sample) ?? []
        case .neighborhood: CounterFact.neighborhoodPrompts(of: sample) ?? []
        }
    }

    private func scoredPrompt(
        _ text: String, of index: Int, _ subject: EvaluationSubject
    ) throws -> ScoredPrompt {
        let sample = subject.samples[index]
        switch kind {
        case .paraphrase:
            return try subject.scoredPrompt(
                text, of: index, target: sample.targetMediated, comparator: sample.targetUnmediated)
        case .neighborhood:
            return try subject.scoredPrompt(
                text, of: index, target: sample.targetUnmediated, comparator: sample.targetMediated,
                allowingAbsentEntity: true)
        }
    }
}
