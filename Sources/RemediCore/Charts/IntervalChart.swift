/// Values with their intervals, one below the other.
package struct IntervalChart: Chart {
    package var title: String
    package var xTitle: String
    package var rows: [ChartValue]
    package var bounds: ClosedRange<Double>?
    /// Where a vertical line stands: the value that means nothing.
    package var reference: Double?

    package init(
        title: String, x xTitle: String, rows: [ChartValue], bounds: ClosedRange<Double>? = nil,
        reference: Double? = nil
    ) {
        self.title = title
        self.xTitle = xTitle
        self.rows = rows.filter { $0.value.isFinite }
        self.bounds = bounds
        self.reference = reference
    }

    package var legend: [LegendEntry] { [] }

    /// A longer name is cut.
    private static let nameLimit = 36

    package var svg: Markup {
        let values =
            rows.flatMap { $0.extent }
            + [reference].compactMap { $0 }
        let names = rows.map {
            $0.name.count > Self.nameLimit ? $0.name.prefix(Self.nameLimit - 1) + "…" : $0.name
        }
        var vertical = Axis("", numbers: Array(0..<max(rows.count, 1)))
        vertical.ticks = rows.indices.map { Double(rows.count - 1 - $0) }
        vertical.domain = -0.6...(Double(rows.count) - 0.4)
        var frame = PlotFrame(x: Axis(xTitle, covering: values, count: 4, bounds: bounds), y: vertical)
        frame.names = names
        frame.left = 18 + PlotFrame.letter * Double(names.map(\.count).max() ?? 0)
        frame.height = 62 + 26 * Double(rows.count)
        var parts = frame.x.ticks.map {
            frame.line("grid", frame.x($0), frame.y(vertical.domain.upperBound), frame.x($0), frame.base)
        }
        if let reference {
            parts.append(
                frame.line(
                    "mark", frame.x(reference), frame.y(vertical.domain.upperBound), frame.x(reference),
                    frame.base))
        }
        for (index, row) in rows.enumerated() {
            let y = frame.y(Double(rows.count - 1 - index))
            if let lower = row.lower, let upper = row.upper {
                parts.append(frame.line("curve c\(row.color)", frame.x(lower), y, frame.x(upper), y))
            }
            parts.append(
                Markup(
                    "circle",
                    [
                        "class": "dot c\(row.color)", "cx": coordinate(frame.x(row.value)),
                        "cy": coordinate(y),
                        "r": "4",
                    ]))
        }
        return frame.svg(title, parts)
    }
}
