import Compute

/// The tokens that may follow each row of logits, on the device.
struct LikeliestTokens {
    /// The bits of the tokens' ids, then their log-probabilities, [2R, count]: in one piece, so that the host
    /// waits for the device once.
    private let both: Matrix

    /// Room for `count` tokens (or the whole vocabulary) of each of R `rows`.
    init(rows: Int, vocabulary: Int, count: Int, on backend: any ComputeBackend) throws {
        both = try backend.makeMatrix(rows: 2 * rows, columns: min(count, vocabulary))
    }

    /// The likeliest tokens of `logits`, [R, V].
    init(_ logits: Matrix, count: Int, on backend: any ComputeBackend) throws {
        try self.init(rows: logits.rows, vocabulary: logits.columns, count: count, on: backend)
        find(in: logits, on: backend)
    }

    private var rows: Int { both.rows / 2 }
    private var count: Int { both.columns }

    func find(in logits: Matrix, on backend: any ComputeBackend) {
        backend.topK(
            logits, k: count, ids: IndexVector(storage: both.storage, count: rows * count),
            values: both.rows(rows..<2 * rows))
    }

    /// Of every row, likeliest first.
    func read(from backend: any ComputeBackend) throws -> [[TokenCandidate]] {
        let numbers = try backend.read(both)
        return (0..<rows).map { row in
            (row * count..<(row + 1) * count).map {
                TokenCandidate(
                    token: Int(Int32(bitPattern: numbers[$0].bitPattern)),
                    logProbability: numbers[rows * count + $0])
            }
        }
    }
}

extension LanguageModel {
    /// The `count` likeliest tokens of every row of `logits`, [R, V], the likeliest first; of equally likely ones
    /// the lower id.
    ///
    /// - Throws: `ComputeError`.
    package func likeliestTokens(in logits: Matrix, count: Int) throws -> [[TokenCandidate]] {
        try LikeliestTokens(logits, count: count, on: backend).read(from: backend)
    }
}
