/// Curves with bands around them, and horizontal lines for what does not depend on the place.
package struct LineChart: Chart {
    package struct Point: Sendable, Equatable {
        package var x: Int
        package var y: Double
        package var lower: Double?
        package var upper: Double?

        package init(x: Int, y: Double, lower: Double? = nil, upper: Double? = nil) {
            self.x = x
            self.y = y
            self.lower = lower.flatMap { $0.isFinite ? $0 : nil }
            self.upper = upper.flatMap { $0.isFinite ? $0 : nil }
        }
    }

    package struct Series: Sendable, Equatable {
        package var name: String
        package var color: Int
        package var isDashed: Bool
        package var points: [Point]

        package init(_ name: String, color: Int, isDashed: Bool = false, points: [Point]) {
            self.name = name
            self.color = color
            self.isDashed = isDashed
            self.points = points.filter { $0.y.isFinite }.sorted { $0.x < $1.x }
        }
    }

    package var title: String
    package var xTitle: String
    package var yTitle: String
    package var series: [Series]
    /// Drawn as horizontal lines.
    package var baselines: [ChartValue]
    /// What values can be: 0 to 1 of a share.
    package var bounds: ClosedRange<Double>?
    /// Where a vertical line stands: the layer that was chosen.
    package var marked: Int?

    package init(
        title: String, x xTitle: String, y yTitle: String, series: [Series], baselines: [ChartValue] = [],
        bounds: ClosedRange<Double>? = nil, marked: Int? = nil
    ) {
        self.title = title
        self.xTitle = xTitle
        self.yTitle = yTitle
        self.series = series.filter { !$0.points.isEmpty }
        self.baselines = baselines.filter { $0.value.isFinite }
        self.bounds = bounds
        self.marked = marked
    }

    package var legend: [LegendEntry] {
        series.map { LegendEntry($0.name, color: $0.color, mark: $0.isDashed ? .dashed : .line) }
            + baselines.map { LegendEntry($0.name, color: $0.color, mark: .dotted) }
    }

    package var svg: Markup {
        let points = series.flatMap(\.points)
        let heights =
            points.flatMap { [$0.y, $0.lower ?? $0.y, $0.upper ?? $0.y] }
            + baselines.flatMap(\.extent)
        let frame = PlotFrame(
            x: Axis(xTitle, numbers: points.map(\.x)), y: Axis(yTitle, covering: heights, bounds: bounds))
        var parts: [Markup] = []
        for line in baselines {
            if let lower = line.lower, let upper = line.upper {
                let top = frame.y(upper)
                parts.append(
                    Markup(
                        "rect",
                        [
                            "class": "band c\(line.color)", "x": coordinate(frame.start),
                            "y": coordinate(top),
                            "width": coordinate(frame.end - frame.start),
                            "height": coordinate(frame.y(lower) - top),
                        ]))
            }
            parts.append(
                frame.line(
                    "curve dotted c\(line.color)", frame.start, frame.y(line.value), frame.end,
                    frame.y(line.value)))
        }
        if let marked {
            let place = frame.x(Double(marked))
            parts.append(
                frame.line("mark", place, frame.y(frame.y.domain.upperBound), place, frame.base))
        }
        for series in series { parts += drawn(series, frame) }
        return frame.svg(title, parts)
    }

    private func drawn(_ series: Series, _ frame: PlotFrame) -> [Markup] {
        var parts: [Markup] = []
        let banded = series.points.filter { $0.lower != nil && $0.upper != nil }
        if banded.count > 1 {
            let edge =
                banded.map { (Double($0.x), $0.upper!) } + banded.reversed().map { (Double($0.x), $0.lower!) }
            let steps = edge.enumerated().map {
                ($0 == 0 ? "M" : "L") + "\(coordinate(frame.x($1.0))) \(coordinate(frame.y($1.1)))"
            }
            parts.append(Markup("path", ["class": "band c\(series.color)", "d": steps.joined() + "Z"]))
        }
        let dash = series.isDashed ? " dashed" : ""
        if series.points.count > 1 {
            parts.append(
                frame.path("curve\(dash) c\(series.color)", series.points.map { (Double($0.x), $0.y) }))
        } else if let point = banded.first {
            let x = frame.x(Double(point.x))
            parts.append(
                frame.line("curve c\(series.color)", x, frame.y(point.lower!), x, frame.y(point.upper!)))
        }
        if series.points.count <= 40 {
            parts += series.points.map { point in
                Markup(
                    "circle",
                    [
                        "class": (series.isDashed ? "open" : "dot") + " c\(series.color)",
                        "cx": coordinate(frame.x(Double(point.x))), "cy": coordinate(frame.y(point.y)),
                        "r": "2.6",
                    ])
            }
        }
        return parts
    }
}
