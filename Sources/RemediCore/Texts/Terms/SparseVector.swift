/// A vector of which only the elements other than zero are kept, by rising index.
package struct SparseVector: Sendable, Equatable {
    package private(set) var indices: [Int32]
    package private(set) var values: [Double]

    package init() { (indices, values) = ([], []) }

    /// - Parameter indices: rising.
    init(indices: [Int32], values: [Double]) {
        precondition(indices.count == values.count, "an index for every value")
        precondition(zip(indices, indices.dropFirst()).allSatisfy(<), "indices that rise")
        self.indices = indices
        self.values = values
    }

    /// The Euclidean length.
    package var norm: Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }

    package func dot(_ other: SparseVector) -> Double {
        var sum = 0.0
        var (a, b) = (0, 0)
        while a < indices.count, b < other.indices.count {
            if indices[a] == other.indices[b] {
                sum += values[a] * other.values[b]
                a += 1
                b += 1
            } else if indices[a] < other.indices[b] {
                a += 1
            } else {
                b += 1
            }
        }
        return sum
    }

    /// The cosine of the angle between the two, with 1e-6 added to each length (Semantics.md §7.3): 0 where one of
    /// them is empty.
    package func consistency(with other: SparseVector) -> Double {
        dot(other) / ((norm + 1e-6) * (other.norm + 1e-6))
    }

    /// The plain mean; of no vectors the empty one.
    package static func mean(of vectors: some Sequence<SparseVector>) -> SparseVector {
        var sums: [Double] = []
        var isSet: [Bool] = []
        var count = 0
        for vector in vectors {
            count += 1
            let size = Int(vector.indices.last ?? -1) + 1
            if size > sums.count {
                sums.append(contentsOf: repeatElement(0, count: size - sums.count))
                isSet.append(contentsOf: repeatElement(false, count: size - isSet.count))
            }
            for (index, value) in zip(vector.indices, vector.values) {
                sums[Int(index)] += value
                isSet[Int(index)] = true
            }
        }
        let indices = isSet.indices.filter { isSet[$0] }
        return SparseVector(
            indices: indices.map { Int32($0) }, values: indices.map { sums[$0] / Double(count) })
    }
}
