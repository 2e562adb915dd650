import Compute

/// Norms of queries and keys, before they are rotated.
extension BlockRunner {
    /// Normalises queries [N, H · head size] and keys in place.
    ///
    /// - Returns: what the backward pass needs, where the pass is recorded.
    func normaliseHeads(
        _ weights: BlockWeights, queries: Matrix, keys: Matrix
    ) throws -> HeadNormRecord? {
        guard let queryNorm = weights.queryNorm, let keyNorm = weights.keyNorm else { return nil }
        let first = try normaliseHeads(queries, queryNorm, raw: .rawQueries, normed: .normedQueries)
        let second = try normaliseHeads(keys, keyNorm, raw: .rawKeys, normed: .normedKeys)
        guard let first, let second else { return nil }
        return HeadNormRecord(queries: first, keys: second)
    }

    private func normaliseHeads(
        _ x: Matrix, _ norm: NormWeights, raw: Workspace.Role, normed: Workspace.Role
    ) throws -> HeadNormRecord.Part? {
        guard let rule = model.configuration.attention.queryKeyNorm else { return nil }
        let values = try matrix(raw, x.rows, x.columns)
        backend.copy(x, into: values)
        let read = split(values, rule)
        let statistics = isRecording ? try backend.makeMatrix(rows: read.rows, columns: 1) : nil
        let normed = isRecording ? try workspace.matrix(normed, rows: x.rows, columns: x.columns) : values
        backend.rmsNorm(
            read, gain: norm.gain, epsilon: rule.epsilon, into: split(normed, rule),
            statistics: statistics)
        backend.copy(normed, into: x)
        return statistics.map { HeadNormRecord.Part(values: values, statistics: $0) }
    }

    /// Replaces the gradients with respect to normalised queries and keys by those with respect to what the
    /// norms read, in place.
    func normaliseHeadsBackward(_ record: BlockRecord, dQueries: Matrix, dKeys: Matrix) throws {
        let weights = model.weights.blocks[record.block]
        guard let rule = model.configuration.attention.queryKeyNorm, let heads = record.attention.heads,
            let queryNorm = weights.queryNorm, let keyNorm = weights.keyNorm
        else { return }
        func replace(
            _ dx: Matrix, _ norm: NormWeights, _ part: HeadNormRecord.Part, normed: Workspace.Role,
            raw: Workspace.Role
        ) throws {
            let dy = try workspace.matrix(normed, rows: dx.rows, columns: dx.columns)
            backend.copy(dx, into: dy)
            let result = try workspace.matrix(raw, rows: dx.rows, columns: dx.columns)
            backend.rmsNormBackward(
                split(dy, rule), x: split(part.values, rule), gain: norm.gain,
                statistics: part.statistics, into: split(result, rule), accumulate: false)
            backend.copy(result, into: dx)
        }
        try replace(dQueries, queryNorm, heads.queries, normed: .dNormedQueries, raw: .dRawQueries)
        try replace(dKeys, keyNorm, heads.keys, normed: .dNormedKeys, raw: .dRawKeys)
    }

    /// The rows that a norm sees: whole ones, or one for each head.  `x` has no gap between rows.
    private func split(_ x: Matrix, _ rule: TransformerConfiguration.QueryKeyNorm) -> Matrix {
        guard case .perHead = rule else { return x }
        precondition(x.isContiguous, "heads are split where rows follow each other")
        let size = model.configuration.attention.headSize
        return Matrix(
            storage: x.storage, offset: x.offset, rows: x.rows * (x.columns / size), columns: size)
    }
}

extension TransformerConfiguration.QueryKeyNorm {
    /// Added to the mean square.
    var epsilon: Float {
        switch self {
        case .perHead(let epsilon), .wholeProjection(let epsilon): epsilon
        }
    }
}
