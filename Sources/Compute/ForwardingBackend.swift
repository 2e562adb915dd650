/// A backend that leaves to another, on whose matrices it works, what it does not do itself.
package protocol ForwardingBackend: ComputeBackend {
    var base: any ComputeBackend { get }
}

// MARK: - Memory

extension ForwardingBackend {
    package var deviceDescription: String { base.deviceDescription }

    package func deviceMemory() throws -> DeviceMemory { try base.deviceMemory() }

    package var workspaceBytes: Int { base.workspaceBytes }

    package func makeMatrix(rows: Int, columns: Int) throws -> Matrix {
        try base.makeMatrix(rows: rows, columns: columns)
    }

    package func makeIndices(_ values: [Int32]) throws -> IndexVector { try base.makeIndices(values) }

    package func makeSpans(_ spans: [AttentionSpan]) throws -> AttentionSpans { try base.makeSpans(spans) }

    package func makeWeight(_ stored: Weight) throws -> Weight { try base.makeWeight(stored) }

    package func uncheckedWrite(_ values: [Float], into matrix: Matrix) {
        base.uncheckedWrite(values, into: matrix)
    }

    package func uncheckedWrite(_ values: [Int32], into indices: IndexVector) {
        base.uncheckedWrite(values, into: indices)
    }

    package func rewrite(_ old: AttentionSpans, with spans: [AttentionSpan]) -> AttentionSpans {
        base.rewrite(old, with: spans)
    }

    /// Failures of this backend are thrown first, here and below.
    package func read(_ matrix: Matrix) throws -> [Float] {
        try throwFailure()
        return try base.read(matrix)
    }

    package func read(_ indices: IndexVector) throws -> [Int32] {
        try throwFailure()
        return try base.read(indices)
    }

    package func synchronize() throws {
        try throwFailure()
        try base.synchronize()
    }

    package func throwFailure() throws { try base.throwFailure() }

    package func record(_ operations: () throws -> Void) throws -> (any RecordedOperations)? {
        try base.record(operations)
    }

    package func fill(_ matrix: Matrix, with value: Float) { base.fill(matrix, with: value) }

    package func uncheckedCopy(_ source: Matrix, into destination: Matrix) {
        base.uncheckedCopy(source, into: destination)
    }
}

// MARK: - Rows and edits

extension ForwardingBackend {
    package func uncheckedEmbed(_ ids: IndexVector, table: Weight, into x: Matrix, accumulate: Bool) {
        base.uncheckedEmbed(ids, table: table, into: x, accumulate: accumulate)
    }

    package func uncheckedGatherRows(_ x: Matrix, _ rows: IndexVector, into y: Matrix) {
        base.uncheckedGatherRows(x, rows, into: y)
    }

    package func uncheckedScatterRows(_ y: Matrix, _ rows: IndexVector, into x: Matrix, accumulate: Bool) {
        base.uncheckedScatterRows(y, rows, into: x, accumulate: accumulate)
    }

    package func uncheckedMeanRows(_ x: Matrix, _ spans: [Range<Int>], into y: Matrix) {
        base.uncheckedMeanRows(x, spans, into: y)
    }

    package func uncheckedAdd(_ x: Matrix, scale: Float, into y: Matrix) {
        base.uncheckedAdd(x, scale: scale, into: y)
    }

    package func uncheckedScaleRows(_ x: Matrix, by factors: Matrix, into y: Matrix, accumulate: Bool) {
        base.uncheckedScaleRows(x, by: factors, into: y, accumulate: accumulate)
    }

    package func uncheckedRowDots(_ a: Matrix, _ b: Matrix, into y: Matrix) {
        base.uncheckedRowDots(a, b, into: y)
    }

    package func uncheckedColumnSums(_ x: Matrix, into y: Matrix, accumulate: Bool) {
        base.uncheckedColumnSums(x, into: y, accumulate: accumulate)
    }

    package func uncheckedEdit(
        _ x: Matrix, rows: IndexVector, directions: Matrix, directionOf: IndexVector, alpha: Float,
        beta: Float
    ) {
        base.uncheckedEdit(
            x, rows: rows, directions: directions, directionOf: directionOf, alpha: alpha, beta: beta)
    }

    package func uncheckedEditBackward(
        _ dx: Matrix, rows: IndexVector, dDirections: Matrix, directionOf: IndexVector, alpha: Float,
        beta: Float
    ) {
        base.uncheckedEditBackward(
            dx, rows: rows, dDirections: dDirections, directionOf: directionOf, alpha: alpha, beta: beta)
    }
}

// MARK: - Products, norms and activations

extension ForwardingBackend {
    package func uncheckedLinear(
        _ x: Matrix, _ weight: Weight, bias: Matrix?, into y: Matrix, accumulate: Bool
    ) {
        base.uncheckedLinear(x, weight, bias: bias, into: y, accumulate: accumulate)
    }

    package func uncheckedLinearBackward(_ dy: Matrix, _ weight: Weight, into dx: Matrix, accumulate: Bool) {
        base.uncheckedLinearBackward(dy, weight, into: dx, accumulate: accumulate)
    }

