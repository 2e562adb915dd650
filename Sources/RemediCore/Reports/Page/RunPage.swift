import Foundation
import LanguageModels

/// Results as one page that needs nothing else: text, tables, plots, examples.  The same results give the
/// same bytes.
package struct RunPage: Sendable {
    package static let defaultExamples = 3

    /// The opening above the results of several runs that belong together.
    package struct Opening: Sendable {
        package var title: String
        package var lead: String
        /// Texts before and after an edit, and which ones these are.
        package var examples: [Picture.Example]
        package var examplesNote: String

        package init(title: String, lead: String, examples: [Picture.Example], examplesNote: String) {
            self.title = title
            self.lead = lead
            self.examples = examples
            self.examplesNote = examplesNote
        }
    }

    private let runs: [StoredRun]
    private let comparison: RunComparison?
    private let exampleCount: Int
    private let opening: Opening?

    package init(
        _ runs: [StoredRun], comparison: RunComparison? = nil, examples: Int = RunPage.defaultExamples,
        opening: Opening? = nil
    ) {
        precondition(!runs.isEmpty)
        self.runs = runs
        self.comparison = comparison
        exampleCount = examples
        self.opening = opening
    }

    /// The numbers of tables and figures.
    private struct Numbers {
        private(set) var tables = 0
        private(set) var figures = 0

        mutating func table() -> String {
            tables += 1
            return "Table \(tables)."
        }

        mutating func figure() -> Int {
            figures += 1
            return figures
        }
    }

    private var title: String {
        if let opening { return opening.title }
        if comparison != nil { return runs.map(\.name).joined(separator: " and ") }
        return runs.count == 1 ? runs[0].name : "Results of \(runs.count) runs"
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
        var numbers = Numbers()
        var content = header(&numbers)
        if let comparison { content.append(section(comparison, &numbers)) }
        for (index, run) in runs.enumerated() {
            content.append(try section(run, id: "run-\(index + 1)", &numbers))
        }
        content.append(
            Markup(
                "footer", [:],
                "Made by remedi \(RemediVersion.current). Intervals: 95 % percentile bootstrap over samples.")
        )
        let body = Markup("body", [:], [Markup("main", [:], content.spaced)])
        return "<!DOCTYPE html>\n" + Markup("html", ["lang": "en"], [head, body].spaced).text + "\n"
    }

    private func header(_ numbers: inout Numbers) -> [Markup] {
        var parts = [
            Markup("h1", [:], PageParts.breakable(title)),
            Markup(
                "p", ["class": "lead"],
                opening?.lead ?? "Results of editing what a language model believes of an entity (REMEDI)."),
        ]
        if let opening, !opening.examples.isEmpty {
            let label = numbers.table()
            parts += [
                PageParts.caption(
                    label, "What the model says before and after it is told something.", opening.examplesNote),
                PageParts.scrolling(ExampleCards.table(of: opening.examples), label: label),
            ]
        }
        if runs.count > 1 {
            let entries = runs.enumerated().map { index, run in
                Markup("li", [:], [Markup("a", ["href": "#run-\(index + 1)"], PageParts.breakable(run.name))])
            }
            parts.append(Markup("nav", ["aria-label": "Runs"], [Markup("ol", [:], entries.spaced)]))
        }
        return parts
    }

    private func section(_ run: StoredRun, id: String, _ numbers: inout Numbers) throws -> Markup {
        let figures = RunFigures(run)
        var parts: [Markup] = []
        if runs.count > 1 { parts.append(Markup("h2", [:], PageParts.breakable(run.name))) }
        parts.append(PageParts.facts(run))
        let summary = SummaryTable(run, shown: figures.shown)
        if let table = summary.markup {
            let label = numbers.table()
            parts += [
                Markup("h3", [:], "Summary"),
                PageParts.caption(
                    label,
                    "Means over samples with 95 % bootstrap intervals; the highest of each column is bold.",
                    figures.context(of: summary.results)),
                PageParts.scrolling(table, label: label),
            ]
        }
        for figure in figures.ofMetrics + (try SampleFigures(shown: figures.shown).all()) {
            parts += PageParts.figure(figure, number: numbers.figure())
        }
        if exampleCount > 0 {
            let exhibits = try RunExamples(shown: figures.shown, count: exampleCount).all()
            parts += ExampleCards(exhibits).markup
        }
        parts.append(PageParts.tables(RunTables(run).all))
        return Markup("section", ["id": id], parts.spaced)
    }

    private func section(_ comparison: RunComparison, _ numbers: inout Numbers) -> Markup {
        var parts = [Markup("h2", [:], "Comparison")]
        parts += comparison.differences.map { difference in
            Markup(
                "p", ["class": "lead"],
                "They differ: \(difference.name) is \(difference.first) in A, \(difference.second) in B.")
        }
        let label = numbers.table()
        parts += [
            PageParts.caption(
                label,
                "A is \(comparison.first.name), B is \(comparison.second.name), over the samples that both have; p"
                    + " is how likely a difference of at least this size is if each sample's difference could as"
                    + " well have had the other sign.", ""),
            PageParts.scrolling(PageParts.table(comparison.table()), label: label),
        ]
        parts += PageParts.figure(
            Figure(
                title: "Differences",
                caption: "B − A with 95 % bootstrap intervals; the line is no difference.",
                context: "", charts: comparison.charts), number: numbers.figure())
        return Markup("section", [:], parts.spaced)
    }
}

extension [Markup] {
    /// With line breaks between, for people who open the file.
    var spaced: [Markup] { flatMap { [Markup(text: "\n"), $0] } + [Markup(text: "\n")] }
}
