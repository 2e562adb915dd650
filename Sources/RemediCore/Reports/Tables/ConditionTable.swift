import Foundation
import LanguageModels

/// Results of evaluations as a small table for people: a row for each figure, a column for each condition.
package struct ConditionTable: Sendable {
    /// As `remedi eval --json` writes them: condition, layer, benchmark, metrics.
    package let summaries: [JSONValue]

    package init(_ summaries: [JSONValue]) { self.summaries = summaries }

    private struct Figure: Equatable {
        let benchmark: String
        let form: ShowcaseForm
        /// "efficacy", "consistency", "contextual F1".
        var title: String { form.title }
        var isBetterIfHigher: Bool { Measures.form(of: form.metric, in: benchmark).isBetterIfHigher }

        static func == (a: Figure, b: Figure) -> Bool {
            a.benchmark == b.benchmark && a.form.metric == b.form.metric
        }
    }

    private var conditions: [String] { Self.distinct(summaries.map(Self.condition)) }

    private var figures: [Figure] {
        Self.distinct(
            summaries.flatMap { summary in
                let metrics = (summary["metrics"]?.object?.members ?? []).map(\.key)
                let benchmark = summary["benchmark"]?.string ?? ""
                return (Measures.titled(benchmark)?.showcase ?? []).filter { metrics.contains($0.metric) }
                    .map { Figure(benchmark: benchmark, form: $0) }
            })
    }

    private func metric(_ figure: Figure, _ condition: String) -> JSONValue? {
        let found = summaries.first {
            Self.condition($0) == condition && $0["benchmark"]?.string == figure.benchmark
        }
        return found?["metrics"]?[figure.form.metric]
    }

    /// An arrow stands where higher is better.
    package func table(format: TextTable.Format = .plain) -> TextTable {
        let hasArrows = format == .plain || format == .markdown
        var table = TextTable(columns: [.init("")] + conditions.map { .init($0, .right) })
        table.keyColumns = 1
        for figure in figures {
            table.add(
                [figure.title + (hasArrows && figure.isBetterIfHigher ? " ↑" : "")]
                    + conditions.map { Self.cell(metric(figure, $0).flatMap(Metric.init(json:))) })
        }
        return table
    }

    /// The meaning of each figure, and of each condition whose name does not say it, for new readers.
    package var legend: [(name: String, meaning: String)] {
        figures.compactMap { figure in figure.form.meaning.map { (figure.title, $0) } }
            + conditions.compactMap { name in Self.meanings[name].map { (name, $0) } }
    }

    /// Where classifications read the entity, as far as there are any.
    package var entityLayers: [Int] { Self.distinct(summaries.compactMap { $0["entity_layer"]?.integer }) }

    /// By figure and condition: `{"efficacy": {"unedited": {"mean": …, "interval": […]}, …}, …}`.
    package var json: JSONValue {
        var object = JSONObject()
        for figure in figures {
            var values = JSONObject()
            for condition in conditions { values[condition] = metric(figure, condition) }
            object[figure.title] = .object(values)
        }
        return .object(object)
    }

    private static let meanings = [
        "identity": "the fact's own hidden state in place of the editor's vector",
        "control task": "the editor against shuffled truths: what chance reaches",
    ]

    private static func distinct<Element: Equatable>(_ elements: [Element]) -> [Element] {
        elements.reduce(into: []) { found, element in
            if !found.contains(element) { found.append(element) }
        }
    }

    /// "unedited", "REMEDI, layer 1", "control task".
    private static func condition(_ summary: JSONValue) -> String {
        let label = summary["condition"]?.string ?? ""
        let editor = EditorType.linear.rawValue
        if label == editor { return "REMEDI, layer \(summary["layer"]?.integer ?? 0)" }
        return label.hasPrefix(editor + ", ") ? String(label.dropFirst(editor.count + 2)) : label
    }

    private static func cell(_ metric: Metric?) -> String {
        guard let metric, metric.mean.isFinite else { return "–" }
        let mean = String(format: "%.3f", metric.mean)
        guard let interval = metric.interval else { return mean }
        // Short enough for three conditions on a page.
        return mean + String(format: " [%.2f, %.2f]", interval.lower, interval.upper)
    }
}