    package func uncheckedOuterProduct(_ a: Matrix, _ b: Matrix, into c: Matrix, accumulate: Bool) {
        base.uncheckedOuterProduct(a, b, into: c, accumulate: accumulate)
    }

    package func uncheckedLayerNorm(
        _ x: Matrix, gain: Matrix, bias: Matrix?, epsilon: Float, into y: Matrix, statistics: Matrix?
    ) {
        base.uncheckedLayerNorm(x, gain: gain, bias: bias, epsilon: epsilon, into: y, statistics: statistics)
    }

    package func uncheckedLayerNormBackward(
        _ dy: Matrix, x: Matrix, gain: Matrix, statistics: Matrix, into dx: Matrix, accumulate: Bool
    ) {
        base.uncheckedLayerNormBackward(
            dy, x: x, gain: gain, statistics: statistics, into: dx, accumulate: accumulate)
    }

    package func uncheckedRmsNorm(
        _ x: Matrix, gain: Matrix, epsilon: Float, into y: Matrix, statistics: Matrix?
    ) {
        base.uncheckedRmsNorm(x, gain: gain, epsilon: epsilon, into: y, statistics: statistics)
    }

    package func uncheckedRmsNormBackward(
        _ dy: Matrix, x: Matrix, gain: Matrix, statistics: Matrix, into dx: Matrix, accumulate: Bool
    ) {
        base.uncheckedRmsNormBackward(
            dy, x: x, gain: gain, statistics: statistics, into: dx, accumulate: accumulate)
    }

    package func uncheckedActivation(_ kind: Activation, _ x: Matrix, into y: Matrix) {
        base.uncheckedActivation(kind, x, into: y)
    }

    package func uncheckedActivationBackward(_ kind: Activation, _ dy: Matrix, x: Matrix, into dx: Matrix) {
        base.uncheckedActivationBackward(kind, dy, x: x, into: dx)
    }

    package func uncheckedGatedActivation(_ kind: Activation, gate: Matrix, up: Matrix, into y: Matrix) {
        base.uncheckedGatedActivation(kind, gate: gate, up: up, into: y)
    }

    package func uncheckedGatedActivationBackward(
        _ kind: Activation, _ dy: Matrix, gate: Matrix, up: Matrix, dGate: Matrix, dUp: Matrix
    ) { base.uncheckedGatedActivationBackward(kind, dy, gate: gate, up: up, dGate: dGate, dUp: dUp) }
}

// MARK: - Attention, distributions and training

extension ForwardingBackend {
    package func uncheckedRotate(
        _ x: Matrix, positions: IndexVector, cosines: Matrix, sines: Matrix, rotary: RotaryShape,
        inverse: Bool
    ) {
        base.uncheckedRotate(
            x, positions: positions, cosines: cosines, sines: sines, rotary: rotary, inverse: inverse)
    }

    package func uncheckedAttention(
        queries: Matrix, keys: Matrix, values: Matrix, spans: AttentionSpans, shape: AttentionShape,
        into output: Matrix, logSumExp: Matrix?
    ) {
        base.uncheckedAttention(
            queries: queries, keys: keys, values: values, spans: spans, shape: shape, into: output,
            logSumExp: logSumExp)
    }

    package func uncheckedAttentionBackward(
        _ dOutput: Matrix, queries: Matrix, keys: Matrix, values: Matrix, output: Matrix, logSumExp: Matrix,
        spans: AttentionSpans, shape: AttentionShape, dQueries: Matrix, dKeys: Matrix, dValues: Matrix
    ) {
        base.uncheckedAttentionBackward(
            dOutput, queries: queries, keys: keys, values: values, output: output, logSumExp: logSumExp,
            spans: spans, shape: shape, dQueries: dQueries, dKeys: dKeys, dValues: dValues)
    }

    package func uncheckedLogSumExp(_ logits: Matrix, into y: Matrix) {
        base.uncheckedLogSumExp(logits, into: y)
    }

    package func uncheckedLogProbabilities(
        _ logits: Matrix, rows: IndexVector, ids: IndexVector, into y: Matrix
    ) {
        base.uncheckedLogProbabilities(logits, rows: rows, ids: ids, into: y)
    }

    package func uncheckedTopK(_ logits: Matrix, k: Int, ids: IndexVector, values: Matrix) {
        base.uncheckedTopK(logits, k: k, ids: ids, values: values)
    }

    package func uncheckedDistributionTerms(
        _ logits: Matrix, base: Matrix?, terms: DistributionTerms, into values: Matrix, gradient: Bool
    ) {
        self.base.uncheckedDistributionTerms(
            logits, base: base, terms: terms, into: values, gradient: gradient)
    }

    package func uncheckedAdamW(
        parameters: Matrix, gradients: Matrix, firstMoments: Matrix, secondMoments: Matrix, step: Int,
        options: AdamWOptions
    ) {
        base.uncheckedAdamW(
            parameters: parameters, gradients: gradients, firstMoments: firstMoments,
            secondMoments: secondMoments, step: step, options: options)
    }
}
