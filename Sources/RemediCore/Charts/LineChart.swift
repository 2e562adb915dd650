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
    /// The range of possible values: 0 to 1 for a share.
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
        series.map {
            LegendEntry(
                $0.name, color: $0.color, mark: $0.isDashed ? .dashed : .line, isMarked: isMarked($0))
        } + baselines.map { LegendEntry($0.name, color: $0.color, mark: .dotted, isMarked: true) }
    }

    /// At so many places intervals are bars beside each other, at more they are bands.
    private static let barLimit = 8
    /// Points of longer curves are not marked.
    private static let markLimit = 16

    private func isMarked(_ series: Series) -> Bool { series.points.count <= Self.markLimit }

    package var drawing: Drawing {
        let points = series.flatMap(\.points)
        let heights =
            points.flatMap { [$0.y, $0.lower ?? $0.y, $0.upper ?? $0.y] }
            + baselines.flatMap(\.extent)
        let hasBars = Set(points.map(\.x)).count <= Self.barLimit
        let margin = hasBars && series.count > 1 ? 0.09 : 0.03
        var frame = PlotFrame(
            x: Axis(xTitle, numbers: points.map(\.x), margin: margin),
            y: Axis(yTitle, covering: heights, bounds: bounds))
        frame.right += Self.baselineWidth * Double(baselines.count)
        var parts: [Markup] = []
        if let marked { parts.append(frame.vertical("mark", Double(marked))) }
        for (index, line) in baselines.enumerated() {
            parts += drawn(line, at: frame.end + Self.baselineWidth * (Double(index) + 0.7), frame)
        }
        for (index, one) in series.enumerated() {
            let isShifted = hasBars && one.points.contains { $0.lower != nil }
            let shift = isShifted ? Self.barDistance * (Double(index) - Double(series.count - 1) / 2) : 0
            if hasBars {
                parts += bars(one, frame, shift: shift)
            } else if let band = band(one, frame) {
                parts.append(band)
            }
            parts += curve(one, frame, shift: shift)
        }
        return frame.drawing(title, description, parts)
    }

    private static let barDistance = 6.0
    private static let baselineWidth = 11.0

    /// A line through the plot; after its end, at `x`, the value with its interval.
    private func drawn(_ line: ChartValue, at x: Double, _ frame: PlotFrame) -> [Markup] {
        let y = frame.y(line.value)
        var parts = [frame.line("curve dotted c\(line.color)", frame.start, y, x, y)]
        if let lower = line.lower, let upper = line.upper {
            parts.append(frame.line("curve c\(line.color)", x, frame.y(lower), x, frame.y(upper)))
        }
        return parts + [Marker.markup(color: line.color, x: x, y: y, radius: 3)]
    }

    private func band(_ series: Series, _ frame: PlotFrame) -> Markup? {
        let banded = series.points.filter { $0.lower != nil && $0.upper != nil }
        guard banded.count > 1 else { return nil }
        let edge =
            banded.map { (Double($0.x), $0.upper!) } + banded.reversed().map { (Double($0.x), $0.lower!) }
        let steps = edge.enumerated().map {
            ($0 == 0 ? "M" : "L") + "\(coordinate(frame.x($1.0))) \(coordinate(frame.y($1.1)))"
        }
        return Markup("path", ["class": "band c\(series.color)", "d": steps.joined() + "Z"])
    }

    private func bars(_ series: Series, _ frame: PlotFrame, shift: Double) -> [Markup] {
        series.points.compactMap { point in
            guard let lower = point.lower, let upper = point.upper else { return nil }
            let x = frame.x(Double(point.x)) + shift
            return frame.line("whisker c\(series.color)", x, frame.y(lower), x, frame.y(upper))
        }
    }

    private func curve(_ series: Series, _ frame: PlotFrame, shift: Double) -> [Markup] {
        var parts: [Markup] = []
        if series.points.count > 1 {
            parts.append(
                frame.path(
                    "curve\(series.isDashed ? " dashed" : "") c\(series.color)",
                    series.points.map { (Double($0.x), $0.y) }, shift: shift))
        }
        guard isMarked(series) else { return parts }
        return parts
            + series.points.map { point in
                Marker.markup(
                    color: series.color, x: frame.x(Double(point.x)) + shift, y: frame.y(point.y), radius: 3,
                    isOpen: series.isDashed)
            }
    }

    private var description: String {
        let curves = series.map { series in
            "\(series.name): "
                + series.points.map { "\($0.x): \(ChartValue.text($0.y, $0.lower, $0.upper))" }
                .joined(separator: "; ") + "."
        }
        return (curves + baselines.map { "\($0.name): \($0.text)." }).joined(separator: " ")
    }
}
