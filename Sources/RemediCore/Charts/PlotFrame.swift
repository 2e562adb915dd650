/// The rectangle that data are drawn in, its axes and grid.  Lengths are those of the drawing's own units;
/// the page scales it to its width.
struct PlotFrame {
    let x: Axis
    let y: Axis
    var width = 400.0
    var height = 250.0
    var left: Double
    var right = 12.0
    static let top = 10.0
    static let bottom = 42.0
    /// Whether the vertical axis has a title and ticks.
    var hasVerticalAxis = true

    /// The widest of a letter and a digit.
    static let letter = 6.4

    init(x: Axis, y: Axis) {
        self.x = x
        self.y = y
        left = 30 + Self.letter * Double(y.ticks.map { y.label($0).count }.max() ?? 0)
    }

    func x(_ value: Double) -> Double { x.place(value, from: left, to: end) }
    func y(_ value: Double) -> Double { y.place(value, from: base, to: Self.top) }
    var base: Double { height - Self.bottom }
    var end: Double { width - right }
    var start: Double { left }

    /// The drawing: grid, what is in it, axes.
    func drawing(_ title: String, _ description: String, _ content: [Markup]) -> Drawing {
        Drawing(
            width: width, height: height, title: title, description: description,
            parts: grid + content + axes)
    }

    private var grid: [Markup] {
        guard hasVerticalAxis else { return x.ticks.map { vertical("grid", $0) } }
        return y.ticks.map { line("grid", left, y($0), end, y($0)) }
    }

    /// A line through the whole height.
    func vertical(_ style: String, _ value: Double) -> Markup {
        line(style, x(value), Self.top, x(value), base)
    }

    private var axes: [Markup] {
        var parts = [line("axis", left, base, end, base)]
        for tick in x.ticks {
            parts.append(line("axis", x(tick), base, x(tick), base + 4))
            parts.append(label(x.label(tick), x(tick), base + 17, anchor: "middle"))
        }
        parts.append(label(x.title, (left + end) / 2, height - 6, anchor: "middle", class: "name"))
        guard hasVerticalAxis else { return parts }
        for tick in y.ticks { parts.append(label(y.label(tick), left - 7, y(tick) + 4, anchor: "end")) }
        let middle = coordinate((Self.top + base) / 2)
        parts.append(
            Markup(
                "text",
                [
                    "class": "name", "text-anchor": "middle", "x": "12", "y": middle,
                    "transform": "rotate(-90 12 \(middle))",
                ], y.title))
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

    /// A line through points in plot units, moved to the right by `shift`.
    func path(_ style: String, _ points: [(x: Double, y: Double)], shift: Double = 0) -> Markup {
        let steps = points.enumerated().map {
            ($0 == 0 ? "M" : "L") + "\(coordinate(x($1.x) + shift)) \(coordinate(y($1.y)))"
        }
        return Markup("path", ["class": style, "d": steps.joined()])
    }
}
