@testable import Compute

/// A processor on which one operation makes a mistake: the last element of what it gives is a little off.
final class FaultyBackend: Sendable {
    let backend = CPUBackend(threads: 1)
    /// The name of the operation.
    let fault: String

    init(fault: String) { self.fault = fault }

    func spoil(_ operation: String, _ matrix: Matrix) {
        guard operation == fault, matrix.rows > 0, matrix.columns > 0 else { return }
        let place = matrix.row(matrix.rows - 1) + matrix.columns - 1
        place.pointee += max(1, abs(place.pointee)) / 128
    }
}

extension FaultyBackend {
    var deviceDescription: String { "faulty" }

    func deviceMemory() throws -> DeviceMemory { backend.deviceMemory() }

    func makeMatrix(rows: Int, columns: Int) throws -> Matrix {
        try backend.makeMatrix(rows: rows, columns: columns)
    }

    func makeIndices(_ values: [Int32]) throws -> IndexVector { try backend.makeIndices(values) }

    func makeSpans(_ spans: [AttentionSpan]) throws -> AttentionSpans { try backend.makeSpans(spans) }

    func makeWeight(_ stored: Weight) throws -> Weight { try backend.makeWeight(stored) }

    func uncheckedWrite(_ values: [Float], into matrix: Matrix) {
        backend.write(values, into: matrix)
        spoil("write", matrix)
    }

    func uncheckedWrite(_ values: [Int32], into indices: IndexVector) { backend.write(values, into: indices) }

    func rewrite(_ old: AttentionSpans, with spans: [AttentionSpan]) -> AttentionSpans {
        fault == "rewrite" ? old : backend.rewrite(old, with: spans)
    }

    func read(_ matrix: Matrix) throws -> [Float] {
        try synchronize()
        return try backend.read(matrix)
    }

    func read(_ indices: IndexVector) throws -> [Int32] { try backend.read(indices) }

    func synchronize() throws {
        if fault == "synchronize" {
            throw ComputeError.operationFailed(device: "faulty", reason: "It is broken.")
        }
    }

    func throwFailure() throws { try backend.throwFailure() }

    func record(_ operations: () throws -> Void) throws -> (any RecordedOperations)? {
        try operations()
        return fault == "record" ? Forgotten() : nil
    }

    /// Operations that are not run again.
    private final class Forgotten: RecordedOperations {
        func replay() {}
    }
}

extension FaultyBackend: ComputeBackend {
    func fill(_ matrix: Matrix, with value: Float) {
        backend.fill(matrix, with: value)
        spoil("fill", matrix)
    }

    func uncheckedCopy(_ source: Matrix, into destination: Matrix) {
        backend.copy(source, into: destination)
        spoil("copy", destination)
    }

    func uncheckedEmbed(_ ids: IndexVector, table: Weight, into x: Matrix, accumulate: Bool) {
        backend.embed(ids, table: table, into: x, accumulate: accumulate)
        spoil("embed", x)
    }

    func uncheckedGatherRows(_ x: Matrix, _ rows: IndexVector, into y: Matrix) {
        backend.gatherRows(x, rows, into: y)
        spoil("gatherRows", y)
    }

    func uncheckedScatterRows(_ y: Matrix, _ rows: IndexVector, into x: Matrix, accumulate: Bool) {
        backend.scatterRows(y, rows, into: x, accumulate: accumulate)
        spoil("scatterRows", x)
    }

    func uncheckedMeanRows(_ x: Matrix, _ spans: [Range<Int>], into y: Matrix) {
        backend.meanRows(x, spans, into: y)
        spoil("meanRows", y)
    }

    func uncheckedAdd(_ x: Matrix, scale: Float, into y: Matrix) {
        backend.add(x, scale: scale, into: y)
        spoil("add", y)
    }

    func uncheckedScaleRows(_ x: Matrix, by factors: Matrix, into y: Matrix, accumulate: Bool) {
        backend.scaleRows(x, by: factors, into: y, accumulate: accumulate)
        spoil("scaleRows", y)
    }

    func uncheckedRowDots(_ a: Matrix, _ b: Matrix, into y: Matrix) {
        backend.rowDots(a, b, into: y)
        spoil("rowDots", y)
    }

    func uncheckedColumnSums(_ x: Matrix, into y: Matrix, accumulate: Bool) {
        backend.columnSums(x, into: y, accumulate: accumulate)
        spoil("columnSums", y)
    }

    func uncheckedLinear(_ x: Matrix, _ weight: Weight, bias: Matrix?, into y: Matrix, accumulate: Bool) {
        backend.linear(x, weight, bias: bias, into: y, accumulate: accumulate)
        spoil("linear", y)
    }

    func uncheckedLinearBackward(_ dy: Matrix, _ weight: Weight, into dx: Matrix, accumulate: Bool) {
        backend.linearBackward(dy, weight, into: dx, accumulate: accumulate)
        spoil("linearBackward", dx)
    }

    func uncheckedOuterProduct(_ a: Matrix, _ b: Matrix, into c: Matrix, accumulate: Bool) {
        backend.outerProduct(a, b, into: c, accumulate: accumulate)
        spoil("outerProduct", c)
    }

    func uncheckedLayerNorm(
        _ x: Matrix, gain: Matrix, bias: Matrix?, epsilon: Float, into y: Matrix, statistics: Matrix?
    ) {
        backend.layerNorm(x, gain: gain, bias: bias, epsilon: epsilon, into: y, statistics: statistics)
        spoil("layerNorm", y)
    }

