/// The shape that marks a value.  Each colour has one of its own, so that plots can be read without colours.
enum Marker {
    private enum Shape { case circle, ring, square, diamond, triangle, wedge }

    /// By the number of the colour; others are circles.
    private static let shapes: [Shape] = [
        .ring, .square, .diamond, .circle, .triangle, .wedge, .circle, .diamond,
    ]

    /// - Parameter isOpen: drawn as an outline.
    static func markup(
        color: Int, x: Double, y: Double, radius: Double = 4, isOpen: Bool = false
    ) -> Markup {
        let shape = shapes.indices.contains(color) ? shapes[color] : .circle
        let style = (isOpen || shape == .ring ? "open" : "dot") + " c\(color)"
        guard let corners = corners(of: shape) else {
            return Markup(
                "circle", ["class": style, "cx": coordinate(x), "cy": coordinate(y), "r": coordinate(radius)])
        }
        let steps = corners.enumerated().map {
            ($0 == 0 ? "M" : "L") + "\(coordinate(x + radius * $1.0)) \(coordinate(y + radius * $1.1))"
        }
        return Markup("path", ["class": style, "d": steps.joined() + "Z"])
    }

    /// In units of the radius, so that all shapes look equally large; nil of a circle.
    private static func corners(of shape: Shape) -> [(Double, Double)]? {
        switch shape {
        case .circle, .ring: nil
        case .square: [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]
        case .diamond: [(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)]
        case .triangle: [(0, -1.2), (1.15, 0.85), (-1.15, 0.85)]
        case .wedge: [(0, 1.2), (1.15, -0.85), (-1.15, -0.85)]
        }
    }
}
