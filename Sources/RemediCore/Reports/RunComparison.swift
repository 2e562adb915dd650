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

    /// Results of the same condition; where each run has a single one of a benchmark, these two.
    private static func pairs(_ first: [StoredResult], _ second: [StoredResult]) -> [(
        StoredResult, StoredResult
    )] {
        var found: [(StoredResult, StoredResult)] = []
        var seen: [ResultPlace] = []
        for result in first {
            if let same = second.first(where: { $0.place == result.place }) {
                found.append((result, same))
                continue
            }
            var kind = ResultPlace(benchmark: result.place.benchmark, condition: "", layer: nil)
            kind.setting = result.place.setting
            guard !seen.contains(kind) else { continue }
            seen.append(kind)
            func isSameKind(_ other: StoredResult) -> Bool {
                other.place.benchmark == kind.benchmark && other.place.setting == kind.setting
            }
            let others = second.filter(isSameKind)
            if first.filter(isSameKind).count == 1, others.count == 1 { found.append((result, others[0])) }
        }
        return found
    }

    private static func entries(_ a: StoredResult, _ b: StoredResult) throws -> [Entry] {
        let (ofFirst, ofSecond) = (try a.samples(), try b.samples())
        return a.metrics.compactMap { metric in
            guard let other = b[metric.name],
                let (pair, onlyFirst, onlySecond) = PairedMeasure.of(
                    metric, ofFirst, other, ofSecond, benchmark: a.place.benchmark)
            else { return nil }
            let found = pair.comparison(key: "\(a.place.benchmark).\(metric.name)")
            return Entry(
                first: a.place, second: b.place, metric: metric.name, count: pair.count, onlyFirst: onlyFirst,
                onlySecond: onlySecond, firstValue: pair.firstValue, secondValue: pair.secondValue,
                difference: found.difference, interval: found.interval, pValue: found.pValue)
        }
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
        case (.judgements(let score, _)?, .judgements?):
            let (a, b) = (reader.judgements(in: ofFirst), reader.judgements(in: ofSecond))
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
        case .means(let a, _): a.reduce(0, +) / Double(a.count)
        case .judgements(let score, let a, _): score.value(of: a)
        }
    }

    var secondValue: Double {
        switch self {
        case .means(_, let b): b.reduce(0, +) / Double(b.count)
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

// MARK: - As a table

extension RunComparison {
    /// One row for each metric.
    package func table(format: TextTable.Format = .plain) -> TextTable {
        let isExact = format == .csv
        let numbers =
            isExact
            ? [
                "samples", "only_first", "only_second", "first", "second", "difference", "lower", "upper",
                "p",
            ]
            : ["samples", "only A", "only B", "A", "B", "B − A", "p"]
        let names =
            isExact
            ? ["benchmark", "setting", "first_condition", "second_condition", "metric"]
            : ["benchmark", "condition", "metric"]
        var table = TextTable(columns: names.map { .init($0) } + numbers.map { .init($0, .right) })
        for entry in entries { table.add(isExact ? Self.exactCells(entry) : Self.cells(entry)) }
        return table
    }

    private static func exactCells(_ entry: Entry) -> [String] {
        [
            entry.first.benchmark, entry.first.setting ?? "", entry.first.fullLabel, entry.second.fullLabel,
            entry.metric, "\(entry.count)", "\(entry.onlyFirst)", "\(entry.onlySecond)",
        ]
            + [
                entry.firstValue, entry.secondValue, entry.difference, entry.interval.lower,
                entry.interval.upper, entry.pValue,
            ].map(RunTables.exact)
    }

    private static func cells(_ entry: Entry) -> [String] {
        let (a, b) = (entry.first.fullLabel, entry.second.fullLabel)
        let difference = StoredMetric(
            entry.metric, Metric(value: entry.difference, interval: entry.interval))
        return [
            entry.first.benchmark + (entry.first.setting.map { ", \($0)" } ?? ""), a == b ? a : "\(a) : \(b)",
            entry.metric, "\(entry.count)", "\(entry.onlyFirst)", "\(entry.onlySecond)",
            RunTables.text(entry.firstValue), RunTables.text(entry.secondValue), RunTables.cell(difference),
            text(ofProbability: entry.pValue),
        ]
    }

    private static func text(ofProbability value: Double) -> String {
        value < 0.001 ? "<0.001" : String(format: "%.3f", value)
    }

    package var json: JSONValue {
        [
            "first": .string(first.folder.path), "second": .string(second.folder.path),
            "differences": .array(
                differences.map {
                    ["name": .string($0.name), "first": .string($0.first), "second": .string($0.second)]
                }),
            "comparisons": .array(entries.map(\.json)),
        ]
    }
}

extension RunComparison.Entry {
    fileprivate var json: JSONValue {
        [
            "first": .object(first.json), "second": .object(second.json), "metric": .string(metric),
            "samples": .integer(count), "only_first": .integer(onlyFirst),
            "only_second": .integer(onlySecond),
            "first_value": .number(firstValue), "second_value": .number(secondValue),
            "difference": .number(difference),
            "interval": [.number(interval.lower), .number(interval.upper)], "p": .number(pValue),
        ]
    }
}
