/// One entry of a legend.
package struct LegendEntry: Sendable, Equatable {
    package enum Mark: Sendable, Equatable { case line, dashed, dotted, area, dot }

    package var name: String
    /// The number of its colour.
    package var color: Int
    package var mark: Mark
    /// Whether its points are drawn.
    package var isMarked: Bool

    package init(_ name: String, color: Int, mark: Mark, isMarked: Bool = false) {
        self.name = name
        self.color = color
        self.mark = mark
        self.isMarked = isMarked
    }

    /// The swatch's size.
    static let (width, height) = (26.0, 10.0)

    /// How it is drawn, in a rectangle of `width` × `height`.
    var swatch: [Markup] {
        let style = "c\(color)"
        switch mark {
        case .line, .dashed, .dotted:
            let kind = mark == .line ? "curve" : mark == .dashed ? "curve dashed" : "curve dotted"
            let line = Markup(
                "line", ["class": "\(kind) \(style)", "x1": "2", "y1": "5", "x2": "24", "y2": "5"])
            guard isMarked else { return [line] }
            return [line, Marker.markup(color: color, x: 13, y: 5, radius: 3.2, isOpen: mark == .dashed)]
        case .area:
            return [
                Markup("rect", ["class": "area \(style)", "x": "3", "y": "1", "width": "20", "height": "8"])
            ]
        case .dot: return [Markup("circle", ["class": "dot \(style)", "cx": "13", "cy": "5", "r": "4"])]
        }
    }
}
