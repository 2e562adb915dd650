import Foundation
import LanguageModels

/// The plots of a run's samples: distributions before and after the edit.
struct SampleFigures {
    let shown: ShownResults

    /// - Throws: `RemediError.malformedData`, `LanguageModelError`.
    func all() throws -> [Figure] {
        let scatters = try Measures.all.compactMap { measure in
            try measure.scatter.flatMap { try figure($0, of: measure.name) }
        }
        return try [distributions()].compactMap { $0 } + scatters
    }

    private func distributions() throws -> Figure? {
        let forms = Measures.all.flatMap { measure in measure.histograms.map { (measure, $0) } }
        let charts = try forms.compactMap { measure, form -> Histogram? in
            let groups = try shown.results(of: measure.name).map { result in
                Histogram.Group(
                    ShownResults.name(of: result.place), color: ShownResults.color(of: result.place),
                    values: try result.samples().compactMap(form.value))
            }
            let chart = Histogram(
                title: measure.title + (form.name.map { ": \($0)" } ?? ""), x: form.quantity, groups: groups)
            return chart.groups.isEmpty ? nil : chart
        }
        guard !charts.isEmpty else { return nil }
        let notes = forms.compactMap { measure, form in
            shown.run.results.contains { $0.place.benchmark == measure.name } ? form.note : nil
        }
        let best = shown.best.map {
            ShownResults.name(of: ResultPlace(benchmark: "", condition: $0.condition, layer: $0.layer))
        }
        let choice = shown.reason.map { "The edit shown is \(best ?? ""), \($0)." } ?? ""
        let names = Measures.all.filter { !$0.histograms.isEmpty }.map(\.name)
        return Figure(
            title: "Distributions over samples", caption: notes.joined() + choice,
            context: RunFigures(shown.run).context(of: names.flatMap { shown.results(of: $0) }),
            charts: charts)
    }

    private func figure(_ form: ScatterForm, of measure: String) throws -> Figure? {
        guard let edited = shown.results(of: measure).first(where: \.place.isEdited) else { return nil }
        let samples = try edited.samples()
        let chart = ScatterChart(
            title: "\(form.title): \(form.chart)", x: form.x, y: form.y,
            groups: form.groups.map { group in
                ScatterChart.Group(
                    group.name, color: group.color,
                    points: samples.flatMap(group.points).map { .init(x: $0.x, y: $0.y) })
            })
        guard !chart.groups.isEmpty else { return nil }
        return Figure(
            title: form.title, caption: form.caption(ShownResults.name(of: edited.place)),
            context: RunFigures(shown.run).context(of: [edited]), charts: [chart])
    }
}
