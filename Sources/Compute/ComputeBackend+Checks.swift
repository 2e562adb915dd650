/// The operations as callers know them: each checks its operands' shapes and leaves the rest to the device.
extension ComputeBackend {
    /// Copies host values, row by row, into `matrix`; `values.count` is rows · columns.
    package func write(_ values: [Float], into matrix: Matrix) {
        precondition(values.count == matrix.rows * matrix.columns, "write: one value for each element")
        uncheckedWrite(values, into: matrix)
    }

    /// Copies indices into `indices`, which has as many.
    package func write(_ values: [Int32], into indices: IndexVector) {
        precondition(values.count == indices.count, "write: one value for each index")
        uncheckedWrite(values, into: indices)
    }

    package func copy(_ source: Matrix, into destination: Matrix) {
        precondition(source.hasShape(of: destination), "copy: different shapes")
        uncheckedCopy(source, into: destination)
    }

    // MARK: Rows

    /// x[n] (+)= table[ids[n]].  ids [N], table [V, D] (`.outputsByInputs`), x [N, D].
    package func embed(_ ids: IndexVector, table: Weight, into x: Matrix, accumulate: Bool) {
        precondition(table.layout == .outputsByInputs, "embed: a table has a line for each token")
        precondition(x.rows == ids.count && x.columns == table.inputs, "embed: x is [N, D]")
        uncheckedEmbed(ids, table: table, into: x, accumulate: accumulate)
    }

    /// y[i] = x[rows[i]].
    package func gatherRows(_ x: Matrix, _ rows: IndexVector, into y: Matrix) {
        precondition(y.rows == rows.count && y.columns == x.columns, "gatherRows: y is [rows, D]")
        uncheckedGatherRows(x, rows, into: y)
    }

    /// x[rows[i]] (+)= y[i]; `rows` are distinct.
    package func scatterRows(_ y: Matrix, _ rows: IndexVector, into x: Matrix, accumulate: Bool) {
        precondition(y.rows == rows.count && y.columns == x.columns, "scatterRows: y is [rows, D]")
        uncheckedScatterRows(y, rows, into: x, accumulate: accumulate)
    }

    /// y[i] = mean of the rows `spans[i]` of x.  x [N, D], y [spans, D]; spans are not empty.
    package func meanRows(_ x: Matrix, _ spans: [Range<Int>], into y: Matrix) {
        precondition(y.rows == spans.count && y.columns == x.columns, "meanRows: y is [spans, D]")
        for span in spans {
            precondition(
                !span.isEmpty && span.lowerBound >= 0 && span.upperBound <= x.rows,
                "meanRows: spans are rows of x")
        }
        uncheckedMeanRows(x, spans, into: y)
    }

    /// y += scale · x.
    package func add(_ x: Matrix, scale: Float, into y: Matrix) {
        precondition(x.hasShape(of: y), "add: different shapes")
        uncheckedAdd(x, scale: scale, into: y)
    }

    /// y[i] (+)= x[i] · factors[i].  factors [N, 1].
    package func scaleRows(_ x: Matrix, by factors: Matrix, into y: Matrix, accumulate: Bool) {
        precondition(x.hasShape(of: y), "scaleRows: different shapes")
        precondition(factors.rows == x.rows && factors.columns == 1, "scaleRows: factors are [N, 1]")
        uncheckedScaleRows(x, by: factors, into: y, accumulate: accumulate)
    }

    /// y[i] = a[i] · b[i] (dot product).  y [N, 1].
    package func rowDots(_ a: Matrix, _ b: Matrix, into y: Matrix) {
        precondition(a.hasShape(of: b), "rowDots: different shapes")
        precondition(y.rows == a.rows && y.columns == 1, "rowDots: y is [N, 1]")
        uncheckedRowDots(a, b, into: y)
    }

    /// y (+)= sum over the rows of x.  x [N, D], y [1, D].
    package func columnSums(_ x: Matrix, into y: Matrix, accumulate: Bool) {
        precondition(y.rows == 1 && y.columns == x.columns, "columnSums: y is [1, D]")
        uncheckedColumnSums(x, into: y, accumulate: accumulate)
    }

    // MARK: Matrix products

