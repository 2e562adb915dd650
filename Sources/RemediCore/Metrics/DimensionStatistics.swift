/// How the values of every dimension are spread over a set of vectors: mean and unbiased standard deviation,
/// D values each.
///
/// Letters: N vectors, D dimensions.
package struct DimensionStatistics: Sendable, Equatable {
    package var means: [Double]
    package var deviations: [Double]

    package init(means: [Double], deviations: [Double]) {
        precondition(means.count == deviations.count)
        self.means = means
        self.deviations = deviations
    }

    package var dimensions: Int { means.count }

    /// Of the rows of some matrices, each [·, D] row-major, taken together; in double precision, means first.
    /// Fewer than two rows have no deviation: it is 0.
    package init(of matrices: [[Float]], dimensions: Int) {
        precondition(dimensions > 0 && matrices.allSatisfy { $0.count % dimensions == 0 })
        let count = matrices.reduce(0) { $0 + $1.count / dimensions }
        var sums = [Double](repeating: 0, count: dimensions)
        for matrix in matrices { Self.add(matrix, to: &sums) { value, _ in value } }
        means = sums.map { $0 / Double(max(count, 1)) }
        var squares = [Double](repeating: 0, count: dimensions)
        means.withUnsafeBufferPointer { means in
            for matrix in matrices {
                Self.add(matrix, to: &squares) { value, dimension in
                    let distance = value - means[dimension]
                    return distance * distance
                }
            }
        }
        deviations = squares.map { count > 1 ? ($0 / Double(count - 1)).squareRoot() : 0 }
    }

    @inline(__always)
    private static func add(_ matrix: [Float], to sums: inout [Double], _ term: (Double, Int) -> Double) {
        let dimensions = sums.count
        matrix.withUnsafeBufferPointer { matrix in
            sums.withUnsafeMutableBufferPointer { sums in
                var place = 0
                while place < matrix.count {
                    for dimension in 0..<dimensions {
                        sums[dimension] += term(Double(matrix[place + dimension]), dimension)
                    }
                    place += dimensions
                }
            }
        }
    }
}

/// Dot products of vectors that are first brought to mean 0 and deviation 1 in every dimension.
package struct NormalizedDotProduct: Sendable {
    private let meansOfFirst: [Double]
    private let meansOfSecond: [Double]
    /// 1 / (σ τ), or 0 for a dimension in which one of the two never varies: there is nothing to see there.
    private let factors: [Double]

    package init(_ first: DimensionStatistics, _ second: DimensionStatistics) {
        precondition(first.dimensions == second.dimensions)
        meansOfFirst = first.means
        meansOfSecond = second.means
        factors = zip(first.deviations, second.deviations).map { $0 > 0 && $1 > 0 ? 1 / ($0 * $1) : 0 }
    }

    /// Σ_j (x_j − μ_j)(y_j − ν_j) / (σ_j τ_j) of every pair of rows of x and y, [N, D] each, row-major; in
    /// double precision.
    package func callAsFunction(_ x: [Float], _ y: [Float]) -> [Double] {
        let dimensions = factors.count
        precondition(x.count == y.count && x.count % dimensions == 0)
        return x.withUnsafeBufferPointer { x in
            y.withUnsafeBufferPointer { y in
                stride(from: 0, to: x.count, by: dimensions).map { start in
                    product(x.baseAddress! + start, y.baseAddress! + start)
                }
            }
        }
    }

    /// Eight sums side by side, so that the processor can add them at once.
    private func product(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>) -> Double {
        factors.withUnsafeBufferPointer { factors in
            meansOfFirst.withUnsafeBufferPointer { first in
                meansOfSecond.withUnsafeBufferPointer { second in
                    let lanes = 8
                    var sums = SIMD8<Double>(repeating: 0)
                    var place = 0
                    while place + lanes <= factors.count {
                        let a = Self.lanes(first, place), b = Self.lanes(second, place)
                        let u = SIMD8<Double>(Self.lanes(x, place)) - a
                        let v = SIMD8<Double>(Self.lanes(y, place)) - b
                        sums += u * v * Self.lanes(factors, place)
                        place += lanes
                    }
                    var sum = sums.sum()
                    while place < factors.count {
                        sum +=
                            (Double(x[place]) - first[place]) * (Double(y[place]) - second[place])
                            * factors[place]
                        place += 1
                    }
                    return sum
                }
            }
        }
    }

    @inline(__always)
    private static func lanes(_ values: UnsafePointer<Float>, _ place: Int) -> SIMD8<Float> {
        UnsafeRawPointer(values + place).loadUnaligned(as: SIMD8<Float>.self)
    }

    @inline(__always)
    private static func lanes(_ values: UnsafeBufferPointer<Double>, _ place: Int) -> SIMD8<Double> {
        UnsafeRawPointer(values.baseAddress! + place).loadUnaligned(as: SIMD8<Double>.self)
    }
}
