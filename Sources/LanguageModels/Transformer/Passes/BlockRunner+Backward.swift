import Compute

/// Activation gradients of blocks; no weight ever gets one.
extension BlockRunner {
    /// The gradient with respect to the rows `wanted` of the states below the first recorded block,
    /// [wanted, D], given that with respect to the states after the last, which is overwritten.
    func backward(
        _ dStates: Matrix, through records: [BlockRecord], wanted: IndexVector
    ) throws -> Matrix {
        var dx = dStates
        for (index, record) in records.enumerated().reversed() {
            dx = try backward(dx, record, wanted: index == 0 ? wanted : nil)
        }
        return records.isEmpty ? try gathered(dx, wanted) : dx
    }

    /// The gradient with respect to the block's input, of all rows or the `wanted` ones.
    private func backward(
        _ dOutput: Matrix, _ record: BlockRecord, wanted: IndexVector?
    ) throws -> Matrix {
        let weights = model.weights.blocks[record.block]
        let isSequential = model.configuration.residual == .sequential
        var dOutput = dOutput
        var dNormed: Matrix?
        // One half after the other: the attention also sees what goes through the feed-forward.
        if isSequential { dNormed = try feedForwardBackward(dOutput, record.inner, weights) }
        let dAttended = try workspace.matrix(
            .dAttended, rows: dOutput.rows, columns: record.attention.attended.columns)
        let dBranch = try branchBackward(
            dOutput, record.attentionBranch, norm: weights.afterAttentionNorm)
        backend.linearBackward(
            dBranch, weights.attentionOutput.weight, into: dAttended, accumulate: false)
        var dProjected = try attentionBackward(try widened(dAttended, record), record)
        // From here on every row is on its own.
        let isNarrowed = record.rows != nil
        var inner = record.inner
        if !isNarrowed {
            dOutput = try gathered(dOutput, wanted)
            inner = try inner.map { try gathered($0, wanted) }
        }
        if !isSequential { dNormed = try feedForwardBackward(dOutput, inner, weights) }
        var dx = try widened(dOutput, record)
        var dShared = try dNormed.map { try widened($0, record) }
        if isNarrowed {
            dx = try gathered(dx, wanted)
            dShared = try dShared.map { try gathered($0, wanted) }
        }
        dProjected = try gathered(dProjected, wanted)
        try projectionBackward(dProjected, record, weights, wanted: wanted, dNormed: dShared, into: dx)
        return dx
    }

    /// dx += the gradient through the attention's norm and projections.  `dNormed` is what the norm's output
    /// gets from elsewhere.
    private func projectionBackward(
        _ dProjected: Matrix, _ record: BlockRecord, _ weights: BlockWeights, wanted: IndexVector?,
        dNormed: Matrix?, into dx: Matrix
    ) throws {
        let total = try dNormed ?? workspace.matrix(.dNormed, rows: dx.rows, columns: dx.columns)
        for (index, part) in weights.queryKeyValue.enumerated() {
            backend.linearBackward(
                dProjected.columns(part.columns), part.linear.weight, into: total,
                accumulate: dNormed != nil || index > 0)
        }
        guard let norm = weights.attentionNorm else {
            backend.add(total, scale: 1, into: dx)
            return
        }
        guard let statistics = record.attention.statistics else {
            preconditionFailure("a recorded block has its norm's statistics")
        }
        model.applyBackward(
            norm, total, x: try gathered(record.input, wanted),
            statistics: try gathered(statistics, wanted), into: dx, accumulate: true)
    }

    /// dOutput += the gradient through the feed-forward and its norm; where it shares the attention's norm,
    /// the gradient with respect to that norm's output is returned instead.
    private func feedForwardBackward(
        _ dOutput: Matrix, _ record: FeedForwardRecord, _ weights: BlockWeights
    ) throws -> Matrix? {
        let dNormed = try workspace.matrix(.dNormed, rows: dOutput.rows, columns: model.hiddenSize)
        let dBranch = try branchBackward(dOutput, record.branch, norm: weights.afterFeedForwardNorm)
        try feedForwardBackward(dBranch, record, weights, into: dNormed)
        guard let norm = weights.feedForwardNorm, let statistics = record.statistics else {
            if model.configuration.residual == .parallelSharedNorm { return dNormed }
            backend.add(dNormed, scale: 1, into: dOutput)
            return nil
        }
        model.applyBackward(
            norm, dNormed, x: record.input, statistics: statistics, into: dOutput, accumulate: true)
        return nil
    }

    private func feedForwardBackward(
        _ dOutput: Matrix, _ record: FeedForwardRecord, _ weights: BlockWeights, into dNormed: Matrix
    ) throws {
        let shape = model.configuration.feedForward
        let rows = dOutput.rows
        let dActivated = try workspace.matrix(.dActivated, rows: rows, columns: shape.innerSize)
        backend.linearBackward(dOutput, weights.down.weight, into: dActivated, accumulate: false)
        guard let gateWeights = weights.gate, let gate = record.gate else {
            backend.activationBackward(shape.activation, dActivated, x: record.up, into: dActivated)
            backend.linearBackward(dActivated, weights.up.weight, into: dNormed, accumulate: false)
            return
        }
        let dGate = try workspace.matrix(.dGate, rows: rows, columns: shape.innerSize)
        let dUp = try workspace.matrix(.dUp, rows: rows, columns: shape.innerSize)
        backend.gatedActivationBackward(
            shape.activation, dActivated, gate: gate, up: record.up, dGate: dGate, dUp: dUp)
        backend.linearBackward(dUp, weights.up.weight, into: dNormed, accumulate: false)
        backend.linearBackward(dGate, gateWeights.weight, into: dNormed, accumulate: true)
    }

    /// The gradient with respect to what the norm after one half of a block read, [M, D]; `dOutput` itself where
    /// there is no such norm.
    private func branchBackward(
        _ dOutput: Matrix, _ record: BranchRecord?, norm: NormWeights?
    ) throws -> Matrix {
        guard let record, let norm else { return dOutput }
        let dBranch = try workspace.matrix(.dBranch, rows: dOutput.rows, columns: dOutput.columns)
        model.applyBackward(
            norm, dOutput, x: record.values, statistics: record.statistics, into: dBranch,
            accumulate: false)
        return dBranch
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
        rotate(record.block, queries: dQueries, keys: dKeys, inverse: true)
        try normaliseHeadsBackward(record, dQueries: dQueries, dKeys: dKeys)
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
