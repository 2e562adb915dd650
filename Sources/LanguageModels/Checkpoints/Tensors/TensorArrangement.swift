/// How a file's rows differ from those of the tensor that a model reads: what converters to GGUF do to some of them.
package enum TensorArrangement: Sendable, Equatable {
    /// Of each head's rows the first half and the second lie interleaved: row 2i is the head's row i, row 2i + 1 its
    /// row i plus half the head.
    case interleavedHeads(Int)
    /// Queries, keys and values lie one after another, [3, heads, head size], instead of head by head,
    /// [heads, 3, head size].
    case partsOfHeads(Int)
    /// Rows are columns.
    case transposed
    /// A number was added to every value.
    case shifted(by: Float)

    /// Brings `values`, in the order of the file, into that of the tensor of `shape`.
    ///
    /// - Parameter shape: of one dimension or two, with a number of rows that heads divide (`fits`).
    func restored(_ values: [Float], shape: [Int]) -> [Float] {
        let rows = shape[0]
        let width = shape.count > 1 ? shape[1] : 1
        if let source = sourceRow(rows: rows) {
            var result: [Float] = []
            result.reserveCapacity(values.count)
            for row in 0..<rows {
                let start = source(row) * width
                result += values[start..<start + width]
            }
            return result
        }
        switch self {
        case .shifted(let amount): return values.map { $0 - amount }
        case .transposed:
            return [Float](unsafeUninitializedCapacity: values.count) { result, count in
                count = values.count
                for row in 0..<rows {
                    for column in 0..<width { result[row * width + column] = values[column * rows + row] }
                }
            }
        case .interleavedHeads, .partsOfHeads: preconditionFailure("they order rows")
        }
    }

    /// The file's row of each of the tensor's, where rows are but ordered in another way; else nil.
    func sourceRow(rows: Int) -> ((Int) -> Int)? {
        switch self {
        case .shifted, .transposed: nil
        case .interleavedHeads(let heads):
            { [size = rows / heads] row in
                let (head, place) = row.quotientAndRemainder(dividingBy: size)
                return head * size + (place < size / 2 ? 2 * place : 2 * (place - size / 2) + 1)
            }
        case .partsOfHeads(let heads):
            { [size = rows / heads / 3] row in
                let (part, place) = (row / size % 3, row % size)
                return (part * heads + row / size / 3) * size + place
            }
        }
    }

    /// Whether a tensor of this shape can be arranged so.
    func fits(_ shape: [Int]) -> Bool {
        switch self {
        case .shifted: true
        case .transposed: shape.count == 2
        case .interleavedHeads(let heads): (1...2).contains(shape.count) && shape[0] % (2 * heads) == 0
        case .partsOfHeads(let heads): (1...2).contains(shape.count) && shape[0] % (3 * heads) == 0
        }
    }
}
