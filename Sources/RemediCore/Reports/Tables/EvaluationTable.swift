import Foundation

/// Evaluation results as a table: one row for each condition and layer, one column for each benchmark's
/// score and magnitude.
package struct EvaluationTable: Sendable {
    package let summaries: [EvaluationSummary]

    package init(_ summaries: [EvaluationSummary]) { self.summaries = summaries }

    private struct Heading: Equatable {
        let benchmark: String
        let metric: String
        /// "efficacy", "efficacy magnitude", "essence"; metrics of a result's parts say themselves what they
        /// are of: "contextual f1".
        var title: String {
            if metric == "score" || metric == benchmark { return benchmark }
            return metric.contains(" ") ? metric : "\(benchmark) \(metric)"
        }

        /// The title for people, who see of which benchmark a table is that has only one.
        func words(isAlone: Bool) -> String {
            (isAlone && metric != "score" ? metric : title).replacingExactly("_", with: " ")
        }
    }

    /// The cells of people's tables hold `0.938 [0.921, 0.953]`; those of CSV have a column for each
    /// number, not rounded.
    ///
    /// - Parameter metrics: which metrics of each benchmark; nil: all but those of words' full
    ///   log-probabilities, k, which is a setting, and what stands there under a misspelt name too.
    package func table(
        format: TextTable.Format = .plain, metrics: [String]? = nil
    ) -> TextTable {
        let headings = self.headings(metrics)
        let isProbed = summaries.contains { $0.condition.entityBlock != nil }
        var columns: [TextTable.Column] = [.init("condition"), .init("layer", .right)]
        if isProbed { columns.append(.init(format == .csv ? "entity_layer" : "entity layer", .right)) }
        let keyColumns = columns.count
        columns.append(.init("samples", .right))
        let isAlone =
            Set(headings.map(\.benchmark)).count == 1
            && CorrectionSetting(rawValue: headings[0].benchmark) == nil
        for heading in headings {
            if format == .csv {
                let name = heading.title.replacingExactly(" ", with: "_")
                columns += ["", "_std", "_lower", "_upper"].map { .init(name + $0, .right) }
            } else {
                columns.append(.init(heading.words(isAlone: isAlone), .right))
            }
        }
        var table = TextTable(columns: columns)
        table.keyColumns = keyColumns
        for condition in conditions {
            let group = summaries.filter { $0.condition == condition }
            var cells = [condition.label, condition.block.map(String.init) ?? ""]
            if isProbed { cells.append(condition.entityBlock.map(String.init) ?? "") }
            cells.append(Self.counts(of: group))
            for heading in headings {
                let metric = group.first { $0.benchmark == heading.benchmark }?
                    .metrics.first { $0.name == heading.metric }?.metric
                cells += format == .csv ? Self.exactCells(metric) : [Self.cell(metric)]
            }
            table.add(cells)
        }
        return table
    }

    private var conditions: [EvaluationCondition] {
        var found: [EvaluationCondition] = []
        for summary in summaries where !found.contains(summary.condition) { found.append(summary.condition) }
        return found
    }

    private func headings(_ metrics: [String]?) -> [Heading] {
        var found: [Heading] = []
        // Without an editor there may be fewer.
        for summary in summaries.filter({ $0.condition.block != nil }) + summaries {
            for metric in summary.metrics
            where metrics?.contains(metric.name) ?? Self.isShown(metric.name, of: summary) {
                let heading = Heading(benchmark: summary.benchmark, metric: metric.name)
                if !found.contains(heading) { found.append(heading) }
            }
        }
        return found
    }

    private static func isShown(_ metric: String, of summary: EvaluationSummary) -> Bool {
        Measures.form(of: metric, in: summary.benchmark).isShown
    }

    /// The number of samples, or its range where the benchmarks could use different ones.
    private static func counts(of group: [EvaluationSummary]) -> String {
        let counts = group.map(\.sampleCount)
        guard let least = counts.min(), let most = counts.max() else { return "" }
        return least == most ? "\(most)" : "\(least)–\(most)"
    }

    private static func cell(_ metric: Metric?) -> String {
        guard let metric, metric.mean.isFinite else { return "–" }
        func text(_ value: Double) -> String { String(format: "%.3f", value) }
        guard let interval = metric.interval else { return text(metric.mean) }
        return "\(text(metric.mean)) [\(text(interval.lower)), \(text(interval.upper))]"
    }

    private static func exactCells(_ metric: Metric?) -> [String] {
        [metric?.mean, metric?.std, metric?.interval?.lower, metric?.interval?.upper]
            .map { $0.flatMap { $0.isFinite ? "\($0)" : nil } ?? "" }
    }
}
