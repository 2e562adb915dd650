import LanguageModels

/// Pieces of a report's page.
enum PageParts {
    /// What was run.
    static func facts(_ run: StoredRun) -> Markup {
        let folder = RunFacts.Fact(name: "folder", value: run.folder.path)
        return Markup(
            "dl", ["class": "facts"],
            (run.facts.facts + [folder]).map { fact in
                Markup(
                    "div", ["class": fact == folder ? "all" : "one"],
                    [Markup("dt", [:], fact.name), Markup("dd", [:], [Markup("bdi", [:], fact.value)])])
            }.spaced)
    }

    static func figure(_ figure: Figure) -> [Markup] {
        [
            Markup("h3", [:], figure.title),
            Markup("p", ["class": "caption"], figure.caption),
            Markup("div", ["class": "panels"], figure.charts.map(panel).spaced),
        ]
    }

    static func panel(_ chart: any Chart) -> Markup {
        var parts = [Markup("figcaption", [:], chart.title), chart.svg]
        let named = chart.legend.filter { !$0.name.isEmpty }
        if !named.isEmpty {
            parts.append(
                Markup(
                    "ul", ["class": "legend"],
                    named.map { Markup("li", [:], [swatch($0), Markup("bdi", [:], $0.name)]) }))
        }
        return Markup("figure", [:], parts.spaced)
    }

    private static func swatch(_ entry: LegendEntry) -> Markup {
        let color = "c\(entry.color)"
        let mark: Markup
        switch entry.mark {
        case .line, .dashed, .dotted:
            let style =
                entry.mark == .line ? "curve" : entry.mark == .dashed ? "curve dashed" : "curve dotted"
            mark = Markup(
                "line", ["class": "\(style) \(color)", "x1": "1", "y1": "5", "x2": "23", "y2": "5"])
        case .area:
            mark = Markup(
                "rect", ["class": "area \(color)", "x": "2", "y": "1", "width": "20", "height": "8"])
        case .dot: mark = Markup("circle", ["class": "dot \(color)", "cx": "12", "cy": "5", "r": "4"])
        }
        return Markup(
            "svg", ["xmlns": "http://www.w3.org/2000/svg", "viewBox": "0 0 24 10", "aria-hidden": "true"],
            [mark])
    }

    /// A table that scrolls sideways where it is too wide.
    static func table(_ table: TextTable) -> Markup {
        func row(_ element: String, _ cells: [Markup]) -> Markup {
            Markup(
                "tr", [:],
                zip(table.columns, cells).map { column, cell in
                    column.alignment == .right
                        ? Markup(element, ["class": "n"], [cell]) : Markup(element, [:], [cell])
                })
        }
        let head = row("th", table.columns.map { Markup(text: $0.title) })
        return scrolling(
            Markup(
                "table", [:],
                [
                    Markup("thead", [:], [head]),
                    Markup("tbody", [:], table.rows.map { row("td", $0.map(cell)) }.spaced),
                ].spaced))
    }

    static func scrolling(_ table: Markup) -> Markup { Markup("div", ["class": "scroll"], [table]) }

    /// `0.938 [0.921, 0.953]`, the interval below the number.
    private static func cell(_ text: String) -> Markup {
        guard text.hasSuffix("]"), let space = text.firstRange(ofExactly: " [") else {
            return Markup("bdi", [:], text)
        }
        return Markup(
            "span", [:],
            [
                Markup(text: String(text[..<space.lowerBound])),
                Markup("span", ["class": "ci"], String(text[text.index(after: space.lowerBound)...])),
            ])
    }

    /// All tables, folded away if they are long.
    static func tables(_ tables: [TitledTable]) -> Markup {
        let content =
            [Markup("summary", [:], "All numbers")]
            + tables.flatMap { [Markup("h4", [:], $0.title), table($0.table)] }.spaced
        let isShort = tables.reduce(0) { $0 + $1.table.rows.count } <= shortCount
        return isShort ? Markup("details", ["open": "open"], content) : Markup("details", [:], content)
    }

    private static let shortCount = 12
}
