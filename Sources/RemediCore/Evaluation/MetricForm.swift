import LanguageModels

/// A number that a measure yields: its key in result files, how reports show it, and how it is made of samples.
/// Runs compute it, and readers take it apart, by the same closure.
package struct MetricForm: Sendable {
    /// How a number follows from the samples of a result file.
    package enum Source: Sendable {
        /// The mean over samples of the mean of each sample's values.
        case mean(@Sendable (JSONValue) -> [SampleValue.Part])
        /// A score of all samples' judgements.
        case judgements(JudgementScore, @Sendable (JSONValue) -> Judgement?)
        /// It does not: the number says how it was measured.
        case setting
    }

    package enum Role: Sendable, Equatable {
        case result
        /// A variant of a result, which summaries and plots leave out.
        case detail
        /// The counterpart without an edit of a result after it.
        case before
        /// The name that the reference gives another metric.
        case misspelling(of: String)
    }

    package let key: String
    /// In titles and legends.
    package let words: String
    /// The quantity on an axis, with its unit.
    package let unit: String
    /// Between which numbers it is; nil without bounds.
    package let bounds: ClosedRange<Double>?
    package var role = Role.result
    package var isBetterIfHigher = true
    /// Says by itself how much an edit changes.
    package var isChange = false
    /// The reference's files lack it; readers compute it from samples.
    package var isDerived = false
    /// Files hold it as a plain number, whose interval is a member of its own.
    package var isPlain = false
    /// The key of the same number without an edit.
    package var before: String?
    package let source: Source

    /// - Parameters:
    ///   - words: nil: the key, with spaces.
    ///   - unit: nil: the words.
    package init(
        _ key: String, _ words: String? = nil, unit: String? = nil, bounds: ClosedRange<Double>? = nil,
        _ source: Source? = nil
    ) {
        self.key = key
        self.words = words ?? key.replacingExactly("_", with: " ")
        self.unit = unit ?? self.words
        self.bounds = bounds
        self.source = source ?? .member(key)
    }

    /// The same with another value of a property.
    package func with<Value>(_ property: WritableKeyPath<MetricForm, Value>, _ value: Value) -> MetricForm {
        var form = self
        form[keyPath: property] = value
        return form
    }

    /// Whether summaries and plots show it.
    var isShown: Bool {
        if case .setting = source { return false }
        return role == .result || role == .before
    }
}

extension MetricForm {
    static let shareOfSamples = "share of samples"
    static let similarity = "TF-IDF similarity"
    static let share = 0.0...1.0
    static let coefficient = -1.0...1.0

    /// A number that says how it was measured.
    static func setting(_ key: String) -> MetricForm { MetricForm(key, nil, .setting) }

    /// The share of samples of which something is true.
    static func share(
        _ key: String, _ words: String? = nil, unit: String? = shareOfSamples,
        _ isTrue: @escaping @Sendable (JSONValue) -> Bool?
    ) -> MetricForm {
        MetricForm(
            key, words, unit: unit, bounds: share,
            .mean { sample in isTrue(sample).map { [.init(key: "", value: $0 ? 1 : 0)] } ?? [] }
        ).with(\.isPlain, true)
    }

    /// The three scores of judgements.
    static func scores(_ judgement: @escaping @Sendable (JSONValue) -> Judgement?) -> [MetricForm] {
        JudgementScore.allCases.map { score in
            let words = score == .accuracy ? nil : score.rawValue.uppercased()
            return MetricForm(
                score.rawValue, words, bounds: score == .mcc ? coefficient : share,
                .judgements(score, judgement))
        }
    }
}

extension MetricForm.Source {
    /// The number that a sample holds under `key`, or under the key that the reference gives a sample's score.
    static func member(_ key: String) -> Self {
        .mean { sample in
            (sample["\(key)_score"]?.double ?? sample[key]?.double).map { [.init(key: "", value: $0)] } ?? []
        }
    }
}

/// One sample's contribution to a metric: a value for each of its prompts, mostly one.
package struct SampleValue: Sendable, Equatable {
    package struct Part: Sendable, Equatable {
        package var key: String
        package var value: Double

        package init(key: String, value: Double) {
            self.key = key
            self.value = value
        }
    }

    /// The sample's id; an id that occurs again is followed by its number.
    var key: String
    var parts: [Part]

    var mean: Double { parts.reduce(0) { $0 + $1.value } / Double(parts.count) }
}
