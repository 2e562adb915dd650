import Foundation
import LanguageModels

/// Results as one page that needs nothing else: text, tables, plots, examples.  The same results give the
/// same bytes.
package struct RunPage: Sendable {
    package static let defaultExamples = 3

    private let runs: [StoredRun]
    private let comparison: RunComparison?
    private let exampleCount: Int

    package init(
        _ runs: [StoredRun], comparison: RunComparison? = nil, examples: Int = RunPage.defaultExamples
    ) {
        precondition(!runs.isEmpty)
        self.runs = runs
        self.comparison = comparison
        exampleCount = examples
    }

    private var title: String {
        if comparison != nil { return runs.map(\.name).joined(separator: " and ") }
        let names = runs.prefix(3).map(\.name).joined(separator: ", ")
        return runs.count > 3 ? names + " and \(runs.count - 3) more" : names
    }

    /// The document.
    ///
    /// - Throws: `RemediError.malformedData`, `LanguageModelError`.
    package func html() throws -> String {
        let head = Markup(
            "head",
            [:],
            [
                Markup("meta", ["charset": "utf-8"]),
                Markup("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
                Markup("meta", ["name": "color-scheme", "content": "light dark"]),
                Markup("meta", ["name": "generator", "content": "remedi \(RemediVersion.current)"]),
                Markup("title", [:], "REMEDI: \(title)"),
                Markup("style", [:], [Markup(verbatim: "\n\(PageStyle.sheet)\n")]),
            ].spaced)
        var content = header
        if let comparison { content.append(section(comparison)) }
        for (index, run) in runs.enumerated() { content.append(try section(run, number: index + 1)) }
        content.append(
            Markup(
                "footer", [:],
                "Made by remedi \(RemediVersion.current). Intervals: 95 % percentile bootstrap over samples.")
        )
        let body = Markup("body", [:], [Markup("main", [:], content.spaced)])
        return "<!DOCTYPE html>\n" + Markup("html", ["lang": "en"], [head, body].spaced).text + "\n"
    }

    private var header: [Markup] {
        var parts = [Markup("h1", [:], title)]
        parts.append(
            Markup(
                "p", ["class": "lead"],
                "Results of editing what a language model believes of an entity (REMEDI)."))
        if runs.count > 1 {
            parts.append(
                Markup(
                    "nav", [:],
                    runs.enumerated().map { Markup("a", ["href": "#run-\($0 + 1)"], $1.name) }.spaced))
        }
        return parts
    }

    private func section(_ run: StoredRun, number: Int) throws -> Markup {
        let figures = RunFigures(run)
        var parts: [Markup] = []
        if runs.count > 1 { parts.append(Markup("h2", [:], run.name)) }
        parts.append(PageParts.facts(run))
        if let summary = SummaryTable(run, shown: figures.shown).markup {
            parts += [
                Markup("h3", [:], "Summary"), summary,
                Markup(
                    "p", ["class": "caption"],
                    "Means over samples with 95 % bootstrap intervals; the highest of each column is bold."),
            ]
        }
        for figure in figures.ofMetrics + (try SampleFigures(shown: figures.shown).all()) {
            parts += PageParts.figure(figure)
        }
        if exampleCount > 0 {
            let exhibits = try RunExamples(shown: figures.shown, count: exampleCount).all()
            parts += ExampleCards(exhibits).markup
        }
        parts.append(PageParts.tables(RunTables(run).all))
        return Markup("section", ["id": "run-\(number)"], parts.spaced)
    }

    private func section(_ comparison: RunComparison) -> Markup {
        var parts = [
            Markup("h2", [:], "Comparison"),
            Markup(
                "p", ["class": "caption"],
                "A is \(comparison.first.name), B is \(comparison.second.name), over the samples that both have; p is"
                    + " how likely a difference of at least this size is if each sample's difference could as well"
                    + " have had the other sign."),
        ]
        parts += comparison.differences.map { difference in
            Markup(
                "p", ["class": "lead"],
                "They differ: \(difference.name) is \(difference.first) in A, \(difference.second) in B.")
        }
        parts.append(PageParts.table(comparison.table()))
        parts.append(Markup("div", ["class": "panels"], comparison.charts.map(PageParts.panel).spaced))
        return Markup("section", [:], parts.spaced)
    }
}

extension RunComparison {
    /// Differences with their intervals: shares together, and every other unit by itself.
    fileprivate var charts: [IntervalChart] {
        var units: [String] = []
        for entry in entries {
            let unit = RunFigures.quantity(entry.metric)
            if !units.contains(unit) { units.append(unit) }
        }
        let hasOneCondition = Set(entries.map(\.first.fullLabel)).count == 1
        return units.map { unit in
            let mine = entries.filter { RunFigures.quantity($0.metric) == unit }
            return IntervalChart(
                title: "B − A: \(unit)", x: "difference",
                rows: mine.map { entry in
                    .init(
                        entry.first.benchmark + (entry.first.setting.map { ", \($0)" } ?? "")
                            + " \(entry.metric)" + (hasOneCondition ? "" : ", \(entry.first.fullLabel)"),
                        color: 3, value: entry.difference,
                        lower: entry.interval.lower, upper: entry.interval.upper)
                }, reference: 0)
        }
    }
}

extension [Markup] {
    /// With line breaks between, for people who open the file.
    var spaced: [Markup] { flatMap { [Markup(text: "\n"), $0] } + [Markup(text: "\n")] }
}