    /// y (+)= x · Wᵀ + bias.  x [N, K], weight K → O, bias [1, O] or nil, y [N, O].
    package func linear(_ x: Matrix, _ weight: Weight, bias: Matrix?, into y: Matrix, accumulate: Bool) {
        precondition(x.columns == weight.inputs && y.columns == weight.outputs && x.rows == y.rows)
        precondition(bias == nil || bias?.columns == y.columns)
        uncheckedLinear(x, weight, bias: bias, into: y, accumulate: accumulate)
    }

    /// dx (+)= dy · W.  dy [N, O], weight K → O, dx [N, K].
    package func linearBackward(_ dy: Matrix, _ weight: Weight, into dx: Matrix, accumulate: Bool) {
        precondition(dx.columns == weight.inputs && dy.columns == weight.outputs && dx.rows == dy.rows)
        uncheckedLinearBackward(dy, weight, into: dx, accumulate: accumulate)
    }

    /// c (+)= aᵀ · b.  a [N, O], b [N, K], c [O, K].  With dy and x, the gradient of a trainable weight.
    package func outerProduct(_ a: Matrix, _ b: Matrix, into c: Matrix, accumulate: Bool) {
        precondition(c.rows == a.columns && c.columns == b.columns && a.rows == b.rows)
        uncheckedOuterProduct(a, b, into: c, accumulate: accumulate)
    }

    // MARK: Norms and activations

    /// y = (x − mean) / sqrt(variance + ε) · gain + bias.  gain, bias [1, D]; `statistics` [N, 2] receives
    /// mean and 1 / sqrt(variance + ε).  y may be x.
    package func layerNorm(
        _ x: Matrix, gain: Matrix, bias: Matrix?, epsilon: Float, into y: Matrix, statistics: Matrix?
    ) {
        x.checkNorm(into: y, gain: gain, statistics: statistics, width: 2)
        precondition(
            bias.map { $0.rows == 1 && $0.columns == x.columns } ?? true, "layerNorm: bias is [1, D]")
        uncheckedLayerNorm(x, gain: gain, bias: bias, epsilon: epsilon, into: y, statistics: statistics)
    }

    package func layerNormBackward(
        _ dy: Matrix, x: Matrix, gain: Matrix, statistics: Matrix, into dx: Matrix, accumulate: Bool
    ) {
        x.checkNorm(into: dx, gain: gain, statistics: statistics, width: 2)
        precondition(dy.hasShape(of: x), "layerNormBackward: dy has the shape of x")
        uncheckedLayerNormBackward(
            dy, x: x, gain: gain, statistics: statistics, into: dx, accumulate: accumulate)
    }

    /// y = x / sqrt(mean(x²) + ε) · gain; `statistics` [N, 1] receives 1 / sqrt(mean(x²) + ε).  y may be x.
    package func rmsNorm(_ x: Matrix, gain: Matrix, epsilon: Float, into y: Matrix, statistics: Matrix?) {
        x.checkNorm(into: y, gain: gain, statistics: statistics, width: 1)
        uncheckedRmsNorm(x, gain: gain, epsilon: epsilon, into: y, statistics: statistics)
    }

    package func rmsNormBackward(
        _ dy: Matrix, x: Matrix, gain: Matrix, statistics: Matrix, into dx: Matrix, accumulate: Bool
    ) {
        x.checkNorm(into: dx, gain: gain, statistics: statistics, width: 1)
        precondition(dy.hasShape(of: x), "rmsNormBackward: dy has the shape of x")
        uncheckedRmsNormBackward(
            dy, x: x, gain: gain, statistics: statistics, into: dx, accumulate: accumulate)
    }

    /// y = f(x), elementwise.  y may be x.
    package func activation(_ kind: Activation, _ x: Matrix, into y: Matrix) {
        precondition(x.hasShape(of: y), "activation: different shapes")
        uncheckedActivation(kind, x, into: y)
    }

    /// dx = dy · f′(x).  dx may be dy.
    package func activationBackward(_ kind: Activation, _ dy: Matrix, x: Matrix, into dx: Matrix) {
        precondition(x.hasShape(of: dy) && x.hasShape(of: dx), "activationBackward: different shapes")
        uncheckedActivationBackward(kind, dy, x: x, into: dx)
    }

