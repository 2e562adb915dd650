extension Collection<Double> {
    /// The sum in order, divided by the count; NaN without elements.
    var mean: Double { reduce(0, +) / Double(count) }
}
