import LanguageModels

/// Pieces of a report's page.
enum PageParts {
    /// The facts of a run.
    static func facts(_ run: StoredRun) -> Markup {
        let folder = RunFacts.Fact(name: "folder", value: run.folder.path)
        return Markup(
            "dl", ["class": "facts"],
            (run.facts.facts.filter { !isLong($0) } + run.facts.facts.filter(isLong) + [folder]).map { fact in
                Markup(
                    "div", ["class": isLong(fact) || fact == folder ? "all" : "one"],
                    [
                        Markup("dt", [:], fact.name),
                        Markup("dd", [:], [Markup("bdi", [:], breakable(fact.value))]),
                    ])
            }.spaced)
    }

    /// Whether a fact needs a line of its own: a path.
    private static func isLong(_ fact: RunFacts.Fact) -> Bool { fact.value.count > 36 }

    /// A name that may be broken after the signs that join its words.
    static func breakable(_ name: String) -> [Markup] {
        var parts: [Markup] = []
        var word = ""
        for character in name {
            word.append(character)
            guard "_/".contains(character) else { continue }
            parts += [Markup(text: word), Markup("wbr")]
            word = ""
        }
        return parts + [Markup(text: word)]
    }

    // MARK: - Figures

    static func figure(_ figure: Figure, number: Int) -> [Markup] {
        [
            Markup("h3", [:], figure.title),
            Markup(
                "figure", ["id": "figure-\(number)"],
                [
                    Markup("div", ["class": "panels"], figure.charts.map(panel).spaced),
                    Markup("figcaption", [:], said("Figure \(number).", figure.caption, figure.context)),
                ].spaced),
        ]
    }

    /// `Table 2. What it shows. Of what.`
    static func caption(_ label: String, _ text: String, _ context: String) -> Markup {
        Markup("p", ["class": "caption"], said(label, text, context))
    }

    private static func said(_ label: String, _ text: String, _ context: String) -> [Markup] {
        [
            Markup("b", [:], label), Markup(text: text.isEmpty ? " " : " \(bound(text)) "),
            Markup("span", ["class": "context"], bound(context)),
        ]
    }

    /// Numbers stay in the line of what belongs to them.
    private static func bound(_ text: String) -> String {
        text.replacingExactly(" %", with: "\u{A0}%").replacingExactly("n = ", with: "n\u{A0}=\u{A0}")
            .replacingExactly("layer ", with: "layer\u{A0}").replacingExactly("seed ", with: "seed\u{A0}")
    }

    static func panel(_ chart: any Chart) -> Markup {
        var parts = [Markup("h4", [:], chart.title), chart.svg]
        let named = chart.legend.filter { !$0.name.isEmpty }
        if !named.isEmpty {
            parts.append(
                Markup(
                    "ul", ["class": "legend"],
                    named.map { Markup("li", [:], [swatch($0), Markup("bdi", [:], $0.name)]) }))
        }
        return Markup("div", ["class": "panel"], parts.spaced)
    }

    private static func swatch(_ entry: LegendEntry) -> Markup {
        let size = "0 0 \(coordinate(LegendEntry.width)) \(coordinate(LegendEntry.height))"
        return Markup(
            "svg", ["xmlns": "http://www.w3.org/2000/svg", "viewBox": size, "aria-hidden": "true"],
            entry.swatch)
    }

    // MARK: - Tables

    /// A cell of a table's head.
    static func head(_ words: String, isNumber: Bool) -> Markup {
        isNumber
            ? Markup("th", ["scope": "col", "class": "n"], words) : Markup("th", ["scope": "col"], words)
    }

    /// A table whose first column says what its rows are of.
    static func table(_ table: TextTable) -> Markup {
        func row(_ cells: [String]) -> Markup {
            Markup(
                "tr", [:],
                zip(table.columns, cells).enumerated().map { index, pair in
                    let (column, text) = pair
                    if index == 0 { return Markup("th", ["scope": "row"], [cell(text)]) }
                    return column.alignment == .right
                        ? Markup("td", ["class": "n"], [cell(text)]) : Markup("td", [:], [cell(text)])
                })
        }
        let head = table.columns.map {
            self.head(Measures.words(for: $0.title), isNumber: $0.alignment == .right)
        }
        return Markup(
            "table", [:],
            [
                Markup("thead", [:], [Markup("tr", [:], head)]),
                Markup("tbody", [:], table.rows.map(row).spaced),
            ].spaced)
    }

    /// In a box that scrolls sideways where the table is too wide, also by keys.
    static func scrolling(_ table: Markup, label: String) -> Markup {
        Markup("div", ["class": "scroll", "role": "region", "tabindex": "0", "aria-label": label], [table])
    }

    /// `0.938 [0.921, 0.953]`, the interval below the number; with the sign that numbers have in print.
    private static func cell(_ text: String) -> Markup {
        guard text.hasSuffix("]"), let space = text.firstRange(ofExactly: " [") else {
            return Markup("bdi", [:], Double(text) == nil ? text : printed(text))
        }
        return Markup(
            "span", [:],
            [
                Markup(text: printed(String(text[..<space.lowerBound]))),
                Markup(
                    "span", ["class": "ci"],
                    printed(String(text[text.index(after: space.lowerBound)...]))),
            ])
    }

    private static func printed(_ number: String) -> String { number.replacingExactly("-", with: "−") }

    /// All tables, folded away if they are long.
    static func tables(_ tables: [TitledTable]) -> Markup {
        let content =
            [Markup("summary", [:], "All numbers")]
            + tables.flatMap { titled -> [Markup] in
                let title = Measures.title(of: titled.title)
                return [Markup("h4", [:], title), scrolling(table(titled.table), label: title)]
            }.spaced
        let isShort = tables.reduce(0) { $0 + $1.table.rows.count } <= shortCount
        return isShort ? Markup("details", ["open": "open"], content) : Markup("details", [:], content)
    }

    private static let shortCount = 12
}
