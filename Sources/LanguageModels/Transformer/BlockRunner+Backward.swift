import Compute

/// Activation gradients of blocks; no weight ever gets one.
extension BlockRunner {
    /// The gradient with respect to the states below the first recorded block, [N, D], given that with
    /// respect to the states after the last, which is overwritten.
    func backward(_ dStates: Matrix, through records: [BlockRecord]) throws -> Matrix {
        var dx = dStates
        for record in records.reversed() { dx = try backward(dx, record) }
        return dx
    }

    private func backward(_ dOutput: Matrix, _ record: BlockRecord) throws -> Matrix {
        let weights = model.weights.blocks[record.block]
        let isSequential = model.configuration.residual == .sequential
        let dFeedForward = try feedForwardBackward(dOutput, record)
        let dAttended = try workspace.matrix(
            .dAttended, rows: dOutput.rows, columns: record.attention.attended.columns)
        // Side by side, both halves see the gradient of the output; one after the other, the attention also
        // sees what went through the feed-forward.
        if !isSequential {
            backend.linearBackward(
                dOutput, weights.attentionOutput.weight, into: dAttended, accumulate: false)
        }
        if let norm = weights.feedForwardNorm, let statistics = record.feedForwardStatistics {
            model.applyBackward(
                norm, dFeedForward, x: record.feedForwardInput, statistics: statistics, into: dOutput,
                accumulate: true)
        }
        if isSequential {
            backend.linearBackward(
                dOutput, weights.attentionOutput.weight, into: dAttended, accumulate: false)
        }
        let dx = try widened(dOutput, record)
        let dProjected = try attentionBackward(try widened(dAttended, record), record)
        let sharesNorm = weights.feedForwardNorm == nil
        let dNormed =
            sharesNorm
            ? try widened(dFeedForward, record)
            : try workspace.matrix(.dNormed, rows: dx.rows, columns: dx.columns)
        for (index, part) in weights.queryKeyValue.enumerated() {
            backend.linearBackward(
                dProjected.columns(part.columns), part.linear.weight, into: dNormed,
                accumulate: sharesNorm || index > 0)
        }
        guard let statistics = record.attention.statistics else {
            preconditionFailure("a recorded block has its norm's statistics")
        }
        model.applyBackward(
            weights.attentionNorm, dNormed, x: record.input, statistics: statistics, into: dx,
            accumulate: true)
        return dx
    }

    /// The gradient with respect to what the feed-forward read behind its norm.
    private func feedForwardBackward(_ dOutput: Matrix, _ record: BlockRecord) throws -> Matrix {
        let weights = model.weights.blocks[record.block]
        let shape = model.configuration.feedForward
        let rows = dOutput.rows
        let dActivated = try workspace.matrix(.dActivated, rows: rows, columns: shape.innerSize)
        backend.linearBackward(dOutput, weights.down.weight, into: dActivated, accumulate: false)
        let dNormed = try workspace.matrix(.dNormed, rows: rows, columns: model.hiddenSize)
        guard let gateWeights = weights.gate, let gate = record.gate else {
            backend.activationBackward(shape.activation, dActivated, x: record.up, into: dActivated)
            backend.linearBackward(dActivated, weights.up.weight, into: dNormed, accumulate: false)
            return dNormed
        }
        let dGate = try workspace.matrix(.dGate, rows: rows, columns: shape.innerSize)
        let dUp = try workspace.matrix(.dUp, rows: rows, columns: shape.innerSize)
        backend.gatedActivationBackward(
            shape.activation, dActivated, gate: gate, up: record.up, dGate: dGate, dUp: dUp)
        backend.linearBackward(dUp, weights.up.weight, into: dNormed, accumulate: false)
        backend.linearBackward(dGate, gateWeights.weight, into: dNormed, accumulate: true)
        return dNormed
    }

    /// The gradient with respect to the unrotated queries, keys and values, [N, columns].
    private func attentionBackward(_ dAttended: Matrix, _ record: BlockRecord) throws -> Matrix {
        let layout = model.configuration.attentionLayout
        let attention = record.attention
        guard let logSumExp = attention.logSumExp else {
            preconditionFailure("a recorded attention has its normalisers")
        }
        let joined = try store.join(
            block: record.block, new: attention.projected.columns(layout.keysValues))
        let dProjected = try workspace.matrix(
            .dProjected, rows: dAttended.rows, columns: layout.columns)
        let dQueries = dProjected.columns(layout.queries)
        let dKeysValues = dProjected.columns(layout.keysValues)
        let dKeys = dKeysValues.columns(layout.keys)
        backend.attentionBackward(
            dAttended, queries: attention.projected.columns(layout.queries),
            keys: joined.matrix.columns(layout.keys), values: joined.matrix.columns(layout.values),
            output: attention.attended, logSumExp: logSumExp, spans: joined.spans,
            shape: model.configuration.attentionShape(block: record.block), dQueries: dQueries,
            dKeys: dKeys, dValues: dKeysValues.columns(layout.values))
        rotate(queries: dQueries, keys: dKeys, inverse: true)
        return dProjected
    }

    /// The gradient of all N rows where that of the selected ones is `dy`.
    private func widened(_ dy: Matrix, _ record: BlockRecord) throws -> Matrix {
        guard let rows = record.rows else { return dy }
        let dx = try backend.makeMatrix(rows: record.input.rows, columns: dy.columns)
        backend.fill(dx, with: 0)
        backend.scatterRows(dy, rows, into: dx, accumulate: false)
        return dx
    }
}
