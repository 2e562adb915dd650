/// The rectangle that data are drawn in, its axes and grid.  Lengths are those of the drawing's own units;
/// the page scales it to its width.
struct PlotFrame {
    let x: Axis
    let y: Axis
    var width = 400.0
    var height = 250.0
    var left: Double
    private let right = 12.0
    private let top = 10.0
    private let bottom = 42.0
    /// Names along the vertical axis instead of its numbers.
    var names: [String]?

    /// The widest of a letter and a digit.
    static let letter = 6.4

    init(x: Axis, y: Axis) {
        self.x = x
        self.y = y
        left = 30 + Self.letter * Double(y.ticks.map { y.label($0).count }.max() ?? 0)
    }

    func x(_ value: Double) -> Double { x.place(value, from: left, to: width - right) }
    func y(_ value: Double) -> Double { y.place(value, from: height - bottom, to: top) }
    var base: Double { height - bottom }
    var end: Double { width - right }
    var start: Double { left }

    /// The drawing: grid, what is in it, axes.
    func svg(_ title: String, _ content: [Markup]) -> Markup {
        Markup(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg",
                "viewBox": "0 0 \(coordinate(width)) \(coordinate(height))",
                "role": "img", "class": "plot",
            ],
            [Markup("title", [:], title)] + grid + content + axes)
    }

    private var grid: [Markup] {
        y.ticks.map { line("grid", left, y($0), end, y($0)) }
    }

    private var axes: [Markup] {
        var parts = [line("axis", left, base, end, base)]
        for tick in x.ticks {
            parts.append(line("axis", x(tick), base, x(tick), base + 4))
            parts.append(label(x.label(tick), x(tick), base + 17, anchor: "middle"))
        }
        parts.append(label(x.title, (left + end) / 2, height - 6, anchor: "middle", class: "name"))
        for (index, tick) in y.ticks.enumerated() {
            let text = names.map { index < $0.count ? $0[index] : "" } ?? y.label(tick)
            parts.append(label(text, left - 7, y(tick) + 4, anchor: "end"))
        }
        if names == nil {
            let middle = coordinate((top + base) / 2)
            parts.append(
                Markup(
                    "text",
                    [
                        "class": "name", "text-anchor": "middle", "x": "12", "y": middle,
                        "transform": "rotate(-90 12 \(middle))",
                    ], y.title))
        }
        return parts
    }

    func line(_ style: String, _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> Markup {
        Markup(
            "line",
            [
                "class": style, "x1": coordinate(x1), "y1": coordinate(y1), "x2": coordinate(x2),
                "y2": coordinate(y2),
            ])
    }

    func label(_ text: String, _ x: Double, _ y: Double, anchor: String, class style: String = "tick")
        -> Markup
    {
        Markup(
            "text", ["class": style, "text-anchor": anchor, "x": coordinate(x), "y": coordinate(y)], text)
    }

    /// A line through points in plot units, with gaps where one is missing.
    func path(_ style: String, _ points: [(x: Double, y: Double)]) -> Markup {
        let steps = points.enumerated().map {
            ($0 == 0 ? "M" : "L") + "\(coordinate(x($1.x))) \(coordinate(y($1.y)))"
        }
        return Markup("path", ["class": style, "d": steps.joined()])
    }
}

/// One entry of a legend.
package struct LegendEntry: Sendable, Equatable {
    package enum Mark: Sendable, Equatable { case line, dashed, dotted, area, dot }

    package var name: String
    /// The number of its colour.
    package var color: Int
    package var mark: Mark

    package init(_ name: String, color: Int, mark: Mark) {
        self.name = name
        self.color = color
        self.mark = mark
    }
}

/// A plot with what a page says around it.
package protocol Chart: Sendable {
    var title: String { get }
    var svg: Markup { get }
    var legend: [LegendEntry] { get }
}
