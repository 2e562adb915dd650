/// How the values of every dimension are spread over vectors that come in pieces, too many to be held at once
/// (the pairwise rule of Chan, Golub and LeVeque, 1979).
///
/// Letters: N vectors, D dimensions.
struct StreamedStatistics {
    private var count = 0
    private var means: [Double]
    /// Sums of squared distances from the means.
    private var squares: [Double]

    init(dimensions: Int) {
        means = [Double](repeating: 0, count: dimensions)
        squares = means
    }

    /// Adds vectors, [N, D] row-major.
    mutating func add(_ rows: [Float]) {
        let added = rows.count / means.count
        if added == 0 { return }
        let piece = DimensionStatistics(of: [rows], dimensions: means.count)
        let total = Double(count + added)
        let share = Double(added) / total
        let weight = Double(count) * share
        for dimension in means.indices {
            let distance = piece.means[dimension] - means[dimension]
            let deviation = piece.deviations[dimension]
            means[dimension] += distance * share
            squares[dimension] += deviation * deviation * Double(added - 1) + distance * distance * weight
        }
        count += added
    }

    /// Of all vectors so far.  Fewer than two have no deviation: it is 0.
    var statistics: DimensionStatistics {
        DimensionStatistics(
            means: means,
            deviations: squares.map { count > 1 ? ($0 / Double(count - 1)).squareRoot() : 0 })
    }
}
