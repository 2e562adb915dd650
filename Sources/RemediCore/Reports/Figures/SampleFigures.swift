import Foundation
import LanguageModels

/// The plots of a run's samples: distributions before and after the edit.
struct SampleFigures {
    let shown: ShownResults

    /// - Throws: `RemediError.malformedData`, `LanguageModelError`.
    func all() throws -> [Figure] { try [distributions(), entailment()].compactMap { $0 } }

    private func distributions() throws -> Figure? {
        var charts: [any Chart] = []
        for benchmark in ["efficacy", "rewrite", "paraphrase", "neighborhood"] {
            let groups = try shown.results(of: benchmark).map { result in
                Histogram.Group(
                    ShownResults.name(of: result.place), color: ShownResults.color(of: result.place),
                    values: try result.samples().compactMap(Self.logRatio))
            }
            let words =
                benchmark == "neighborhood"
                ? "log p(true) − log p(other), nats" : "log p(target) − log p(other), nats"
            let chart = Histogram(title: RunFigures.title(of: benchmark), x: words, groups: groups)
            if !chart.groups.isEmpty { charts.append(chart) }
        }
        for (benchmark, metric) in [
            ("generation", "fluency"), ("generation", "consistency"), ("essence", "essence"),
        ] {
            let reader = SampleReader(benchmark: benchmark)
            let groups = try shown.results(of: benchmark).map { result in
                Histogram.Group(
                    ShownResults.name(of: result.place), color: ShownResults.color(of: result.place),
                    values: reader.values(of: metric, in: try result.samples()).map(\.mean))
            }
            let chart = Histogram(
                title: "\(RunFigures.title(of: benchmark)): \(metric)", x: RunFigures.quantity(metric),
                groups: groups)
            if !chart.groups.isEmpty { charts.append(chart) }
        }
        guard !charts.isEmpty else { return nil }
        let hasPreferences = shown.run.results.contains { $0.place.benchmark == "efficacy" }
        let side = hasPreferences ? "Right of 0 the model prefers the answer that is wanted. " : ""
        let best = shown.best.map {
            ShownResults.name(of: ResultPlace(benchmark: "", condition: $0.condition, layer: $0.layer))
        }
        let choice = shown.reason.map { "The edit shown is \(best ?? ""), \($0)." } ?? ""
        let results = ["efficacy", "rewrite", "paraphrase", "neighborhood", "generation", "essence"].flatMap {
            shown.results(of: $0)
        }
        return Figure(
            title: "Distributions over samples",
            caption: "\(side)\(choice)",
            context: RunFigures(shown.run).context(of: results), charts: charts)
    }

    /// The mean over a sample's prompts.
    private static func logRatio(_ sample: JSONValue) -> Double? {
        let values = (sample["prompts"]?.array ?? [sample]).compactMap { prompt -> Double? in
            guard let target = prompt["target_score"]?.double, let other = prompt["comparator_score"]?.double
            else {
                return nil
            }
            return target - other
        }.filter(\.isFinite)
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    private static let features = [
        ("unrel", "unrelated", 0), ("orig", "original", 1), ("co", "co-occurring", 3),
    ]

    private func entailment() throws -> Figure? {
        let results = shown.results(of: "entailment")
        guard let edited = results.first(where: \.place.isEdited) else { return nil }
        let samples = try edited.samples()
        let groups = Self.features.map { key, name, color in
            let points = samples.flatMap { $0["\(key)_features"]?.array ?? [] }.compactMap {
                feature -> ScatterChart.Point? in
                guard let pre = feature["logp_pre"]?.double, let post = feature["logp_post"]?.double else {
                    return nil
                }
                return .init(x: pre, y: post)
            }
            return ScatterChart.Group(name, color: color, points: points)
        }
        let chart = ScatterChart(
            title: "Entailment: features before and after", x: "log p before the edit, nats",
            y: "log p after the edit, nats", groups: groups)
        guard !chart.groups.isEmpty else { return nil }
        return Figure(
            title: "Entailment",
            caption:
                "Every feature of every concept, \(ShownResults.name(of: edited.place)). Above the line the edit"
                + " makes it likelier.", context: RunFigures(shown.run).context(of: [edited]), charts: [chart]
        )
    }
}
