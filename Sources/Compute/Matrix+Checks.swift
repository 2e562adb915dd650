/// Conditions that several operations share.
extension Matrix {
    /// A norm's result `y` has this matrix's shape; `width` statistics belong to each row.
    func checkNorm(into y: Matrix, gain: Matrix, statistics: Matrix?, width: Int) {
        precondition(hasShape(of: y), "norm: different shapes")
        precondition(gain.rows == 1 && gain.columns == columns, "norm: gain is [1, D]")
        if let statistics {
            precondition(
                statistics.rows == rows && statistics.columns == width, "norm: statistics are [N, \(width)]")
        }
    }

    /// Each edited row of this matrix has one direction.
    func checkEdits(of rows: IndexVector, directions: Matrix, directionOf: IndexVector) {
        precondition(directions.columns == columns, "edit: directions are [directions, D]")
        precondition(directionOf.count == rows.count, "edit: one direction for each row")
    }
}
