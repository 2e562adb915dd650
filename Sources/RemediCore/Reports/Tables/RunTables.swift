import Foundation
import LanguageModels

/// The numbers of stored runs as tables.
package struct RunTables: Sendable {
    private let run: StoredRun

    package init(_ run: StoredRun) { self.run = run }

    /// Training, then a table for every benchmark.
    package var all: [TitledTable] {
        var tables = run.trainings.isEmpty ? [] : [training]
        if let sweep = run.sweep { tables.append(table(of: sweep)) }
        var benchmarks: [String] = []
        for result in run.results where !benchmarks.contains(result.place.benchmark) {
            benchmarks.append(result.place.benchmark)
        }
        tables += benchmarks.map(table(of:))
        return tables
    }

    private var training: TitledTable {
        let terms = run.trainings.flatMap { $0.epochs.flatMap { $0.validation.map(\.name) } }
        var names: [String] = []
        for name in terms where name != "loss" && !names.contains(name) { names.append(name) }
        var table = TextTable(
            columns: [.init("editor")]
                + (["layer", "epochs", "best epoch", "validation loss"] + names + [
                    "training samples", "seconds",
                ])
                .map { .init($0, .right) })
        table.keyColumns = 2
        for training in run.trainings {
            let best = training.epochs.first { $0.number == training.bestEpoch }
            var cells = [training.isFinished ? training.type : training.type + " (unfinished)"]
            cells += [
                "\(training.layer)", "\(training.epochCount)", training.bestEpoch.map(String.init) ?? "–",
            ]
            cells.append(Self.text(training.bestValidationLoss))
            cells += names.map { name in Self.text(best?.validation.first { $0.name == name }?.value) }
            cells.append(training.trainingSamples.map(String.init) ?? "–")
            cells.append(training.seconds.map { String(format: "%.1f", $0) } ?? "–")
            table.add(cells)
        }
        return TitledTable(title: "training", table: table)
    }

    /// The figure of merit of every layer, the chosen one marked.
    private func table(of sweep: StoredSweep) -> TitledTable {
        var table = TextTable(
            columns: [
                .init(sweep.swept, .right), .init("validation", .right), .init("test", .right),
                .init("chosen"),
            ])
        for row in sweep.rows {
            table.add(
                [
                    "\(row.layer)", Self.text(row.validation), Self.text(row.test),
                    row.layer == sweep.chosen ? "chosen" : "",
                ])
        }
        return TitledTable(title: "sweep by \(sweep.criterion)", table: table)
    }

    private func table(of benchmark: String) -> TitledTable {
        let results = run.results.filter { $0.place.benchmark == benchmark }
        var metrics: [String] = []
        let inOrder = results.filter(\.place.isEdited) + results
        for name in inOrder.flatMap({ $0.metrics.map(\.name) }) where !metrics.contains(name) {
            metrics.append(name)
        }
        // The reference's misspelling stands beside the right name.
        let known = metrics
        metrics.removeAll { metric in
            guard case .misspelling(let right) = Measures.form(of: metric, in: benchmark).role else {
                return false
            }
            return known.contains(right)
        }
        let places = PlaceColumns(results.map(\.place))
        // Seldom anything but empty.
        let hasSpoiled = results.contains { $0.notFiniteCount > 0 }
        var table = TextTable(
            columns: places.columns + [.init("samples", .right)]
                + (hasSpoiled ? [.init("not finite", .right)] : []) + metrics.map { .init($0, .right) })
        table.keyColumns = places.columns.count
        for result in results {
            table.add(
                places.cells(of: result.place) + ["\(result.sampleCount)"]
                    + (hasSpoiled ? ["\(result.notFiniteCount)"] : [])
                    + metrics.map { Self.cell(result[$0]) })
        }
        return TitledTable(title: benchmark, table: table)
    }

    /// `0.938 [0.921, 0.953]`
    static func cell(_ metric: StoredMetric?) -> String {
        guard let metric, metric.value.isFinite else { return "–" }
        guard let interval = metric.interval else { return text(metric.value) }
        return "\(text(metric.value)) [\(text(interval.lower)), \(text(interval.upper))]"
    }

    static func text(_ value: Double?) -> String {
        guard let value, value.isFinite else { return "–" }
        let text = String(format: abs(value) < 1e6 ? "%.3f" : "%.3g", value)
        return text == "-0.000" ? "0.000" : text
    }

    /// Every number in a row of its own, not rounded: for programs.
    package static func tidy(_ runs: [StoredRun]) -> TextTable {
        let names = [
            "run", "benchmark", "condition", "layer", "entity_layer", "variant", "setting", "samples",
            "metric",
            "value", "std", "lower", "upper",
        ]
        var table = TextTable(columns: names.map { .init($0) })
        for run in runs {
            let sweep = run.sweep.map(rows) ?? []
            let results = run.results.flatMap(rows)
            for row in run.trainings.flatMap(rows) + sweep + results { table.add([run.name] + row) }
        }
        return table
    }

    private static func rows(_ training: StoredTraining) -> [[String]] {
        let numbers: [(String, Double?)] = [
            ("epochs", Double(training.epochCount)), ("best_epoch", training.bestEpoch.map(Double.init)),
            ("best_validation_loss", training.bestValidationLoss), ("seconds", training.seconds),
        ]
        let samples = training.trainingSamples.map(String.init) ?? ""
        let place = ["training", training.type, String(training.layer), "", "", "", samples]
        return numbers.filter { $0.1 != nil }.map { place + [$0.0, exact($0.1), "", "", ""] }
    }

    private static func rows(_ sweep: StoredSweep) -> [[String]] {
        sweep.rows.flatMap { row -> [[String]] in
            let isOfEntity = sweep.swept != "layer"
            let layers = isOfEntity ? ["", String(row.layer)] : [String(row.layer), ""]
            let numbers: [(String, Double?)] = [
                ("validation_criterion", row.validation), ("test_criterion", row.test),
                ("chosen", row.layer == sweep.chosen ? 1 : 0),
            ]
            return numbers.map { name, value in
                ["sweep", ""] + layers + ["", "", "", name, exact(value), "", "", ""]
            }
        }
    }

    private static func rows(_ result: StoredResult) -> [[String]] {
        func digits(_ number: Int?) -> String { number.map(String.init) ?? "" }
        let place = result.place
        var start = [place.benchmark, place.condition, digits(place.layer), digits(place.entityLayer)]
        start += [place.variant ?? "", place.setting ?? "", String(result.sampleCount)]
        return result.metrics.map { metric in
            let numbers = [metric.value, metric.std, metric.interval?.lower, metric.interval?.upper]
            return start + [metric.name] + numbers.map(exact)
        }
    }

    static func exact(_ value: Double?) -> String { value.flatMap { $0.isFinite ? "\($0)" : nil } ?? "" }
}

