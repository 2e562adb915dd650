import Foundation
import LanguageModels

/// Plots that belong together, with what is said below them.
struct Figure {
    var title: String
    /// What is shown.
    var caption: String
    /// Of which model, data, samples, layer and seed.
    var context: String
    var charts: [any Chart]
}

/// The plots of a run's numbers.
struct RunFigures {
    let run: StoredRun
    let shown: ShownResults

    init(_ run: StoredRun) {
        self.run = run
        shown = ShownResults(run)
    }

    /// Plots that need only what tables show.
    var ofMetrics: [Figure] { [losses, choice, metrics, classification, mediation].compactMap { $0 } }

    static let interval = "Bars and bands are 95 % bootstrap intervals."

    /// One metric of one benchmark under all conditions.
    struct Measure {
        var benchmark: String
        var setting: String?
        var metric: String
        var values: [(place: ResultPlace, metric: StoredMetric)]

        var layers: Set<Int> { Set(values.compactMap(\.place.layer)) }
        var entityLayers: Set<Int> { Set(values.compactMap(\.place.entityLayer)) }
        /// `Efficacy: score`
        var title: String {
            let name = RunFigures.title(of: benchmark) + (setting.map { ", \($0)" } ?? "")
            return "\(name): \(RunFigures.words(for: metric))"
        }
    }

    // MARK: - Metrics

    private var metrics: Figure? {
        let benchmarks = [
            "efficacy", "rewrite", "paraphrase", "neighborhood", "generation", "essence", "error_correction",
            "entailment",
        ]
        let measures = benchmarks.flatMap(self.measures)
        let charts = self.charts(of: measures)
        guard !charts.isEmpty else { return nil }
        let isSweep = measures.contains { $0.layers.count > 1 }
        let caption =
            isSweep
            ? "Each metric by the edited layer. Dotted lines are what needs no layer: the unedited model and the"
                + " baselines. \(Self.interval)"
            : "Each metric by condition. \(Self.interval)"
        return Figure(
            title: isSweep ? "Metrics by edited layer" : "Metrics", caption: caption,
            context: context(of: run.results.filter { benchmarks.contains($0.place.benchmark) }),
            charts: charts)
    }

    /// Those of one benchmark; of metrics that come in first-token and full-target form, the former.
    private func measures(of benchmark: String) -> [Measure] {
        shown.settings(of: benchmark).flatMap { setting -> [Measure] in
            let results = run.results.filter {
                $0.place.benchmark == benchmark && $0.place.setting == setting
            }
            var names: [String] = []
            for name in (results.filter(\.place.isEdited) + results).flatMap({ $0.metrics.map(\.name) })
            where !names.contains(name) && !name.hasPrefix("full_") && !name.hasSuffix("_pre") {
                names.append(name)
            }
            return names.map { measure($0, of: benchmark, setting) }
        }
    }

    func measure(_ metric: String, of benchmark: String, _ setting: String?) -> Measure {
        let results = run.results.filter { $0.place.benchmark == benchmark && $0.place.setting == setting }
        let found = results.compactMap { result in
            Self.measured(metric, in: result).map { (place: result.place, metric: $0) }
        }
        return Measure(
            benchmark: benchmark, setting: setting, metric: metric,
            values: found + unedited(metric, results))
    }

    /// Without an edit, "post" is "pre".
    static func measured(_ metric: String, in result: StoredResult) -> StoredMetric? {
        let found = result[metric]
        guard found == nil, metric.hasSuffix("_post"), !result.place.isEdited else { return found }
        return result[metric.replacingExactly("_post", with: "_pre")]
    }

    /// What an edited run's file says of the unedited model.
    private func unedited(
        _ metric: String, _ results: [StoredResult]
    ) -> [(place: ResultPlace, metric: StoredMetric)] {
        guard metric.hasSuffix("_post"), !results.contains(where: { $0.place.condition == "unedited" }),
            let edited = results.first(where: \.place.isEdited),
            let found = edited[metric.replacingExactly("_post", with: "_pre")]
        else { return [] }
        return [(ResultPlace(benchmark: edited.place.benchmark, condition: "unedited", layer: nil), found)]
    }

    // MARK: - Classification and mediation

    private var classification: Figure? {
        let results = run.results.filter { $0.place.entityLayer != nil }
        let measures = ["fact_cls", "error_cls"].flatMap(self.measures)
        let charts = self.charts(of: measures)
        guard !charts.isEmpty else { return nil }
        let isSweep = measures.contains { $0.entityLayers.count > 1 }
        return Figure(
            title: isSweep ? "Classification by entity layer" : "Classification",
            caption:
                "How well the editor's directions predict what the model believes"
                + (isSweep ? ", by the layer at which the entity's state is read" : "")
                + ". \(Self.interval)",
            context: context(of: results), charts: charts)
    }

    private var mediation: Figure? {
        let charts = self.charts(of: measures(of: "mediation").filter { $0.metric == "accuracy" })
        guard !charts.isEmpty else { return nil }
        return Figure(
            title: "Mediation",
            caption:
                "How often the unedited model prefers what the context says, with it in front of the prompt"
                + " (contextual), and the usual answer without it (decontextual). \(Self.interval)",
            context: context(of: run.results.filter { $0.place.benchmark == "mediation" }), charts: charts)
    }
}
