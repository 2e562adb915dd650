import Foundation

/// A number with its interval, its name and the number of its colour.
package struct ChartValue: Sendable, Equatable {
    package var name: String
    package var color: Int
    package var value: Double
    package var lower: Double?
    package var upper: Double?

    package init(_ name: String, color: Int, value: Double, lower: Double? = nil, upper: Double? = nil) {
        self.name = name
        self.color = color
        self.value = value
        self.lower = lower.flatMap { $0.isFinite ? $0 : nil }
        self.upper = upper.flatMap { $0.isFinite ? $0 : nil }
    }

    /// Everything that an axis must hold.
    var extent: [Double] { [value, lower ?? value, upper ?? value] }

    /// `0.957 [0.933, 0.977]`
    var text: String { Self.text(value, lower, upper) }

    static func text(_ value: Double, _ lower: Double?, _ upper: Double?) -> String {
        guard let lower, let upper else { return text(value) }
        return "\(text(value)) [\(text(lower)), \(text(upper))]"
    }

    static func text(_ value: Double) -> String {
        let text = String(format: abs(value) < 1e6 ? "%.3f" : "%.3g", value)
        if text == "-0.000" { return "0.000" }
        return text.hasPrefix("-") ? "−" + text.dropFirst() : text
    }
}
