/// Nothing is computed; some operations take memory while they run.
extension PlannedDevice {
    package func write(_ values: [Float], into matrix: Matrix) {}
    package func write(_ values: [Int32], into indices: IndexVector) {}
    package func fill(_ matrix: Matrix, with value: Float) {}
    package func copy(_ source: Matrix, into destination: Matrix) {}
    package func embed(_ ids: IndexVector, table: Weight, into x: Matrix, accumulate: Bool) {}
    package func gatherRows(_ x: Matrix, _ rows: IndexVector, into y: Matrix) {}
    package func scatterRows(_ y: Matrix, _ rows: IndexVector, into x: Matrix, accumulate: Bool) {}
    package func meanRows(_ x: Matrix, _ spans: [Range<Int>], into y: Matrix) {
        touch(2 * spans.count * MemoryLayout<Int32>.stride)
    }
    package func add(_ x: Matrix, scale: Float, into y: Matrix) {}
    package func scaleRows(_ x: Matrix, by factors: Matrix, into y: Matrix, accumulate: Bool) {}
    package func rowDots(_ a: Matrix, _ b: Matrix, into y: Matrix) {}
    package func columnSums(_ x: Matrix, into y: Matrix, accumulate: Bool) {}
    package func linear(_ x: Matrix, _ weight: Weight, bias: Matrix?, into y: Matrix, accumulate: Bool) {}
    package func linearBackward(_ dy: Matrix, _ weight: Weight, into dx: Matrix, accumulate: Bool) {}
    package func outerProduct(_ a: Matrix, _ b: Matrix, into c: Matrix, accumulate: Bool) {}
    package func layerNorm(
        _ x: Matrix, gain: Matrix, bias: Matrix?, epsilon: Float, into y: Matrix, statistics: Matrix?
    ) {}
    package func layerNormBackward(
        _ dy: Matrix, x: Matrix, gain: Matrix, statistics: Matrix, into dx: Matrix, accumulate: Bool
    ) {}
    package func rmsNorm(_ x: Matrix, gain: Matrix, epsilon: Float, into y: Matrix, statistics: Matrix?) {}
    package func rmsNormBackward(
        _ dy: Matrix, x: Matrix, gain: Matrix, statistics: Matrix, into dx: Matrix, accumulate: Bool
    ) {}
    package func activation(_ kind: Activation, _ x: Matrix, into y: Matrix) {}
    package func activationBackward(_ kind: Activation, _ dy: Matrix, x: Matrix, into dx: Matrix) {}
    package func gatedActivation(_ kind: Activation, gate: Matrix, up: Matrix, into y: Matrix) {}
    package func gatedActivationBackward(
        _ kind: Activation, _ dy: Matrix, gate: Matrix, up: Matrix, dGate: Matrix, dUp: Matrix
    ) {}
    package func rotate(
        _ x: Matrix, positions: IndexVector, cosines: Matrix, sines: Matrix, rotary: RotaryShape,
        inverse: Bool
    ) {}
    package func attention(
        queries: Matrix, keys: Matrix, values: Matrix, spans: AttentionSpans, shape: AttentionShape,
        into output: Matrix, logSumExp: Matrix?
    ) {}
    package func attentionBackward(
        _ dOutput: Matrix, queries: Matrix, keys: Matrix, values: Matrix, output: Matrix, logSumExp: Matrix,
        spans: AttentionSpans, shape: AttentionShape, dQueries: Matrix, dKeys: Matrix, dValues: Matrix
    ) { touch(queries.rows * shape.heads * MemoryLayout<Float>.stride) }
    package func edit(
        _ x: Matrix, rows: IndexVector, directions: Matrix, directionOf: IndexVector, alpha: Float,
        beta: Float
    ) {}
    package func editBackward(
        _ dx: Matrix, rows: IndexVector, dDirections: Matrix, directionOf: IndexVector, alpha: Float,
        beta: Float
    ) {}
    package func logSumExp(_ logits: Matrix, into y: Matrix) {}
    package func logProbabilities(_ logits: Matrix, rows: IndexVector, ids: IndexVector, into y: Matrix) {}
    package func topK(_ logits: Matrix, k: Int, ids: IndexVector, values: Matrix) {}
    package func distributionTerms(
        _ logits: Matrix, base: Matrix?, terms: DistributionTerms, into values: Matrix, gradient: Bool
    ) {}
    package func adamW(
        parameters: Matrix, gradients: Matrix, firstMoments: Matrix, secondMoments: Matrix, step: Int,
        options: AdamWOptions
    ) {}
}
