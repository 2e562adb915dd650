/// Points in two groups of axes alike, with the line on which nothing changes.
package struct ScatterChart: Chart {
    package struct Group: Sendable, Equatable {
        package var name: String
        package var color: Int
        package var points: [Point]

        package init(_ name: String, color: Int, points: [Point]) {
            self.name = name
            self.color = color
            self.points = points.filter { $0.x.isFinite && $0.y.isFinite }
        }
    }

    package struct Point: Sendable, Equatable {
        package var x: Double
        package var y: Double

        package init(x: Double, y: Double) {
            self.x = x
            self.y = y
        }
    }

    package var title: String
    package var xTitle: String
    package var yTitle: String
    package var groups: [Group]

    /// More points of a group are thinned out evenly.
    static let pointLimit = 600

    package init(title: String, x xTitle: String, y yTitle: String, groups: [Group]) {
        self.title = title
        self.xTitle = xTitle
        self.yTitle = yTitle
        self.groups = groups.filter { !$0.points.isEmpty }
    }

    package var legend: [LegendEntry] {
        groups.map { group in
            let shown = min(group.points.count, Self.pointLimit)
            let count = shown < group.points.count ? "\(shown) of \(group.points.count)" : "n = \(shown)"
            return LegendEntry("\(group.name) (\(count))", color: group.color, mark: .dot)
        }
    }

    package var drawing: Drawing {
        let points = groups.flatMap(\.points)
        let both = points.flatMap { [$0.x, $0.y] }
        let frame = PlotFrame(
            x: Axis(xTitle, covering: both, isTight: true), y: Axis(yTitle, covering: both, isTight: true))
        let (low, high) = (frame.x.domain.lowerBound, frame.x.domain.upperBound)
        var parts = [frame.line("mark", frame.x(low), frame.y(low), frame.x(high), frame.y(high))]
        for group in groups {
            let step = max(Double(group.points.count) / Double(Self.pointLimit), 1)
            let count = min(group.points.count, Self.pointLimit)
            parts += (0..<count).map { index in
                let point = group.points[Int(Double(index) * step)]
                return Markup(
                    "circle",
                    [
                        "class": "speck c\(group.color)", "cx": coordinate(frame.x(point.x)),
                        "cy": coordinate(frame.y(point.y)), "r": "2",
                    ])
            }
        }
        return frame.drawing(title, description, parts)
    }

    private var description: String {
        groups.map { group in
            let above = group.points.count { $0.y > $0.x }
            return "\(group.name): \(above) of \(group.points.count) points lie above the line."
        }.joined(separator: " ")
    }
}
