import Foundation
import LanguageModels

/// Which of two words a model prefers after prompts about a sample.  Score is the mean of [p_t > p_c],
/// magnitude the mean of p_t − p_c, averaged within a sample first (Semantics.md §7.1).
package struct PreferenceMeasure: Measure {
    package let name: String
    /// The prompts that a sample's source holds; nil without such a source.
    let prompts: @Sendable (Sample) -> [String]?
    /// Whether a sample has several prompts: its entry is a list, and prompts that cannot be asked are counted.
    var hasLists = false
    /// Whether prompts are about other entities, whose answers must stay: the target is target_unmediated, and
    /// a prompt without the entity is run unedited and counted.
    var isAboutOthers = false
    package var title: String
    package var headings: [MeasureHeading] = []
    package var layerCriterion: String?
    package var examples: ExampleForm?
    package var showcase: [ShowcaseForm] = []
    package var weighed: [(metric: String, title: String)] = []
    /// A sentence on the sides of its histogram.
    var sides: String?

    init(_ name: String, title: String, _ prompts: @escaping @Sendable (Sample) -> [String]?) {
        self.name = name
        self.title = title
        self.prompts = prompts
    }

    package var isUsual: Bool { true }

    package let metrics = [
        Self.metric("score", unit: MetricForm.shareOfSamples, MetricForm.share) { $0 > $1 ? 1 : 0 },
        Self.metric("magnitude", unit: "difference of probabilities", MetricForm.coefficient) {
            exp($0) - exp($1)
        },
        Self.metric("full_score", unit: MetricForm.shareOfSamples, MetricForm.share) { $0 > $1 ? 1 : 0 }
            .with(\.role, .detail),
        Self.metric("full_magnitude", unit: "difference of probabilities", MetricForm.coefficient) {
            exp($0) - exp($1)
        }.with(\.role, .detail),
    ]

    /// - Parameter value: of the log-probabilities of target and comparator: of their first tokens, or where the
    ///   key says so of the whole words.
    private static func metric(
        _ key: String, unit: String, _ bounds: ClosedRange<Double>,
        _ value: @escaping @Sendable (Double, Double) -> Double
    ) -> MetricForm {
        let full = key.hasPrefix("full_") ? "full_" : ""
        return MetricForm(
            key, unit: unit, bounds: bounds,
            .mean { sample in
                (sample["prompts"]?.array ?? [sample]).compactMap { prompt in
                    guard let target = prompt["target_\(full)score"]?.double,
                        let comparator = prompt["comparator_\(full)score"]?.double
                    else { return nil }
                    return .init(
                        key: (prompt["sample_prompt"] ?? prompt["prompt"])?.string ?? "",
                        value: value(target, comparator))
                }
            })
    }

    package var histograms: [HistogramForm] {
        [
            HistogramForm(
                quantity: isAboutOthers
                    ? "log p(true) − log p(other), nats" : "log p(target) − log p(other), nats",
                note: sides, value: Self.logRatio)
        ]
    }

    /// The mean over a sample's prompts.
    @Sendable private static func logRatio(_ sample: JSONValue) -> Double? {
        let values = (sample["prompts"]?.array ?? [sample]).compactMap { prompt -> Double? in
            guard let target = prompt["target_score"]?.double, let other = prompt["comparator_score"]?.double
            else { return nil }
            return target - other
        }.filter(\.isFinite)
        return values.isEmpty ? nil : values.mean
    }
}

// MARK: - Computation

extension PreferenceMeasure {
    package func run(on subject: EvaluationSubject, journal: CaseJournal) throws -> MeasureResult {
        var skipped = SkippedSamples()
        var uneditedCount = 0
        var skippedPrompts = 0
        var asked: [(sample: Sample, places: [(text: String, prompt: Int)])] = []
        var prompts: [ScoredPrompt] = []
        for (index, sample) in subject.samples.enumerated() {
            let first = prompts.count
            var texts: [String] = []
            var reason = SkipReason.noSource
            for text in self.prompts(sample) ?? [] {
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
        if !hasLists { try subject.warnIfWithoutEffect(prompts) }
        for index in asked.indices {
            let places = asked[index].places
            asked[index].places = places.filter { scores[$0.prompt].isFinite }
            skippedPrompts += places.count - asked[index].places.count
            if asked[index].places.isEmpty { skipped.add(asked[index].sample.id, .notFinite) }
        }
        asked.removeAll(where: \.places.isEmpty)
        let entries = asked.map { sample, places in
            entry(
                of: sample,
                places.map { text, place in
                    scores[place].json(
                        id: sample.id, prompt: text, given: prompts[place].given,
                        showing: subject.options.rules.shownPrompt)
                })
        }
        var result = MeasureResult(samples: entries, metrics: numbers(of: entries, subject.bootstrap))
        result.skipped = skipped
        if hasLists { result.counts = ["prompts": prompts.count, "skipped_prompts": skippedPrompts] }
        if isAboutOthers { result.counts["unedited_prompts"] = uneditedCount }
        return result
    }

    /// The reference's keys first.
    private func entry(of sample: Sample, _ prompts: [JSONValue]) -> JSONValue {
        guard hasLists else { return prompts[0] }
        var object: JSONObject = ["id": .string(sample.id), "prompts": .array(prompts)]
        let entry = JSONValue.object(object)
        for form in metrics where form.role == .result {
            guard case .mean(let parts) = form.source else { continue }
            object["efficacy_\(form.key)"] = .number(SampleValue(key: "", parts: parts(entry)).mean)
        }
        return .object(object)
    }

    private func scoredPrompt(
        _ text: String, of index: Int, _ subject: EvaluationSubject
    ) throws -> ScoredPrompt {
        let sample = subject.samples[index]
        let words = [sample.targetMediated, sample.targetUnmediated]
        return try subject.scoredPrompt(
            text, of: index, target: words[isAboutOthers ? 1 : 0], comparator: words[isAboutOthers ? 0 : 1],
            allowingAbsentEntity: isAboutOthers)
    }
}
