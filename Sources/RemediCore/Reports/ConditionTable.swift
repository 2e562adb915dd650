import Foundation
import LanguageModels

/// What evaluations found as a small table for people: a row for each figure, a column for each condition.
package struct ConditionTable: Sendable {
    /// As `remedi eval --json` writes them: condition, layer, benchmark, metrics.
    package let summaries: [JSONValue]

    package init(_ summaries: [JSONValue]) { self.summaries = summaries }

    /// The figures that are shown, of those that a benchmark has.
    private static let shown = [
        "score", "consistency", "fluency", "contextual f1", "decontextual f1", "f1", "top1_accuracy",
        "recall_probe@1", "accuracy",
    ]

    private struct Figure: Equatable {
        let benchmark: String
        let metric: String
        /// "efficacy", "consistency", "contextual F1".
        var title: String {
            metric == "score"
                ? benchmark
                : metric.replacingExactly("_", with: " ").replacingExactly("f1", with: "F1")
        }
    }

    package func table(format: TextTable.Format = .plain) -> TextTable {
        let conditions = Self.distinct(summaries.map(Self.condition))
        let figures = Self.distinct(
            summaries.flatMap { summary in
                let metrics = (summary["metrics"]?.object?.members ?? []).map(\.key)
                return Self.shown.filter(metrics.contains).map {
                    Figure(benchmark: summary["benchmark"]?.string ?? "", metric: $0)
                }
            })
        var table = TextTable(
            columns: [.init("")] + conditions.map { .init($0, .right) })
        table.keyColumns = 1
        for figure in figures {
            table.add(
                [figure.title]
                    + conditions.map { condition in
                        let found = summaries.first {
                            Self.condition($0) == condition && $0["benchmark"]?.string == figure.benchmark
                        }
                        return Self.cell(found?["metrics"]?[figure.metric].flatMap(Metric.init(json:)))
                    })
        }
        return table
    }

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
