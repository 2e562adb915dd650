/// A plot's shapes in a rectangle, in the drawing's own units, with what they say in words.
package struct Drawing: Sendable {
    package var width: Double
    package var height: Double
    package var title: String
    /// For people who cannot see it: every number.
    package var description: String
    package var parts: [Markup]

    /// By itself, in a page that has the style sheet and scales it to its width.
    package var svg: Markup {
        Markup(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg",
                "viewBox": "0 0 \(coordinate(width)) \(coordinate(height))",
                "role": "img", "class": "plot",
            ],
            [Markup("title", [:], title), Markup("desc", [:], description)] + parts)
    }

    /// As a part of another drawing.
    func group(x: Double, y: Double, scale: Double = 1) -> Markup {
        let move = "translate(\(coordinate(x)) \(coordinate(y)))"
        return Markup(
            "g", ["transform": scale == 1 ? move : move + " scale(\(coordinate(scale)))"], parts)
    }
}

/// A plot with what a page says around it.
package protocol Chart: Sendable {
    var title: String { get }
    var drawing: Drawing { get }
    var legend: [LegendEntry] { get }
}

extension Chart {
    package var svg: Markup { drawing.svg }
}
