/// Plots with what is said around them, as one drawing in a file of its own: it needs nothing else, has its own
/// background, and follows the light or dark scheme of whoever looks at it.
package struct Picture: Sendable {
    /// Plots below a heading of their own.
    package struct Section: Sendable {
        package var title: String
        /// The model, the data and the samples.
        package var subtitle: String
        package var charts: [any Chart]
        /// The meaning of the plots' bars and words.
        package var note: String

        package init(title: String, subtitle: String, charts: [any Chart], note: String = "") {
            self.title = title
            self.subtitle = subtitle
            self.charts = charts
            self.note = note
        }
    }

    /// One text before and after an edit.
    package struct Example: Sendable, Equatable {
        package var told: String
        package var prompt: String
        package var before: String
        package var after: String
        /// Whether the model says what it was told; nil where nothing tells.
        package var isHit: Bool?

        package init(told: String, prompt: String, before: String, after: String, isHit: Bool? = nil) {
            self.told = told
            self.prompt = prompt
            self.before = before
            self.after = after
            self.isHit = isHit
        }

        /// The mark after the edited text.
        var mark: String { isHit.map { $0 ? " ✓" : " ✗" } ?? "" }
    }

    package var sections: [Section]
    package var examples: [Example]
    /// Which examples these are.
    package var examplesNote: String

    package init(_ sections: [Section], examples: [Example] = [], examplesNote: String = "") {
        precondition(!sections.isEmpty)
        self.sections = sections
        self.examples = examples
        self.examplesNote = examplesNote
    }

    static let width = 830.0
    static let margin = 28.0
    private static let gap = 26.0

    /// The document.
    package var svg: String {
        var layout = PictureLayout()
        for (index, section) in sections.enumerated() {
            if index > 0 { layout.space(22) }
            add(section, to: &layout)
        }
        if !examples.isEmpty { add(examples, to: &layout) }
        layout.space(6)
        let content = layout.parts
        let title = sections.map(\.title).joined(separator: "; ")
        let height = coordinate(layout.y + Self.margin - 10)
        let width = coordinate(Self.width)
        let text = Markup("g", [:], content).text
        let numbers = Set((0..<20).filter { text.containsExactly("c\($0)\"") })
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            + Markup(
                "svg",
                [
                    "xmlns": "http://www.w3.org/2000/svg", "width": width, "height": height,
                    "viewBox": "0 0 \(width) \(height)", "role": "img",
                ],
                [
                    Markup("title", [:], title), Markup("desc", [:], description),
                    Markup("style", [:], [Markup(verbatim: "\n\(ChartStyle.sheet(numbers: numbers))\n")]),
                    Markup(
                        "rect",
                        [
                            "class": "frame", "x": "0.5", "y": "0.5", "width": coordinate(Self.width - 1),
                            "height": coordinate(layout.y + Self.margin - 11), "rx": "8",
                        ]),
                ] + content
            ).text + "\n"
    }

    private var description: String {
        let plots = sections.flatMap(\.charts).map { "\($0.title). \($0.drawing.description)" }
        let texts = examples.map {
            "Told \"\($0.told)\", it says \"\($0.prompt)\($0.before)\" before and"
                + " \"\($0.prompt)\($0.after)\" after."
        }
        return (plots + texts).joined(separator: " ")
    }

    // MARK: - Sections

    private func add(_ section: Section, to layout: inout PictureLayout) {
        layout.paragraph(section.title, class: "title", size: 19, leading: 25)
        layout.space(1)
        layout.paragraph(section.subtitle, class: "sub", size: 13, leading: 19)
        layout.space(12)
        let wide = section.charts.count == 1 ? section.charts[0] as? IntervalChart : nil
        if var wide {
            wide.isWide = true
            let drawing = wide.drawing
            layout.place(drawing, x: Self.margin)
            layout.space(drawing.height)
        } else {
            add(section.charts, to: &layout)
        }
        guard !section.note.isEmpty else { return }
        layout.space(6)
        layout.paragraph(section.note, class: "note", size: 12, leading: 17)
    }

    /// Two beside each other.
    private func add(_ charts: [any Chart], to layout: inout PictureLayout) {
        let width = (Self.width - 2 * Self.margin - Self.gap) / 2
        for first in stride(from: 0, to: charts.count, by: 2) {
            var height = 0.0
            let top = layout.y
            for (column, chart) in charts[first..<min(first + 2, charts.count)].enumerated() {
                let x = Self.margin + Double(column) * (width + Self.gap)
                layout.y = top
                layout.paragraph(chart.title, class: "group", size: 14, leading: 20, x: x, width: width)
                let drawing = chart.drawing
                let scale = width / drawing.width
                layout.place(drawing, x: x, scale: scale)
                layout.space(drawing.height * scale + 6)
                layout.legend(chart.legend.filter { !$0.name.isEmpty }, x: x, width: width)
                height = max(height, layout.y - top)
            }
            layout.y = top + height + 16
        }
    }

    // MARK: - Examples

    /// The colour of what was edited.
    private static let editedColor = 3

    private func add(_ examples: [Example], to layout: inout PictureLayout) {
        let whole = Self.width - 2 * Self.margin
        let column = (whole - 2 * 20) / 3
        let places = (0..<3).map { Self.margin + Double($0) * (column + 20) }
        layout.space(26)
        for (x, words) in zip(places, ["told", "before", "after"]) {
            layout.line(words, class: "group", x: x)
        }
        layout.space(10)
        layout.rule(strong: true)
        for example in examples {
            layout.space(8)
            let cells: [[PictureLayout.Run]] = [
                [.init(example.told, "words")],
                [.init(example.prompt, "words"), .init(example.before, "before strong")],
                [
                    .init(example.prompt, "words"),
                    .init(example.after + example.mark, "ink strong c\(Self.editedColor)"),
                ],
            ]
            let top = layout.y
            var bottom = top
            for (x, runs) in zip(places, cells) {
                layout.y = top
                layout.paragraph(runs, size: 13, leading: 18, x: x, width: column)
                bottom = max(bottom, layout.y)
            }
            layout.y = bottom + 7
            layout.rule(strong: example == examples.last)
        }
        guard !examplesNote.isEmpty else { return }
        layout.space(8)
        layout.paragraph(examplesNote, class: "note", size: 12, leading: 17)
    }
}
