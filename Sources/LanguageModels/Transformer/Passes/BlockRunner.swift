import Compute

/// Runs blocks over the rows of one packed batch.
struct BlockRunner {
    let model: LanguageModel
    let positions: IndexVector
    let rotations: Rotations
    let store: any KeyValueStore
    let workspace: Workspace
    /// Whether what the backward pass needs is kept.
    let isRecording: Bool

    var backend: any ComputeBackend { model.backend }

    init(
        _ model: LanguageModel, batch: PackedBatch, store: any KeyValueStore, isRecording: Bool = false,
        workspace: Workspace? = nil
    ) throws {
        self.model = model
        self.store = store
        self.isRecording = isRecording
        positions = try model.backend.makeIndices(batch.positions)
        rotations = try model.rotary.rotations(positions: batch.positionCount, on: model.backend)
        self.workspace = workspace ?? Workspace(model.backend)
    }

    /// A pass whose rows' positions and angles are on the device already.
    init(
        _ model: LanguageModel, positions: IndexVector, rotations: Rotations,
        store: any KeyValueStore, workspace: Workspace
    ) {
        self.model = model
        self.positions = positions
        self.rotations = rotations
        self.store = store
        self.workspace = workspace
        isRecording = false
    }

    /// Runs `blocks` on `x` [N, D], which may be overwritten, and edits the states after each.
    ///
    /// - Parameters:
    ///   - selection: rows of the last of the blocks that are wanted; nil: all.
    ///   - visit: sees the states after each block, edits included.
    /// - Returns: the states after the last block, [N or selected, D], and a record of each block.
    func run(
        _ x: Matrix, through blocks: Range<Int>, edits: PlacedEdits = PlacedEdits(),
        selection: RowSelection? = nil, visit: (Int, Matrix) throws -> Void = { _, _ in }
    ) throws -> (states: Matrix, records: [BlockRecord]) {
        var x = x
        var records: [BlockRecord] = []
        for block in blocks {
            let isLast = block == blocks.upperBound - 1
            let (output, record) = try forward(block, x, selection: isLast ? selection : nil)
            x = output
            if let record { records.append(record) }
            try edits.apply(after: block, to: x, selection: isLast ? selection : nil, on: backend)
            try visit(block, x)
        }
        return (x, records)
    }

    /// One block on `x` [N, D]; with a selection, queries of other rows end at the attention.
    private func forward(
        _ block: Int, _ x: Matrix, selection: RowSelection?
    ) throws -> (Matrix, BlockRecord?) {
        let weights = model.weights.blocks[block]
        let attention = try attend(block, x)
        let narrow = try selection.flatMap { $0.rows.count < x.rows ? $0 : nil }.map {
            try backend.makeIndices($0.rows.map { Int32($0) })
        }
        let residual = try gathered(x, narrow)
        let attended = try gathered(attention.attended, narrow)
        let isSequential = model.configuration.residual == .sequential
        var normed = attention.normed
        var statistics: Matrix?
        if !isSequential {
            normed = try gathered(normed, narrow)
            if let norm = weights.feedForwardNorm {
                statistics = try normStatistics(rows: residual.rows)
                normed = try workspace.matrix(
                    .feedForwardNormed, rows: residual.rows, columns: residual.columns)
                apply(norm, residual, into: normed, statistics: statistics)
            }
        }
        let middle = isRecording ? try copied(residual) : residual
        let attentionBranch = try add(
            weights.attentionOutput, attended, through: weights.afterAttentionNorm, to: middle)
        if isSequential {
            normed = middle
            if let norm = weights.feedForwardNorm {
                statistics = try normStatistics(rows: middle.rows)
                normed = try workspace.matrix(.normed, rows: middle.rows, columns: middle.columns)
                apply(norm, middle, into: normed, statistics: statistics)
            }
        }
        let output = isRecording && isSequential ? try copied(middle) : middle
        let inner = try feedForward(weights, normed, to: output)
        guard isRecording else { return (output, nil) }
        return (
            output,
            BlockRecord(
                block: block, input: x, attention: attention, rows: narrow,
                attentionBranch: attentionBranch,
                inner: FeedForwardRecord(
                    input: isSequential ? middle : residual, statistics: statistics, up: inner.up,
                    gate: inner.gate, branch: inner.branch))
        )
    }

    /// Norm, projections, rotation and attention of every row.
    func attend(_ block: Int, _ x: Matrix) throws -> AttentionRecord {
        let (normed, projected, statistics, heads) = try project(block, x)
        let attention = model.configuration.attention
        let layout = model.configuration.attentionLayout
        let joined = try store.join(block: block, new: projected.columns(layout.keysValues))
        let attended = try matrix(.attended, x.rows, attention.heads * attention.headSize)
        let logSumExp =
            isRecording ? try backend.makeMatrix(rows: x.rows, columns: attention.heads) : nil
        backend.attention(
            queries: projected.columns(layout.queries), keys: joined.matrix.columns(layout.keys),
            values: joined.matrix.columns(layout.values), spans: joined.spans,
            shape: model.configuration.attentionShape(block: block), into: attended,
            logSumExp: logSumExp)
        return AttentionRecord(
            normed: normed, statistics: statistics, heads: heads, projected: projected,
            attended: attended, logSumExp: logSumExp)
    }

