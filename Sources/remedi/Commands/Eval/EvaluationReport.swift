import LanguageModels
import RemediCore

/// What a command says of evaluations that are done.
struct EvaluationReport {
    let summaries: [EvaluationSummary]
    let plan: any EvaluationPlanning

    init(_ summaries: [EvaluationSummary], of plan: any EvaluationPlanning) {
        self.summaries = summaries
        self.plan = plan
    }

    /// Says what was left out and what is no number.
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

    /// Writes a table, or JSON where no format is given.
    ///
    /// - Throws: `OutputError`.
    func write(_ format: TextTable.Format?, to surroundings: Surroundings) throws {
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

extension EvaluationSummary {
    fileprivate var json: JSONValue {
        var metrics = JSONObject()
        for metric in self.metrics { metrics[metric.name] = metric.metric.json }
        var object: JSONObject = [
            "condition": .string(condition.label),
            "layer": condition.block.map { .integer($0) } ?? .null,
            "benchmark": .string(benchmark), "samples": .integer(sampleCount),
            "metrics": .object(metrics), "skipped": .integer(skipped.count), "file": .string(file.path),
        ]
        if let block = condition.entityBlock { object["entity_layer"] = .integer(block) }
        if let part { object["part"] = .string(part.rawValue) }
        return .object(object)
    }
}
