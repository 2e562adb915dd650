import LanguageModels

/// The main number of each benchmark by condition and layer.
struct SummaryTable {
    private let run: StoredRun
    private let headings: [MainMetric]
    private let rows: [ResultPlace]
    /// The results in the table.
    let results: [StoredResult]

    init(_ run: StoredRun, shown: ShownResults) {
        self.run = run
        headings = MainMetric.all.filter { heading in
            run.results.contains {
                $0.place.benchmark == heading.benchmark && $0.place.setting == heading.setting
                    && $0[heading.metric] != nil
            }
        }
        var found: [ResultPlace] = []
        results = run.results.filter { result in
            MainMetric.all.contains { $0.benchmark == result.place.benchmark }
        }
        for result in results {
            var row = ResultPlace(benchmark: "", condition: result.place.condition, layer: result.place.layer)
            row.variant = result.place.variant
            if !found.contains(row) { found.append(row) }
        }
        rows = found.sorted(by: ResultPlace.precedes)
    }

    /// nil where no benchmark has a main number.
    var markup: Markup? {
        guard !headings.isEmpty else { return nil }
        let top = headings.map { heading in
            rows.compactMap { metric(heading, $0)?.value }.filter(\.isFinite).max()
        }
        let head =
            [PageParts.head("Condition", isNumber: false), PageParts.head("Layer", isNumber: true)]
            + headings.map { PageParts.head($0.words, isNumber: true) }
        let body = rows.map { row in
            Markup(
                "tr", [:],
                [
                    Markup("th", ["scope": "row"], ShownResults.label(of: row)),
                    Markup("td", ["class": "n"], row.layer.map(String.init) ?? ""),
                ]
                    + zip(headings, top).map { cell(metric($0, row), top: $1) })
        }
        return Markup(
            "table", [:],
            [Markup("thead", [:], [Markup("tr", [:], head)]), Markup("tbody", [:], body.spaced)].spaced)
    }

    private func metric(_ heading: MainMetric, _ row: ResultPlace) -> StoredMetric? {
        run.results.first {
            $0.place.benchmark == heading.benchmark && $0.place.setting == heading.setting
                && $0.place.condition == row.condition && $0.place.layer == row.layer
                && $0.place.variant == row.variant
        }.flatMap { RunFigures.measured(heading.metric, in: $0) }
    }

    /// The number, the highest of its column in bold, over its interval.
    private func cell(_ metric: StoredMetric?, top: Double?) -> Markup {
        guard let metric, metric.value.isFinite else { return Markup("td", ["class": "n"], "–") }
        let number = ChartValue.text(metric.value)
        let shown = rows.count > 1 && metric.value == top ? Markup("b", [:], number) : Markup(text: number)
        let interval = metric.interval.map {
            [Markup("span", ["class": "ci"], "[\(ChartValue.text($0.lower)), \(ChartValue.text($0.upper))]")]
        }
        return Markup("td", ["class": "n"], [shown] + (interval ?? []))
    }
}
