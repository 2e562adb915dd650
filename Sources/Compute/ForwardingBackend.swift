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

    package func write(_ values: [Float], into matrix: Matrix) { base.write(values, into: matrix) }

    package func write(_ values: [Int32], into indices: IndexVector) { base.write(values, into: indices) }

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

    package func copy(_ source: Matrix, into destination: Matrix) { base.copy(source, into: destination) }
}

// MARK: - Rows and edits

extension ForwardingBackend {
    package func embed(_ ids: IndexVector, table: Weight, into x: Matrix, accumulate: Bool) {
        base.embed(ids, table: table, into: x, accumulate: accumulate)
    }

    package func gatherRows(_ x: Matrix, _ rows: IndexVector, into y: Matrix) {
        base.gatherRows(x, rows, into: y)
    }

    package func scatterRows(_ y: Matrix, _ rows: IndexVector, into x: Matrix, accumulate: Bool) {
        base.scatterRows(y, rows, into: x, accumulate: accumulate)
    }

    package func meanRows(_ x: Matrix, _ spans: [Range<Int>], into y: Matrix) {
        base.meanRows(x, spans, into: y)
    }

    package func add(_ x: Matrix, scale: Float, into y: Matrix) { base.add(x, scale: scale, into: y) }

    package func scaleRows(_ x: Matrix, by factors: Matrix, into y: Matrix, accumulate: Bool) {
        base.scaleRows(x, by: factors, into: y, accumulate: accumulate)
    }

    package func rowDots(_ a: Matrix, _ b: Matrix, into y: Matrix) { base.rowDots(a, b, into: y) }

    package func columnSums(_ x: Matrix, into y: Matrix, accumulate: Bool) {
        base.columnSums(x, into: y, accumulate: accumulate)
    }

    package func edit(
        _ x: Matrix, rows: IndexVector, directions: Matrix, directionOf: IndexVector, alpha: Float,
        beta: Float
    ) { base.edit(x, rows: rows, directions: directions, directionOf: directionOf, alpha: alpha, beta: beta) }

    package func editBackward(
        _ dx: Matrix, rows: IndexVector, dDirections: Matrix, directionOf: IndexVector, alpha: Float,
        beta: Float
    ) {
        base.editBackward(
            dx, rows: rows, dDirections: dDirections, directionOf: directionOf, alpha: alpha, beta: beta)
    }
}

// MARK: - Products, norms and activations

extension ForwardingBackend {
    package func linear(_ x: Matrix, _ weight: Weight, bias: Matrix?, into y: Matrix, accumulate: Bool) {
        base.linear(x, weight, bias: bias, into: y, accumulate: accumulate)
    }

    package func linearBackward(_ dy: Matrix, _ weight: Weight, into dx: Matrix, accumulate: Bool) {
        base.linearBackward(dy, weight, into: dx, accumulate: accumulate)
    }

    package func outerProduct(_ a: Matrix, _ b: Matrix, into c: Matrix, accumulate: Bool) {
        base.outerProduct(a, b, into: c, accumulate: accumulate)
    }

    package func layerNorm(
        _ x: Matrix, gain: Matrix, bias: Matrix?, epsilon: Float, into y: Matrix, statistics: Matrix?
    ) { base.layerNorm(x, gain: gain, bias: bias, epsilon: epsilon, into: y, statistics: statistics) }

    package func layerNormBackward(
        _ dy: Matrix, x: Matrix, gain: Matrix, statistics: Matrix, into dx: Matrix, accumulate: Bool
    ) {
        base.layerNormBackward(dy, x: x, gain: gain, statistics: statistics, into: dx, accumulate: accumulate)
    }

    package func rmsNorm(_ x: Matrix, gain: Matrix, epsilon: Float, into y: Matrix, statistics: Matrix?) {
        base.rmsNorm(x, gain: gain, epsilon: epsilon, into: y, statistics: statistics)
    }

    package func rmsNormBackward(
        _ dy: Matrix, x: Matrix, gain: Matrix, statistics: Matrix, into dx: Matrix, accumulate: Bool
    ) { base.rmsNormBackward(dy, x: x, gain: gain, statistics: statistics, into: dx, accumulate: accumulate) }

    package func activation(_ kind: Activation, _ x: Matrix, into y: Matrix) {
        base.activation(kind, x, into: y)
    }

    package func activationBackward(_ kind: Activation, _ dy: Matrix, x: Matrix, into dx: Matrix) {
        base.activationBackward(kind, dy, x: x, into: dx)
    }

    package func gatedActivation(_ kind: Activation, gate: Matrix, up: Matrix, into y: Matrix) {
        base.gatedActivation(kind, gate: gate, up: up, into: y)
    }

    package func gatedActivationBackward(
        _ kind: Activation, _ dy: Matrix, gate: Matrix, up: Matrix, dGate: Matrix, dUp: Matrix
    ) { base.gatedActivationBackward(kind, dy, gate: gate, up: up, dGate: dGate, dUp: dUp) }
}

// MARK: - Attention, distributions and training

extension ForwardingBackend {
    package func rotate(
        _ x: Matrix, positions: IndexVector, cosines: Matrix, sines: Matrix, rotary: RotaryShape,
        inverse: Bool
    ) {
        base.rotate(x, positions: positions, cosines: cosines, sines: sines, rotary: rotary, inverse: inverse)
    }

    package func attention(
        queries: Matrix, keys: Matrix, values: Matrix, spans: AttentionSpans, shape: AttentionShape,
        into output: Matrix, logSumExp: Matrix?
    ) {
        base.attention(
            queries: queries, keys: keys, values: values, spans: spans, shape: shape, into: output,
            logSumExp: logSumExp)
    }

    package func attentionBackward(
        _ dOutput: Matrix, queries: Matrix, keys: Matrix, values: Matrix, output: Matrix, logSumExp: Matrix,
        spans: AttentionSpans, shape: AttentionShape, dQueries: Matrix, dKeys: Matrix, dValues: Matrix
    ) {
        base.attentionBackward(
            dOutput, queries: queries, keys: keys, values: values, output: output, logSumExp: logSumExp,
            spans: spans, shape: shape, dQueries: dQueries, dKeys: dKeys, dValues: dValues)
    }

    package func logSumExp(_ logits: Matrix, into y: Matrix) { base.logSumExp(logits, into: y) }

    package func logProbabilities(_ logits: Matrix, rows: IndexVector, ids: IndexVector, into y: Matrix) {
        base.logProbabilities(logits, rows: rows, ids: ids, into: y)
    }

    package func topK(_ logits: Matrix, k: Int, ids: IndexVector, values: Matrix) {
        base.topK(logits, k: k, ids: ids, values: values)
    }

    package func distributionTerms(
        _ logits: Matrix, base: Matrix?, terms: DistributionTerms, into values: Matrix, gradient: Bool
    ) { self.base.distributionTerms(logits, base: base, terms: terms, into: values, gradient: gradient) }

    package func adamW(
        parameters: Matrix, gradients: Matrix, firstMoments: Matrix, secondMoments: Matrix, step: Int,
        options: AdamWOptions
    ) {
        base.adamW(
            parameters: parameters, gradients: gradients, firstMoments: firstMoments,
            secondMoments: secondMoments, step: step, options: options)
    }
}
