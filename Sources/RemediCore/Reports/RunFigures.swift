import Foundation
import LanguageModels

/// Plots that belong together, with what is said below them.
struct Figure {
    var title: String
    var caption: String
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
    var ofMetrics: [Figure] { [losses, choice, sweep, classification, mediation].compactMap { $0 } }

    private static let band = "Bands and bars are 95 % bootstrap intervals."

    // MARK: - Metrics by layer

    private var sweep: Figure? {
        let benchmarks = [
            "efficacy", "rewrite", "paraphrase", "neighborhood", "generation", "essence", "error_correction",
            "entailment",
        ]
        let known = run.results.filter { benchmarks.contains($0.place.benchmark) }
        let layers = Set(known.compactMap(\.place.layer))
        var charts: [any Chart] = []
        for benchmark in benchmarks {
            for setting in shown.settings(of: benchmark) {
                let results = known.filter { $0.place.benchmark == benchmark && $0.place.setting == setting }
                charts += panels(benchmark, setting, results)
            }
        }
        guard !charts.isEmpty else { return nil }
        let caption =
            layers.count > 1
            ? "Each metric by the edited layer. Dotted lines are what needs no layer: the unedited model and the"
                + " baselines. \(Self.band)"
            : "Each metric by condition. \(Self.band)"
        return Figure(
            title: layers.count > 1 ? "Metrics by edited layer" : "Metrics", caption: caption, charts: charts)
    }

    /// A panel for each metric; of metrics that come in first-token and full-target form, the former.
    private func panels(
        _ benchmark: String, _ setting: String?, _ results: [StoredResult]
    ) -> [any Chart] {
        var metrics: [String] = []
        let inOrder = results.filter(\.place.isEdited) + results
        for name in inOrder.flatMap({ $0.metrics.map(\.name) })
        where !metrics.contains(name) && !name.hasPrefix("full_") && !name.hasSuffix("_pre") {
            metrics.append(name)
        }
        let title = Self.title(of: benchmark) + (setting.map { ", \($0)" } ?? "")
        return metrics.compactMap { metric in
            let values =
                results.compactMap { result in
                    Self.measured(metric, in: result).map { (result.place, $0) }
                } + unedited(metric, results)
            let name = "\(title): \(Self.words(for: metric))"
            if Set(values.compactMap(\.0.layer)).count > 1 {
                return lines(name, values, metric: metric, x: "edited layer", \.layer)
            }
            return values.count > 1 ? bars(name, values, metric: metric) : nil
        }
    }

    /// Without an edit, "post" is "pre".
    static func measured(_ metric: String, in result: StoredResult) -> StoredMetric? {
        let found = result[metric]
        guard found == nil, metric.hasSuffix("_post"), !result.place.isEdited else { return found }
        return result[metric.replacingExactly("_post", with: "_pre")]
    }

    /// What an edited run's file says of the unedited model.
    private func unedited(_ metric: String, _ results: [StoredResult]) -> [(ResultPlace, StoredMetric)] {
        guard metric.hasSuffix("_post"), !results.contains(where: { $0.place.condition == "unedited" }),
            let edited = results.first(where: \.place.isEdited),
            let found = edited[metric.replacingExactly("_post", with: "_pre")]
        else { return [] }
        return [(ResultPlace(benchmark: edited.place.benchmark, condition: "unedited", layer: nil), found)]
    }

    private func lines(
        _ title: String, _ values: [(ResultPlace, StoredMetric)], metric: String, x: String,
        _ layer: KeyPath<ResultPlace, Int?>
    ) -> LineChart {
        var names: [String] = []
        for (place, _) in values where place[keyPath: layer] != nil && !names.contains(place.label) {
            names.append(place.label)
        }
        let series = names.map { name in
            let mine = values.filter { $0.0.label == name && $0.0[keyPath: layer] != nil }
            return LineChart.Series(
                name, color: ShownResults.color(of: mine[0].0),
                points: mine.map { place, metric in
                    .init(
                        x: place[keyPath: layer]!, y: metric.value, lower: metric.interval?.lower,
                        upper: metric.interval?.upper)
                })
        }
        let baselines = values.filter { $0.0[keyPath: layer] == nil }.map { place, metric in
            ChartValue(
                place.label, color: ShownResults.color(of: place), value: metric.value,
                lower: metric.interval?.lower,
                upper: metric.interval?.upper)
        }
        return LineChart(
            title: title, x: x, y: Self.quantity(metric), series: series, baselines: baselines,
            bounds: StoredMetric.bounds(of: metric),
            marked: (layer == \.layer) == (run.sweep?.swept == "layer") ? run.sweep?.chosen : nil)
    }

    private func bars(_ title: String, _ values: [(ResultPlace, StoredMetric)], metric: String)
        -> IntervalChart
    {
        IntervalChart(
            title: title, x: Self.quantity(metric),
            rows: values.map { place, metric in
                .init(
                    ShownResults.name(of: place), color: ShownResults.color(of: place), value: metric.value,
                    lower: metric.interval?.lower, upper: metric.interval?.upper)
            }, bounds: StoredMetric.bounds(of: metric))
    }

    // MARK: - Classification and mediation

    private var classification: Figure? {
        let results = run.results.filter { $0.place.entityLayer != nil }
        let isSweep = Set(results.compactMap(\.place.entityLayer)).count > 1
        var kinds: [ResultPlace] = []
        for result in results {
            var kind = ResultPlace(benchmark: result.place.benchmark, condition: "", layer: nil)
            kind.setting = result.place.setting
            if !kinds.contains(kind) { kinds.append(kind) }
        }
        let charts = kinds.flatMap { kind -> [any Chart] in
            let mine = results.filter {
                $0.place.benchmark == kind.benchmark && $0.place.setting == kind.setting
            }
            let title = Self.title(of: kind.benchmark) + (kind.setting.map { ", \($0)" } ?? "")
            var metrics: [String] = []
            for name in mine.flatMap({ $0.metrics.map(\.name) }) where !metrics.contains(name) {
                metrics.append(name)
            }
            return metrics.map { metric in
                let values = mine.compactMap { result in result[metric].map { (result.place, $0) } }
                let name = "\(title): \(Self.words(for: metric))"
                return isSweep
                    ? lines(name, values, metric: metric, x: "layer of the entity's state", \.entityLayer)
                    : bars(name, values, metric: metric)
            }
        }
        guard !charts.isEmpty else { return nil }
        return Figure(
            title: isSweep ? "Classification by entity layer" : "Classification",
            caption:
                "How well the editor's directions predict what the model believes, by the layer at which the"
                + " entity's state is read. \(Self.band)", charts: charts)
    }

    private var mediation: Figure? {
        let results = run.results.filter { $0.place.benchmark == "mediation" }
        let rows = results.compactMap { result in
            result["accuracy"].map { metric in
                ChartValue(
                    result.place.setting ?? result.place.condition,
                    color: result.place.setting == "contextual" ? 3 : 0,
                    value: metric.value, lower: metric.interval?.lower, upper: metric.interval?.upper)
            }
        }
        guard !rows.isEmpty else { return nil }
        return Figure(
            title: "Mediation",
            caption:
                "How often the unedited model prefers what the context says, with it in front of the prompt"
                + " (contextual), and the usual answer without it (decontextual). \(Self.band)",
            charts: [IntervalChart(title: "Mediation: accuracy", x: "accuracy", rows: rows, bounds: 0...1)])
    }
}