    func uncheckedLayerNormBackward(
        _ dy: Matrix, x: Matrix, gain: Matrix, statistics: Matrix, into dx: Matrix, accumulate: Bool
    ) {
        backend.layerNormBackward(
            dy, x: x, gain: gain, statistics: statistics, into: dx, accumulate: accumulate)
        spoil("layerNormBackward", dx)
    }

    func uncheckedRmsNorm(_ x: Matrix, gain: Matrix, epsilon: Float, into y: Matrix, statistics: Matrix?) {
        backend.rmsNorm(x, gain: gain, epsilon: epsilon, into: y, statistics: statistics)
        spoil("rmsNorm", y)
    }

    func uncheckedRmsNormBackward(
        _ dy: Matrix, x: Matrix, gain: Matrix, statistics: Matrix, into dx: Matrix, accumulate: Bool
    ) {
        backend.rmsNormBackward(
            dy, x: x, gain: gain, statistics: statistics, into: dx, accumulate: accumulate)
        spoil("rmsNormBackward", dx)
    }

    func uncheckedActivation(_ kind: Activation, _ x: Matrix, into y: Matrix) {
        backend.activation(kind, x, into: y)
        spoil("activation", y)
    }

    func uncheckedActivationBackward(_ kind: Activation, _ dy: Matrix, x: Matrix, into dx: Matrix) {
        backend.activationBackward(kind, dy, x: x, into: dx)
        spoil("activationBackward", dx)
    }

    func uncheckedGatedActivation(_ kind: Activation, gate: Matrix, up: Matrix, into y: Matrix) {
        backend.gatedActivation(kind, gate: gate, up: up, into: y)
        spoil("gatedActivation", y)
    }

    func uncheckedGatedActivationBackward(
        _ kind: Activation, _ dy: Matrix, gate: Matrix, up: Matrix, dGate: Matrix, dUp: Matrix
    ) {
        backend.gatedActivationBackward(kind, dy, gate: gate, up: up, dGate: dGate, dUp: dUp)
        spoil("gatedActivationBackward", dUp)
    }

    func uncheckedRotate(
        _ x: Matrix, positions: IndexVector, cosines: Matrix, sines: Matrix, rotary: RotaryShape,
        inverse: Bool
    ) {
        backend.rotate(
            x, positions: positions, cosines: cosines, sines: sines, rotary: rotary, inverse: inverse)
        spoil("rotate", x)
    }

    func uncheckedAttention(
        queries: Matrix, keys: Matrix, values: Matrix, spans: AttentionSpans, shape: AttentionShape,
        into output: Matrix, logSumExp: Matrix?
    ) {
        backend.attention(
            queries: queries, keys: keys, values: values, spans: spans, shape: shape, into: output,
            logSumExp: logSumExp)
        spoil("attention", output)
    }

    func uncheckedAttentionBackward(
        _ dOutput: Matrix, queries: Matrix, keys: Matrix, values: Matrix, output: Matrix, logSumExp: Matrix,
        spans: AttentionSpans, shape: AttentionShape, dQueries: Matrix, dKeys: Matrix, dValues: Matrix
    ) {
        backend.attentionBackward(
            dOutput, queries: queries, keys: keys, values: values, output: output, logSumExp: logSumExp,
            spans: spans, shape: shape, dQueries: dQueries, dKeys: dKeys, dValues: dValues)
        spoil("attentionBackward", dValues)
    }

    func uncheckedEdit(
        _ x: Matrix, rows: IndexVector, directions: Matrix, directionOf: IndexVector, alpha: Float,
        beta: Float
    ) {
        backend.edit(
            x, rows: rows, directions: directions, directionOf: directionOf, alpha: alpha, beta: beta)
        spoil("edit", x)
    }

    func uncheckedEditBackward(
        _ dx: Matrix, rows: IndexVector, dDirections: Matrix, directionOf: IndexVector, alpha: Float,
        beta: Float
    ) {
        backend.editBackward(
            dx, rows: rows, dDirections: dDirections, directionOf: directionOf, alpha: alpha, beta: beta)
        spoil("editBackward", dDirections)
    }

    func uncheckedLogSumExp(_ logits: Matrix, into y: Matrix) {
        backend.logSumExp(logits, into: y)
        spoil("logSumExp", y)
    }

    func uncheckedLogProbabilities(_ logits: Matrix, rows: IndexVector, ids: IndexVector, into y: Matrix) {
        backend.logProbabilities(logits, rows: rows, ids: ids, into: y)
        spoil("logProbabilities", y)
    }

    func uncheckedTopK(_ logits: Matrix, k: Int, ids: IndexVector, values: Matrix) {
        backend.topK(logits, k: k, ids: ids, values: values)
        spoil("topK", values)
    }

    func uncheckedDistributionTerms(
        _ logits: Matrix, base: Matrix?, terms: DistributionTerms, into values: Matrix, gradient: Bool
    ) {
        backend.distributionTerms(logits, base: base, terms: terms, into: values, gradient: gradient)
        spoil("distributionTerms", values)
    }

    func uncheckedAdamW(
        parameters: Matrix, gradients: Matrix, firstMoments: Matrix, secondMoments: Matrix, step: Int,
        options: AdamWOptions
    ) {
        backend.adamW(
            parameters: parameters, gradients: gradients, firstMoments: firstMoments,
            secondMoments: secondMoments, step: step, options: options)
        spoil("adamW", secondMoments)
    }
}