    /// y = f(gate) · up.
    package func gatedActivation(_ kind: Activation, gate: Matrix, up: Matrix, into y: Matrix) {
        precondition(gate.hasShape(of: up) && gate.hasShape(of: y), "gatedActivation: different shapes")
        uncheckedGatedActivation(kind, gate: gate, up: up, into: y)
    }

    /// dGate = dy · up · f′(gate), dUp = dy · f(gate).
    package func gatedActivationBackward(
        _ kind: Activation, _ dy: Matrix, gate: Matrix, up: Matrix, dGate: Matrix, dUp: Matrix
    ) {
        precondition(
            gate.hasShape(of: up) && gate.hasShape(of: dy) && gate.hasShape(of: dGate)
                && gate.hasShape(of: dUp), "gatedActivationBackward: different shapes")
        uncheckedGatedActivationBackward(kind, dy, gate: gate, up: up, dGate: dGate, dUp: dUp)
    }

    // MARK: Attention

    /// Rotates every head of x in place by the angles of its row's position; `inverse` rotates back, which
    /// is also the gradient.  x [N, …] with head h at column h · `rotary.headStride`; `positions` [N];
    /// `cosines`, `sines` [positions, rotated / 2].
    package func rotate(
        _ x: Matrix, positions: IndexVector, cosines: Matrix, sines: Matrix, rotary: RotaryShape,
        inverse: Bool
    ) {
        rotary.check(x, positions: positions, cosines: cosines, sines: sines)
        uncheckedRotate(
            x, positions: positions, cosines: cosines, sines: sines, rotary: rotary, inverse: inverse)
    }

    /// Causal softmax attention of packed sequences.  queries [N, …] and output [N, heads · headSize],
    /// keys and values [M, …]; `spans` say which rows belong together.  `logSumExp` [N, heads] receives
    /// log Σ exp(scaled scores), which the backward pass needs.
    package func attention(
        queries: Matrix, keys: Matrix, values: Matrix, spans: AttentionSpans, shape: AttentionShape,
        into output: Matrix, logSumExp: Matrix?
    ) {
        shape.check(queries: queries, keys: keys, values: values, spans: spans)
        shape.check(output: output, logSumExp: logSumExp, rows: queries.rows)
        uncheckedAttention(
            queries: queries, keys: keys, values: values, spans: spans, shape: shape, into: output,
            logSumExp: logSumExp)
    }

    /// Gradients of `attention`.  dOutput, dQueries have the queries' rows; dKeys, dValues have the
    /// queries' rows too and receive the gradients of each span's last `queryCount` keys: older keys are
    /// constants.  All three are overwritten and have the head strides of their undifferentiated twins.
    package func attentionBackward(
        _ dOutput: Matrix, queries: Matrix, keys: Matrix, values: Matrix, output: Matrix, logSumExp: Matrix,
        spans: AttentionSpans, shape: AttentionShape, dQueries: Matrix, dKeys: Matrix, dValues: Matrix
    ) {
        shape.check(queries: queries, keys: keys, values: values, spans: spans)
        shape.check(
            gradients: [dOutput, output, logSumExp, dQueries, dKeys, dValues], rows: queries.rows)
        uncheckedAttentionBackward(
            dOutput, queries: queries, keys: keys, values: values, output: output, logSumExp: logSumExp,
            spans: spans, shape: shape, dQueries: dQueries, dKeys: dKeys, dValues: dValues)
    }

    // MARK: Edits

    /// x[rows[e]] = β · x[rows[e]] + α · directions[directionOf[e]].  rows are distinct.
    package func edit(
        _ x: Matrix, rows: IndexVector, directions: Matrix, directionOf: IndexVector, alpha: Float,
        beta: Float
    ) {
        x.checkEdits(of: rows, directions: directions, directionOf: directionOf)
        uncheckedEdit(
            x, rows: rows, directions: directions, directionOf: directionOf, alpha: alpha, beta: beta)
    }

