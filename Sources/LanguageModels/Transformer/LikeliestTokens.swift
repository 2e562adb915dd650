import Compute

/// The tokens that may follow each row of logits, on the device.
struct LikeliestTokens {
    private let ids: IndexVector
    /// [R, count].
    private let values: Matrix

    /// Room for `count` tokens (or the whole vocabulary) of each of R `rows`.
    init(rows: Int, vocabulary: Int, count: Int, on backend: any ComputeBackend) throws {
        let count = min(count, vocabulary)
        ids = try backend.makeIndices(Array(repeating: 0, count: rows * count))
        values = try backend.makeMatrix(rows: rows, columns: count)
    }

    /// The likeliest tokens of `logits`, [R, V].
    init(_ logits: Matrix, count: Int, on backend: any ComputeBackend) throws {
        try self.init(rows: logits.rows, vocabulary: logits.columns, count: count, on: backend)
        find(in: logits, on: backend)
    }

    func find(in logits: Matrix, on backend: any ComputeBackend) {
        backend.topK(logits, k: values.columns, ids: ids, values: values)
    }

    /// Of every row, likeliest first.
    func read(from backend: any ComputeBackend) throws -> [[TokenCandidate]] {
        let tokens = try backend.read(ids)
        let logProbabilities = try backend.read(values)
        let count = values.columns
        return (0..<values.rows).map { row in
            (row * count..<(row + 1) * count).map {
                TokenCandidate(token: Int(tokens[$0]), logProbability: logProbabilities[$0])
            }
        }
    }
}
