import LanguageModels

extension EvaluationSummary {
    /// The summary as `remedi eval --json` writes it.
    package var json: JSONValue {
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
