import LanguageModels
import RemediCore

/// Warnings and the table of finished evaluations.
struct EvaluationReport {
    let summaries: [EvaluationSummary]

    /// Warns about skipped samples and NaN metrics.
    func warn(_ progress: any ProgressReporter) {
        var said: Set<String> = []
        for summary in summaries {
            // Results that differ in the entity's layer alone leave out the same samples.
            if summary.skipped.count > 0, said.insert(Self.words(skippedIn: summary)).inserted {
                progress.report(.warning(Self.words(skippedIn: summary)))
            }
            if summary.metrics.contains(where: { $0.metric.count > 0 && $0.metric.mean.isNaN }) {
                progress.report(.warning(Self.place(summary) + ": the model gives NaN as probabilities"))
            }
        }
    }

    /// Writes the plan's table, or JSON where no format is given.
    ///
    /// - Throws: `OutputError`.
    func write(
        of plan: any EvaluationPlanning, _ format: TextTable.Format?, to surroundings: Surroundings
    ) throws {
        guard let format else { return try surroundings.write(.array(summaries.map(\.json))) }
        try surroundings.write(plan.table(of: summaries, format: format), format)
    }

    private static func words(skippedIn summary: EvaluationSummary) -> String {
        let reasons = summary.skipped.reasons.map { "\($0.reason): \($0.ids.count)" }
        return place(summary) + ": \(summary.skipped.count) left out (" + reasons.joined(separator: ", ")
            + ")"
    }

    /// `linear 1, efficacy`
    private static func place(_ summary: EvaluationSummary) -> String {
        let label = summary.condition.label + (summary.condition.block.map { " \($0)" } ?? "")
        return "\(label), \(summary.benchmark)"
    }
}
