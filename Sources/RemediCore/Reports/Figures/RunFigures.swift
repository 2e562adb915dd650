import Foundation
import LanguageModels

/// The plots of a run's numbers.
struct RunFigures {
    let run: StoredRun
    let shown: ShownResults

    init(_ run: StoredRun) {
        self.run = run
        shown = ShownResults(run)
    }

    /// Plots that need only what tables show.
    var ofMetrics: [Figure] { [losses, choice].compactMap { $0 } + measured }

    static let interval = "Bars and bands are 95 % bootstrap intervals."

    /// One metric of one benchmark under all conditions.
    struct Measure {
        var benchmark: String
        var setting: String?
        var metric: String
        var values: [(place: ResultPlace, metric: StoredMetric)]

        var form: MetricForm { Measures.form(of: metric, in: benchmark) }
        var layers: Set<Int> { Set(values.compactMap(\.place.layer)) }
        var entityLayers: Set<Int> { Set(values.compactMap(\.place.entityLayer)) }
        /// `Efficacy: score`
        var title: String {
            let name = Measures.title(of: benchmark) + (setting.map { ", \($0)" } ?? "")
            return "\(name): \(form.words)"
        }
    }

    // MARK: - Metrics

    /// A figure for each form that measures have.
    private var measured: [Figure] {
        var forms: [FigureForm] = []
        for form in Measures.all.compactMap(\.figure) where !forms.contains(form) { forms.append(form) }
        return forms.compactMap(figure)
    }

    private func figure(_ form: FigureForm) -> Figure? {
        let names = Measures.all.filter { $0.figure == form }.map(\.name)
        let measures = names.flatMap(self.measures)
        let charts = self.charts(of: measures)
        guard !charts.isEmpty else { return nil }
        let comparesLayers = measures.contains {
            (form.isOfEntityLayers ? $0.entityLayers : $0.layers).count > 1
        }
        let (title, caption) = (comparesLayers ? form.sweep : nil) ?? (form.title, form.caption)
        return Figure(
            title: title, caption: "\(caption) \(Self.interval)",
            context: context(of: run.results.filter { names.contains($0.place.benchmark) }), charts: charts)
    }

    /// Those of one benchmark; of metrics that come in first-token and full-target form, the former.
    private func measures(of benchmark: String) -> [Measure] {
        shown.settings(of: benchmark).flatMap { setting -> [Measure] in
            let results = run.results.filter {
                $0.place.benchmark == benchmark && $0.place.setting == setting
            }
            var names: [String] = []
            for name in (results.filter(\.place.isEdited) + results).flatMap({ $0.metrics.map(\.name) })
            where !names.contains(name) && Self.isPlotted(Measures.form(of: name, in: benchmark)) {
                names.append(name)
            }
            return names.map { measure($0, of: benchmark, setting) }
        }
    }

    private static func isPlotted(_ form: MetricForm) -> Bool {
        form.role != .detail && form.role != .before
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
        if let found = result[metric] { return found }
        guard !result.place.isEdited else { return nil }
        return Measures.form(of: metric, in: result.place.benchmark).before.flatMap { result[$0] }
    }

    /// The unedited model's metric, from the file of an edited one.
    private func unedited(
        _ metric: String, _ results: [StoredResult]
    ) -> [(place: ResultPlace, metric: StoredMetric)] {
        let condition = EvaluationCondition.unedited.label
        guard !results.contains(where: { $0.place.condition == condition }),
            let edited = results.first(where: \.place.isEdited),
            let before = Measures.form(of: metric, in: edited.place.benchmark).before,
            let found = edited[before]
        else { return [] }
        return [(ResultPlace(benchmark: edited.place.benchmark, condition: condition, layer: nil), found)]
    }
}

/// Plots that belong together, with what is said below them.
struct Figure {
    var title: String
    /// The content of the plots.
    var caption: String
    /// Of which model, data, samples, layer and seed.
    var context: String
    var charts: [any Chart]
}
