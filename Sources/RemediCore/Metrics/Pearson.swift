/// Pearson's correlation coefficient, as `scipy.stats.pearsonr` computes it.
package enum Pearson {
    /// The correlation of two lists of equal length, in −1…1; nil where it is not defined
    /// (Semantics.md §7.9): under two values, where either list is constant, or where a value is not finite.
    package static func correlation(_ first: [Double], _ second: [Double]) -> Double? {
        precondition(first.count == second.count)
        guard first.count >= 2, let x = direction(first), let y = direction(second) else { return nil }
        let product = zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }
        return max(-1, min(1, product))
    }

    /// The deviations from the mean, scaled to length 1; nil for constants.
    private static func direction(_ values: [Double]) -> [Double]? {
        guard values.allSatisfy(\.isFinite), values.contains(where: { $0 != values[0] }) else { return nil }
        let mean = values.mean
        let deviations = values.map { $0 - mean }
        // Scaled first: the squares of large or tiny values leave the range of numbers.
        let largest = deviations.reduce(0) { max($0, abs($1)) }
        guard largest > 0, largest.isFinite else { return nil }
        let scaled = deviations.map { $0 / largest }
        let length = scaled.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return scaled.map { $0 / length }
    }
}
