import Foundation
import LanguageModels

/// Two runs metric by metric, over the samples that both have.
package struct RunComparison: Sendable {
    package struct Entry: Sendable {
        package var first: ResultPlace
        package var second: ResultPlace
        package var metric: String
        /// Samples of both, and of one alone.
        package var count: Int
        package var onlyFirst: Int
        package var onlySecond: Int
        /// Over the samples of both.
        package var firstValue: Double
        package var secondValue: Double
        package var difference: Double
        package var interval: Interval
        package var pValue: Double
    }

    /// A fact in which the runs differ.
    package struct Difference: Sendable, Equatable {
        package var name: String
        package var first: String
        package var second: String
    }

    package let first: StoredRun
    package let second: StoredRun
    package private(set) var entries: [Entry] = []
    package let differences: [Difference]

    /// - Throws: `RemediError.nothingToCompare`, `.malformedData`; `LanguageModelError`.
    package init(_ first: StoredRun, _ second: StoredRun) throws {
        self.first = first
        self.second = second
        let decisive = [
            "model", "model fingerprint", "data set", "data file SHA-256", "split", "seed", "remedi",
        ]
        differences = decisive.compactMap { name in
            guard let a = first.facts[name], let b = second.facts[name], a != b else { return nil }
            return Difference(name: name, first: a, second: b)
        }
        for (a, b) in Self.pairs(first.results, second.results) {
            entries += try Self.entries(a, b)
        }
        if entries.isEmpty {
            throw RemediError.nothingToCompare(first: first.folder.path, second: second.folder.path)
        }
    }

    /// Results of the same condition; where each run has a single one of a benchmark, or of a probe of one
    /// entity layer, these two.
    private static func pairs(_ first: [StoredResult], _ second: [StoredResult]) -> [(
        StoredResult, StoredResult
    )] {
        first.compactMap { result in
            if let same = second.first(where: { $0.place == result.place }) { return (result, same) }
            for isSameKind in [isSameProbe, isSameBenchmark] {
                let others = second.filter { isSameKind(result.place, $0.place) }
                let own = first.filter { isSameKind(result.place, $0.place) }
                if own.count == 1, others.count == 1 { return (result, others[0]) }
            }
            return nil
        }
    }

    private static func isSameProbe(_ a: ResultPlace, _ b: ResultPlace) -> Bool {
        isSameBenchmark(a, b) && a.entityLayer == b.entityLayer && a.variant == b.variant
    }

    private static func isSameBenchmark(_ a: ResultPlace, _ b: ResultPlace) -> Bool {
        a.benchmark == b.benchmark && a.setting == b.setting
    }

    private static func entries(_ a: StoredResult, _ b: StoredResult) throws -> [Entry] {
        let (ofFirst, ofSecond) = (try a.samples(), try b.samples())
        return metrics(a, b).compactMap { metric, other in
            guard
                let (pair, onlyFirst, onlySecond) = PairedMeasure.of(
                    metric, ofFirst, other, ofSecond, benchmark: a.place.benchmark)
            else { return nil }
            let name = metric.name == other.name ? metric.name : "\(metric.name) : \(other.name)"
            let found = pair.comparison(key: "\(a.place.benchmark).\(name)")
            return Entry(
                first: a.place, second: b.place, metric: name, count: pair.count, onlyFirst: onlyFirst,
                onlySecond: onlySecond, firstValue: pair.firstValue, secondValue: pair.secondValue,
                difference: found.difference, interval: found.interval, pValue: found.pValue)
        }
    }

    /// Metrics of the same name.  What is measured after an edit (`…_post`) has its counterpart in what a
    /// baseline, which knows no edit, measures (`…_pre`).
    private static func metrics(_ a: StoredResult, _ b: StoredResult) -> [(StoredMetric, StoredMetric)] {
        func counterpart(of name: String, in baseline: StoredResult) -> StoredMetric? {
            guard baseline[name] == nil else { return nil }
            return Measures.form(of: name, in: a.place.benchmark).before.flatMap { baseline[$0] }
        }
        return a.metrics.compactMap { metric in
            (b[metric.name] ?? counterpart(of: metric.name, in: b)).map { (metric, $0) }
        } + b.metrics.compactMap { metric in counterpart(of: metric.name, in: a).map { ($0, metric) } }
    }
}

/// A metric of two runs over the samples that both have.
private enum PairedMeasure {
    case means([Double], [Double])
    case judgements(JudgementScore, [Judgement], [Judgement])

    /// nil where a run's samples do not give its metric, or none is common.
    static func of(
        _ first: StoredMetric, _ ofFirst: [JSONValue], _ second: StoredMetric, _ ofSecond: [JSONValue],
        benchmark: String
    ) -> (PairedMeasure, onlyFirst: Int, onlySecond: Int)? {
        let reader = SampleReader(benchmark: benchmark)
        let measures = (reader.measure(first, of: ofFirst), reader.measure(second, of: ofSecond))
        switch measures {
        case (.mean(let a)?, .mean(let b)?):
            let other = Dictionary(b.map { ($0.key, $0) }) { kept, _ in kept }
            let common = a.compactMap { value in other[value.key].flatMap { means(value, $0) } }
            guard !common.isEmpty else { return nil }
            return (
                .means(common.map(\.0), common.map(\.1)), a.count - common.count, b.count - common.count
            )
        case (.judgements(let score, let a)?, .judgements(_, let b)?):
            let other = Dictionary(b.map { ($0.key, $0.judgement) }) { kept, _ in kept }
            let common = a.compactMap { entry in other[entry.key].map { (entry.judgement, $0) } }
            guard !common.isEmpty else { return nil }
            return (
                .judgements(score, common.map(\.0), common.map(\.1)), a.count - common.count,
                b.count - common.count
            )
        default: return nil
        }
    }

    /// The means over the prompts that a sample has in both runs.
    private static func means(_ a: SampleValue, _ b: SampleValue) -> (Double, Double)? {
        if a.parts.count == 1, b.parts.count == 1, a.parts[0].key == b.parts[0].key {
            return (a.parts[0].value, b.parts[0].value)
        }
        let other = Dictionary(b.parts.map { ($0.key, $0.value) }) { kept, _ in kept }
        let common = a.parts.compactMap { part in other[part.key].map { (part.value, $0) } }
        guard !common.isEmpty else { return nil }
        let count = Double(common.count)
        return (common.reduce(0) { $0 + $1.0 } / count, common.reduce(0) { $0 + $1.1 } / count)
    }

    var count: Int {
        switch self {
        case .means(let a, _): a.count
        case .judgements(_, let a, _): a.count
        }
    }

    var firstValue: Double {
        switch self {
        case .means(let a, _): a.mean
        case .judgements(let score, let a, _): score.value(of: a)
        }
    }

    var secondValue: Double {
        switch self {
        case .means(_, let b): b.mean
        case .judgements(let score, _, let b): score.value(of: b)
        }
    }

    func comparison(key: String) -> (difference: Double, interval: Interval, pValue: Double) {
        let bootstrap = Bootstrap(seed: StoredResult.bootstrapSeed)
        switch self {
        case .means(let a, let b):
            let found = PairedComparison(first: a, second: b, bootstrap: bootstrap, key: key)
            return (found.difference, found.interval, found.pValue)
        case .judgements(let score, let a, let b):
            return score.comparison(first: a, second: b, bootstrap, key: key)
        }
    }
}
