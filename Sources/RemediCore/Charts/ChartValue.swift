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
}