/// A table with the line above it.
package struct TitledTable: Sendable, Equatable {
    package var title: String
    package var table: TextTable

    /// The table with its title, as a document of its format holds it; comma-separated values have no title.
    package func text(_ format: TextTable.Format, terminal: Int? = nil) -> String {
        let body = table.text(format, terminal: terminal)
        switch format {
        case .plain: return "\(title)\n\(body)"
        case .markdown: return "### \(title)\n\n\(body)"
        case .csv: return body
        case .latex:
            return
                "\\begin{table}\n\\centering\n\\caption{\(TextTable.latexEscaped(title))}\n\(body)\\end{table}\n"
        }
    }
}

/// The columns that tell results of one benchmark apart: those that some result fills.
struct PlaceColumns {
    private let hasLayer: Bool
    private let hasEntityLayer: Bool
    private let hasSetting: Bool

    init(_ places: [ResultPlace]) {
        hasLayer = places.contains { $0.layer != nil }
        hasEntityLayer = places.contains { $0.entityLayer != nil }
        hasSetting = places.contains { $0.setting != nil }
    }

    var columns: [TextTable.Column] {
        (hasSetting ? [.init("setting")] : []) + [.init("condition")]
            + (hasLayer ? [.init("layer", .right)] : [])
            + (hasEntityLayer ? [.init("entity layer", .right)] : [])
    }

    func cells(of place: ResultPlace) -> [String] {
        (hasSetting ? [place.setting ?? ""] : []) + [place.label]
            + (hasLayer ? [place.layer.map(String.init) ?? ""] : [])
            + (hasEntityLayer ? [place.entityLayer.map(String.init) ?? ""] : [])
    }
}
