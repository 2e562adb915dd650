import LanguageModels

/// Finds in a result file's samples the values that its metrics were computed from.
struct SampleReader {
    let benchmark: String

    /// The content of a metric.
    enum Content {
        case mean([SampleValue])
        case judgements(JudgementScore, [(key: String, judgement: Judgement)])

        var value: Double {
            switch self {
            case .mean(let values): values.reduce(0) { $0 + $1.mean } / Double(values.count)
            case .judgements(let score, let found): score.value(of: found.map(\.judgement))
            }
        }

        func interval(_ bootstrap: Bootstrap, key: String) -> Interval? {
            switch self {
            case .mean(let values): bootstrap.interval(of: values.map(\.mean), key: key)
            case .judgements(let score, let found):
                score.interval(of: found.map(\.judgement), bootstrap, key: key)
            }
        }
    }

    /// How far the samples' mean may be from the number in the file: half-precision sums were stored.
    private static let tolerance = 1e-3

    /// The values that `metric` was computed from; nil if the samples do not give the number in the file.
    func measure(_ metric: StoredMetric, of samples: [JSONValue]) -> Content? {
        let content: Content
        switch form(metric.name).source {
        case .setting: return nil
        case .judgements(let score, let judgement):
            content = .judgements(
                score,
                zip(Self.keys(of: samples), samples).compactMap { key, sample in
                    judgement(sample).map { (key, $0) }
                })
        case .mean: content = .mean(values(of: metric.name, in: samples))
        }
        guard !content.isEmpty else { return nil }
        let isThatOfFile = abs(content.value - metric.value) <= Self.tolerance * max(1, abs(metric.value))
        return isThatOfFile ? content : nil
    }

    /// Of a measure that is none of ours a number of the metric's name is taken.
    private func form(_ metric: String) -> MetricForm {
        Measures.named(benchmark).map { $0.metric(metric) ?? MetricForm(metric) } ?? MetricForm(metric)
    }

    /// Metrics that a file may lack, but its samples give.
    static func derivedMetrics(of benchmark: String) -> [String] {
        Measures.named(benchmark)?.metrics.filter(\.isDerived).map(\.key) ?? []
    }

    /// The values of all samples that have one.
    func values(of metric: String, in samples: [JSONValue]) -> [SampleValue] {
        guard case .mean(let parts) = form(metric).source else { return [] }
        return zip(Self.keys(of: samples), samples).compactMap { key, sample in
            let parts = parts(sample).filter { abs($0.value) < Axis.limit }
            return parts.isEmpty ? nil : SampleValue(key: key, parts: parts)
        }
    }

    /// Ids; from the second on, one that occurs again is followed by its number.
    static func keys(of samples: [JSONValue]) -> [String] {
        var occurrences: [String: Int] = [:]
        return samples.map { sample in
            let id = sample["id"].map { $0.string ?? $0.text() } ?? ""
            let number = occurrences[id, default: 0] + 1
            occurrences[id] = number
            return number == 1 ? id : "\(id)#\(number)"
        }
    }
}

extension SampleReader.Content {
    var isEmpty: Bool {
        switch self {
        case .mean(let values): values.isEmpty
        case .judgements(_, let found): found.isEmpty
        }
    }
}