    /// dDirections[directionOf[e]] += α · dx[rows[e]], in the order of e, then dx[rows[e]] *= β.
    package func editBackward(
        _ dx: Matrix, rows: IndexVector, dDirections: Matrix, directionOf: IndexVector, alpha: Float,
        beta: Float
    ) {
        dx.checkEdits(of: rows, directions: dDirections, directionOf: directionOf)
        uncheckedEditBackward(
            dx, rows: rows, dDirections: dDirections, directionOf: directionOf, alpha: alpha, beta: beta)
    }

    // MARK: Distributions

    /// y[r] = log Σ exp(logits[r]).  logits [R, V], y [R, 1].
    package func logSumExp(_ logits: Matrix, into y: Matrix) {
        precondition(y.rows == logits.rows && y.columns == 1, "logSumExp: y is [R, 1]")
        uncheckedLogSumExp(logits, into: y)
    }

    /// y[i] = log-softmax(logits[rows[i]])[ids[i]].  y [rows, 1].
    package func logProbabilities(_ logits: Matrix, rows: IndexVector, ids: IndexVector, into y: Matrix) {
        precondition(rows.count == ids.count, "logProbabilities: one id for each row")
        precondition(y.rows == rows.count && y.columns == 1, "logProbabilities: y is [rows, 1]")
        uncheckedLogProbabilities(logits, rows: rows, ids: ids, into: y)
    }

    /// The k most likely tokens of every row, likeliest first (ties: the lower id first; NaN last), and
    /// their log-probabilities.  ids [R · k], values [R, k].
    package func topK(_ logits: Matrix, k: Int, ids: IndexVector, values: Matrix) {
        precondition(k > 0 && k <= logits.columns, "topK: k lies in 1 … V")
        precondition(ids.count == logits.rows * k, "topK: ids are [R · k]")
        precondition(values.rows == logits.rows && values.columns == k, "topK: values are [R, k]")
        uncheckedTopK(logits, k: k, ids: ids, values: values)
    }

    /// The terms of the loss (Semantics.md §6.1) and their gradient.  See `DistributionTerms`.  `values` [R, 3]
    /// receives per row log p(target), log(1 − p(comparator)) and KL(p⁰ ‖ p), 0 where a row has no such term.  With
    /// `gradient`, logits are overwritten by d loss / d logits, where loss = Σ_r −targetWeight[r] ·
    /// values[r, 0] − comparatorWeight[r] · values[r, 1] + divergenceWeight[r] · values[r, 2].
    /// 1 − p(comparator) is the sum of the other probabilities, so that it is exact near p = 1, and not less
    /// than 2⁻¹²⁶ (log: −87.3).  The floor is for the value only: the gradient is that of the unfloored term,
    /// which is bounded by the weight.  A weight of 0 switches a term's gradient off.
    package func distributionTerms(
        _ logits: Matrix, base: Matrix?, terms: DistributionTerms, into values: Matrix, gradient: Bool
    ) {
        terms.check(rows: logits.rows)
        precondition(
            values.rows == logits.rows && values.columns == 3, "distributionTerms: values are [R, 3]")
        precondition(base.map { $0.hasShape(of: logits) } ?? true, "distributionTerms: base is [R, V]")
        uncheckedDistributionTerms(logits, base: base, terms: terms, into: values, gradient: gradient)
    }

    // MARK: Training

    /// One AdamW step (decoupled weight decay), t = `step` counted from 1, on matrices of one shape.
    package func adamW(
        parameters: Matrix, gradients: Matrix, firstMoments: Matrix, secondMoments: Matrix, step: Int,
        options: AdamWOptions
    ) {
        precondition(step >= 1, "adamW: steps are counted from 1")
        for other in [gradients, firstMoments, secondMoments] {
            precondition(other.hasShape(of: parameters), "adamW: different shapes")
        }
        uncheckedAdamW(
            parameters: parameters, gradients: gradients, firstMoments: firstMoments,
            secondMoments: secondMoments, step: step, options: options)
    }
}

extension DistributionTerms {
    /// All vectors have an element for each row of logits.
    fileprivate func check(rows: Int) {
        precondition(
            targets.count == rows && comparators.count == rows, "distributionTerms: one token for each row")
        for weights in [targetWeights, comparatorWeights, divergenceWeights] {
            precondition(
                weights.rows == rows && weights.columns == 1, "distributionTerms: weights are [R, 1]")
        }
    }
}
