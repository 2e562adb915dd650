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
            if metric == "score" { return benchmark == "neighborhood" ? "neighbourhood" : benchmark }
            return metric.replacingExactly("_", with: " ").replacingExactly("f1", with: "F1")
        }
        /// Of how varied words are there can be too much.
        var isBetterIfHigher: Bool { metric != "fluency" }
    }

    private var conditions: [String] { Self.distinct(summaries.map(Self.condition)) }

    private var figures: [Figure] {
        Self.distinct(
            summaries.flatMap { summary in
                let metrics = (summary["metrics"]?.object?.members ?? []).map(\.key)
                return Self.shown.filter(metrics.contains).map {
                    Figure(benchmark: summary["benchmark"]?.string ?? "", metric: $0)
                }
            })
    }

    private func metric(_ figure: Figure, _ condition: String) -> JSONValue? {
        let found = summaries.first {
            Self.condition($0) == condition && $0["benchmark"]?.string == figure.benchmark
        }
        return found?["metrics"]?[figure.metric]
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

    /// What each figure means, and each condition that does not say so itself, for who sees it the first time.
    package var legend: [(name: String, meaning: String)] {
        (figures.map(\.title) + conditions).compactMap { name in Self.meanings[name].map { (name, $0) } }
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
        "efficacy": "how often the model finds the fact that it was told likelier than the old one",
        "rewrite": "the same, asked in the words in which it was told",
        "paraphrase": "the same, asked in other words",
        "neighbourhood": "how often it still says what is true of others: an edit must leave them alone",
        "consistency":
            "how alike its texts are to texts about others of whom the new fact is true (TF-IDF, 0 to 1)",
        "fluency": "how varied its words are (entropy of n-grams, bits); a low one means repetition",
        "contextual F1":
            "with the fact in front of the prompt: how well the editor tells, from the entity's hidden state"
            + " alone, that the model will not say it",
        "decontextual F1":
            "the same of the old fact, with the prompt alone; 0 if the model says it every time",
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
