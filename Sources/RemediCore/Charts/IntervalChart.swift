/// Values with their intervals, one below the other, in groups.
package struct IntervalChart: Chart {
    /// Rows that belong together, below a name.
    package struct Group: Sendable, Equatable {
        package var name: String
        /// Explanations of the name, a line each.
        package var notes: [String]
        package var rows: [ChartValue]

        package init(_ name: String, notes: [String] = [], rows: [ChartValue]) {
            self.name = name
            self.notes = notes
            self.rows = rows.filter { $0.value.isFinite }
        }
    }

    package var title: String
    package var xTitle: String
    package var groups: [Group]
    package var bounds: ClosedRange<Double>?
    /// Where a vertical line stands: the value that means nothing.
    package var reference: Double?
    /// Whether it fills a page's width, with groups at the left of their rows and numbers at the right.
    package var isWide = false

    package init(
        title: String, x xTitle: String, groups: [Group], bounds: ClosedRange<Double>? = nil,
        reference: Double? = nil
    ) {
        self.title = title
        self.xTitle = xTitle
        self.groups = groups.filter { !$0.rows.isEmpty }
        self.bounds = bounds
        self.reference = reference
    }

    package init(
        title: String, x xTitle: String, rows: [ChartValue], bounds: ClosedRange<Double>? = nil,
        reference: Double? = nil
    ) {
        self.init(
            title: title, x: xTitle, groups: [Group("", rows: rows)], bounds: bounds, reference: reference)
    }

    package var legend: [LegendEntry] { [] }

    /// A longer name is cut.
    private static let nameLimit = 36
    private static let rowHeight = 22.0
    static let wide = 774.0
    private static let narrow = 400.0
    /// The width of a number below the axis.
    private static let tickWidth = 56.0
    /// Of a wide plot's groups.
    private static let boldLetter = 8.8

    package var drawing: Drawing {
        var frame = self.frame
        let places = self.places
        frame.height = (places.last?.last ?? PlotFrame.top) + 16 + PlotFrame.bottom
        var parts: [Markup] = []
        if let reference { parts.append(frame.vertical("mark", reference)) }
        for (group, place) in zip(groups, places) {
            parts += heading(of: group, at: place, frame, isFirst: place.head == places[0].head)
            for (row, y) in zip(group.rows, place.rows) { parts += drawn(row, at: y, frame) }
        }
        return frame.drawing(title, description, parts)
    }

    private var rows: [ChartValue] { groups.flatMap(\.rows) }

    private var frame: PlotFrame {
        // Shares begin at 0, so that their distances are what they look like; on a wide plot they end at 1.
        let isShare = bounds?.lowerBound == 0
        let ends: [Double] = isShare ? (isWide ? [0, 1] : [0]) : []
        let values: [Double] = rows.flatMap { $0.extent } + [reference].compactMap { $0 } + ends
        let names = Double(rows.map { cut($0.name).count }.max() ?? 0)
        let left = 18 + PlotFrame.letter * names + (isWide ? groupWidth : 0)
        let width = isWide ? Self.wide : Self.narrow
        let right = isWide ? 26 + PlotFrame.letter * Double(rows.map(\.text.count).max() ?? 0) : 12
        let count = min(max(Int((width - left - right) / Self.tickWidth), 2), isWide ? 5 : 4)
        var frame = PlotFrame(
            x: Axis(xTitle, covering: values, count: count, bounds: bounds), y: Axis("", numbers: []))
        frame.hasVerticalAxis = false
        (frame.left, frame.right, frame.width) = (left, right, width)
        return frame
    }

    /// The column of groups.
    private var groupWidth: Double {
        let names = Double(groups.map(\.name.count).max() ?? 0) * Self.boldLetter
        let notes = Double(groups.flatMap(\.notes).map(\.count).max() ?? 0) * PlotFrame.letter
        return max(names, notes) + 18
    }

    /// Where a group and its rows stand.
    private struct Place {
        var head: Double
        var rows: [Double]
        /// The last line that anything stands in.
        var last: Double
    }

    private var places: [Place] {
        var y = PlotFrame.top + 12
        return groups.enumerated().map { index, group in
            if index > 0 { y += isWide ? 16 : 8 }
            let head = y
            if !isWide, !group.name.isEmpty { y += Self.rowHeight - 2 }
            let count = isWide ? max(group.rows.count, group.notes.count + 1) : group.rows.count
            let rows = group.rows.indices.map { y + Double($0) * Self.rowHeight }
            y += Double(count) * Self.rowHeight
            return Place(head: head, rows: rows, last: y - Self.rowHeight)
        }
    }

    private func cut(_ name: String) -> String {
        name.count > Self.nameLimit ? name.prefix(Self.nameLimit - 1) + "…" : name
    }

    private func heading(
        of group: Group, at place: Place, _ frame: PlotFrame, isFirst: Bool
    ) -> [Markup] {
        guard !group.name.isEmpty else { return [] }
        var parts = [frame.label(group.name, 0, place.head + 4, anchor: "start", class: "group")]
        guard isWide else { return parts }
        if !isFirst { parts.append(frame.line("grid", 0, place.head - 19, frame.width, place.head - 19)) }
        for (index, note) in group.notes.enumerated() {
            let y = place.head + 4 + Double(index + 1) * (Self.rowHeight - 4)
            parts.append(frame.label(note, 0, y, anchor: "start"))
        }
        return parts
    }

    private func drawn(_ row: ChartValue, at y: Double, _ frame: PlotFrame) -> [Markup] {
        var parts = [
            frame.label(
                cut(row.name), frame.left - 10, y + 4, anchor: "end", class: isWide ? "row" : "tick")
        ]
        if let lower = row.lower, let upper = row.upper {
            parts.append(frame.line("curve c\(row.color)", frame.x(lower), y, frame.x(upper), y))
        }
        parts.append(
            Marker.markup(color: row.color, x: frame.x(row.value), y: y, radius: isWide ? 4.6 : 4))
        if isWide {
            parts.append(frame.label(row.text, frame.width, y + 4, anchor: "end", class: "number"))
        }
        return parts
    }

    private var description: String {
        groups.map { group in
            (group.name.isEmpty ? "" : group.name + ": ")
                + group.rows.map { "\($0.name) \($0.text)" }.joined(separator: "; ") + "."
        }.joined(separator: " ")
    }
}
