import LanguageModels

/// The main number of each benchmark by condition and layer.
struct SummaryTable {
    private struct Heading {
        var benchmark: String
        var setting: String?
        var metric: String
        var words: String
    }

    private static let headings = [
        Heading(benchmark: "efficacy", metric: "score", words: "Efficacy"),
        Heading(benchmark: "rewrite", metric: "score", words: "Rewrite"),
        Heading(benchmark: "paraphrase", metric: "score", words: "Paraphrase"),
        Heading(benchmark: "neighborhood", metric: "score", words: "Neighbour\u{AD}hood"),
        Heading(benchmark: "generation", metric: "fluency", words: "Fluency"),
        Heading(benchmark: "generation", metric: "consistency", words: "Consis\u{AD}tency"),
        Heading(benchmark: "essence", metric: "essence", words: "Essence"),
        Heading(
            benchmark: "error_correction", setting: "contextual", metric: "top1_accuracy",
            words: "Top 1, contextual"),
        Heading(
            benchmark: "error_correction", setting: "decontextual", metric: "top1_accuracy",
            words: "Top 1, decontextual"),
        Heading(benchmark: "entailment", metric: "co_corr_post", words: "r, co-occurring"),
        Heading(benchmark: "entailment", metric: "orig_corr_post", words: "r, original"),
        Heading(benchmark: "entailment", metric: "co_delta_p", words: "Δp, co-occurring"),
    ]

    private let run: StoredRun
    private let headings: [Heading]
    private let rows: [ResultPlace]

    init(_ run: StoredRun, shown: ShownResults) {
        self.run = run
        headings = Self.headings.filter { heading in
            run.results.contains {
                $0.place.benchmark == heading.benchmark && $0.place.setting == heading.setting
                    && $0[heading.metric] != nil
            }
        }
        var found: [ResultPlace] = []
        for result in run.results
        where Self.headings.contains(where: { $0.benchmark == result.place.benchmark }) {
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
            [Markup("th", [:], "Condition"), Markup("th", ["class": "n"], "Layer")]
            + headings.map { Markup("th", ["class": "n"], $0.words) }
        let body = rows.map { row in
            Markup(
                "tr", [:],
                [
                    Markup("td", [:], row.label),
                    Markup("td", ["class": "n"], row.layer.map(String.init) ?? ""),
                ]
                    + zip(headings, top).map { cell(metric($0, row), top: $1) })
        }
        return PageParts.scrolling(
            Markup(
                "table", [:],
                [Markup("thead", [:], [Markup("tr", [:], head)]), Markup("tbody", [:], body.spaced)].spaced))
    }

    private func metric(_ heading: Heading, _ row: ResultPlace) -> StoredMetric? {
        run.results.first {
            $0.place.benchmark == heading.benchmark && $0.place.setting == heading.setting
                && $0.place.condition == row.condition && $0.place.layer == row.layer
                && $0.place.variant == row.variant
        }.flatMap { RunFigures.measured(heading.metric, in: $0) }
    }

    /// The number, the highest of its column in bold, over its interval.
    private func cell(_ metric: StoredMetric?, top: Double?) -> Markup {
        guard let metric, metric.value.isFinite else { return Markup("td", ["class": "n"], "–") }
        let number = RunTables.text(metric.value)
        let shown = rows.count > 1 && metric.value == top ? Markup("b", [:], number) : Markup(text: number)
        let interval = metric.interval.map {
            [Markup("span", ["class": "ci"], "[\(RunTables.text($0.lower)), \(RunTables.text($0.upper))]")]
        }
        return Markup("td", ["class": "n"], [shown] + (interval ?? []))
    }
}
