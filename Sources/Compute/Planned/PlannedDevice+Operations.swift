/// Nothing is computed; some operations take memory while they run.
extension PlannedDevice {
    package func uncheckedWrite(_ values: [Float], into matrix: Matrix) {}
    package func uncheckedWrite(_ values: [Int32], into indices: IndexVector) {}
    package func fill(_ matrix: Matrix, with value: Float) {}
    package func uncheckedCopy(_ source: Matrix, into destination: Matrix) {}
    package func uncheckedEmbed(_ ids: IndexVector, table: Weight, into x: Matrix, accumulate: Bool) {}
    package func uncheckedGatherRows(_ x: Matrix, _ rows: IndexVector, into y: Matrix) {}
    package func uncheckedScatterRows(_ y: Matrix, _ rows: IndexVector, into x: Matrix, accumulate: Bool) {}
    package func uncheckedMeanRows(_ x: Matrix, _ spans: [Range<Int>], into y: Matrix) {
        touch(2 * spans.count * MemoryLayout<Int32>.stride)
    }
    package func uncheckedAdd(_ x: Matrix, scale: Float, into y: Matrix) {}
    package func uncheckedScaleRows(_ x: Matrix, by factors: Matrix, into y: Matrix, accumulate: Bool) {}
    package func uncheckedRowDots(_ a: Matrix, _ b: Matrix, into y: Matrix) {}
    package func uncheckedColumnSums(_ x: Matrix, into y: Matrix, accumulate: Bool) {}
    package func uncheckedLinear(
        _ x: Matrix, _ weight: Weight, bias: Matrix?, into y: Matrix, accumulate: Bool
    ) {}
    package func uncheckedLinearBackward(_ dy: Matrix, _ weight: Weight, into dx: Matrix, accumulate: Bool) {}
    package func uncheckedOuterProduct(_ a: Matrix, _ b: Matrix, into c: Matrix, accumulate: Bool) {}
    package func uncheckedLayerNorm(
        _ x: Matrix, gain: Matrix, bias: Matrix?, epsilon: Float, into y: Matrix, statistics: Matrix?
    ) {}
    package func uncheckedLayerNormBackward(
        _ dy: Matrix, x: Matrix, gain: Matrix, statistics: Matrix, into dx: Matrix, accumulate: Bool
    ) {}
    package func uncheckedRmsNorm(
        _ x: Matrix, gain: Matrix, epsilon: Float, into y: Matrix, statistics: Matrix?
    ) {}
    package func uncheckedRmsNormBackward(
        _ dy: Matrix, x: Matrix, gain: Matrix, statistics: Matrix, into dx: Matrix, accumulate: Bool
    ) {}
    package func uncheckedActivation(_ kind: Activation, _ x: Matrix, into y: Matrix) {}
    package func uncheckedActivationBackward(_ kind: Activation, _ dy: Matrix, x: Matrix, into dx: Matrix) {}
    package func uncheckedGatedActivation(_ kind: Activation, gate: Matrix, up: Matrix, into y: Matrix) {}
    package func uncheckedGatedActivationBackward(
        _ kind: Activation, _ dy: Matrix, gate: Matrix, up: Matrix, dGate: Matrix, dUp: Matrix
    ) {}
    package func uncheckedRotate(
        _ x: Matrix, positions: IndexVector, cosines: Matrix, sines: Matrix, rotary: RotaryShape,
        inverse: Bool
    ) {}
    package func uncheckedAttention(
        queries: Matrix, keys: Matrix, values: Matrix, spans: AttentionSpans, shape: AttentionShape,
        into output: Matrix, logSumExp: Matrix?
    ) {}
    package func uncheckedAttentionBackward(
        _ dOutput: Matrix, queries: Matrix, keys: Matrix, values: Matrix, output: Matrix, logSumExp: Matrix,
        spans: AttentionSpans, shape: AttentionShape, dQueries: Matrix, dKeys: Matrix, dValues: Matrix
    ) { touch(queries.rows * shape.heads * MemoryLayout<Float>.stride) }
    package func uncheckedEdit(
        _ x: Matrix, rows: IndexVector, directions: Matrix, directionOf: IndexVector, alpha: Float,
        beta: Float
    ) {}
    package func uncheckedEditBackward(
        _ dx: Matrix, rows: IndexVector, dDirections: Matrix, directionOf: IndexVector, alpha: Float,
        beta: Float
    ) {}
    package func uncheckedLogSumExp(_ logits: Matrix, into y: Matrix) {}
    package func uncheckedLogProbabilities(
        _ logits: Matrix, rows: IndexVector, ids: IndexVector, into y: Matrix
    ) {}
    package func uncheckedTopK(_ logits: Matrix, k: Int, ids: IndexVector, values: Matrix) {}
    package func uncheckedDistributionTerms(
        _ logits: Matrix, base: Matrix?, terms: DistributionTerms, into values: Matrix, gradient: Bool
    ) {}
    package func uncheckedAdamW(
        parameters: Matrix, gradients: Matrix, firstMoments: Matrix, secondMoments: Matrix, step: Int,
        options: AdamWOptions
    ) {}
}
