import Compute

extension LanguageModel {
    /// Normalises the rows of `x` [N, D].
    func apply(_ norm: NormWeights, _ x: Matrix, into y: Matrix, statistics: Matrix?) {
        switch configuration.norm {
        case .layer(let epsilon):
            backend.layerNorm(
                x, gain: norm.gain, bias: norm.bias, epsilon: epsilon, into: y, statistics: statistics)
        case .rootMeanSquare(let epsilon):
            backend.rmsNorm(x, gain: norm.gain, epsilon: epsilon, into: y, statistics: statistics)
        }
    }

    /// dx (+)= the gradient of `apply`.
    func applyBackward(
        _ norm: NormWeights, _ dy: Matrix, x: Matrix, statistics: Matrix, into dx: Matrix,
        accumulate: Bool
    ) {
        switch configuration.norm {
        case .layer:
            backend.layerNormBackward(
                dy, x: x, gain: norm.gain, statistics: statistics, into: dx, accumulate: accumulate)
        case .rootMeanSquare:
            backend.rmsNormBackward(
                dy, x: x, gain: norm.gain, statistics: statistics, into: dx, accumulate: accumulate)
        }
    }

    /// Room for what `apply` notes for its gradient.
    func makeNormStatistics(rows: Int) throws -> Matrix {
        switch configuration.norm {
        case .layer: try backend.makeMatrix(rows: rows, columns: 2)
        case .rootMeanSquare: try backend.makeMatrix(rows: rows, columns: 1)
        }
    }

    /// The embeddings of a batch's tokens, [N, D].
    func embed(_ batch: PackedBatch, positions: IndexVector) throws -> Matrix {
        try embed(try backend.makeIndices(batch.ids), positions: positions)
    }

    /// The embeddings of tokens [N] at positions [N], [N, D].
    func embed(_ ids: IndexVector, positions: IndexVector) throws -> Matrix {
        let x = try backend.makeMatrix(rows: ids.count, columns: hiddenSize)
        backend.embed(ids, table: weights.tokenEmbedding, into: x, accumulate: false)
        if configuration.embeddingScale != 1 {
            let factors = try backend.makeMatrix(rows: ids.count, columns: 1)
            backend.fill(factors, with: configuration.embeddingScale)
            backend.scaleRows(x, by: factors, into: x, accumulate: false)
        }
        if let table = weights.positionEmbedding {
            backend.embed(positions, table: table, into: x, accumulate: true)
        }
        return x
    }

    /// Final states [R, D], overwritten by their norm.
    func normalise(_ x: Matrix) { apply(weights.finalNorm, x, into: x, statistics: nil) }

    /// The head on normalised final states [R, D].
    func headLogits(_ normed: Matrix) throws -> Matrix {
        let logits = try backend.makeMatrix(rows: normed.rows, columns: vocabularySize)
        backend.linear(
            normed, weights.head.weight, bias: weights.head.bias, into: logits, accumulate: false)
        return logits
    }
}