    /// Norm, projections and rotation of every row.
    func project(
        _ block: Int, _ x: Matrix
    ) throws -> (normed: Matrix, projected: Matrix, statistics: Matrix?, heads: HeadNormRecord?) {
        let weights = model.weights.blocks[block]
        let layout = model.configuration.attentionLayout
        var normed = x
        var statistics: Matrix?
        if let norm = weights.attentionNorm {
            normed = try workspace.matrix(.normed, rows: x.rows, columns: x.columns)
            statistics = try normStatistics(rows: x.rows)
            apply(norm, x, into: normed, statistics: statistics)
        }
        let projected = try matrix(.projected, x.rows, layout.columns)
        for part in weights.queryKeyValue {
            backend.linear(
                normed, part.linear.weight, bias: part.linear.bias,
                into: projected.columns(part.columns), accumulate: false)
        }
        let queries = projected.columns(layout.queries)
        let keys = projected.columns(layout.keysValues).columns(layout.keys)
        let heads = try normaliseHeads(weights, queries: queries, keys: keys)
        rotate(block, queries: queries, keys: keys, inverse: false)
        return (normed, projected, statistics, heads)
    }

    /// Rotates queries and keys in place, or rotates their gradients back.
    func rotate(_ block: Int, queries: Matrix, keys: Matrix, inverse: Bool) {
        guard let rotation = rotations[block] else { return }
        let attention = model.configuration.attention
        let layout = model.configuration.attentionLayout
        for (x, heads, stride) in [
            (queries, attention.heads, layout.queryStride),
            (keys, attention.keyValueHeads, layout.keyValueStride),
        ] {
            backend.rotate(
                x, positions: positions, cosines: rotation.angles.cosines, sines: rotation.angles.sines,
                rotary: RotaryShape(
                    heads: heads, headStride: stride, rotated: rotation.rotated,
                    pairing: rotation.pairing),
                inverse: inverse)
        }
    }

    /// output += down(f(…normed…)); the values before f are returned for the backward pass.
    private func feedForward(
        _ weights: BlockWeights, _ normed: Matrix, to output: Matrix
    ) throws -> (up: Matrix, gate: Matrix?, branch: BranchRecord?) {
        let shape = model.configuration.feedForward
        let up = try matrix(.up, normed.rows, shape.innerSize)
        backend.linear(normed, weights.up.weight, bias: weights.up.bias, into: up, accumulate: false)
        var activated = up
        var gate: Matrix?
        if let gateWeights = weights.gate {
            let values = try matrix(.gate, normed.rows, shape.innerSize)
            backend.linear(
                normed, gateWeights.weight, bias: gateWeights.bias, into: values, accumulate: false)
            activated = try workspace.matrix(.activated, rows: normed.rows, columns: shape.innerSize)
            backend.gatedActivation(shape.activation, gate: values, up: up, into: activated)
            gate = values
        } else {
            if isRecording {
                activated = try workspace.matrix(.activated, rows: normed.rows, columns: shape.innerSize)
            }
            backend.activation(shape.activation, up, into: activated)
        }
        let branch = try add(weights.down, activated, through: weights.afterFeedForwardNorm, to: output)
        return (up, gate, branch)
    }
}

extension BlockRunner {
    /// A matrix of its own where the pass is recorded, else the workspace's.
    func matrix(_ role: Workspace.Role, _ rows: Int, _ columns: Int) throws -> Matrix {
        isRecording
            ? try backend.makeMatrix(rows: rows, columns: columns)
            : try workspace.matrix(role, rows: rows, columns: columns)
    }

    /// Some rows of `x` in a matrix of their own; nil: `x` itself.
    func gathered(_ x: Matrix, _ rows: IndexVector?) throws -> Matrix {
        guard let rows else { return x }
        let y = try backend.makeMatrix(rows: rows.count, columns: x.columns)
        backend.gatherRows(x, rows, into: y)
        return y
    }

    private func copied(_ x: Matrix) throws -> Matrix {
        let y = try backend.makeMatrix(rows: x.rows, columns: x.columns)
        backend.copy(x, into: y)
        return y
    }

    /// output += norm(linear(x)).
    ///
    /// - Returns: what the norm read, where there is one and the pass is recorded.
    private func add(
        _ linear: LinearWeights, _ x: Matrix, through norm: NormWeights?, to output: Matrix
    ) throws -> BranchRecord? {
        guard let norm else {
            backend.linear(x, linear.weight, bias: linear.bias, into: output, accumulate: true)
            return nil
        }
        let values = try matrix(.branch, output.rows, output.columns)
        backend.linear(x, linear.weight, bias: linear.bias, into: values, accumulate: false)
        let statistics = try normStatistics(rows: values.rows)
        let normed = try workspace.matrix(.branchNormed, rows: values.rows, columns: values.columns)
        apply(norm, values, into: normed, statistics: statistics)
        backend.add(normed, scale: 1, into: output)
        return statistics.map { BranchRecord(values: values, statistics: $0) }
    }

    private func normStatistics(rows: Int) throws -> Matrix? {
        isRecording ? try model.makeNormStatistics(rows: rows) : nil
    }

    private func apply(_ norm: NormWeights, _ x: Matrix, into y: Matrix, statistics: Matrix?) {
        model.apply(norm, x, into: y, statistics: statistics)
    }
}
