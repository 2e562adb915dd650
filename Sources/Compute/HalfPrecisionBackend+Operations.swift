import CKernels
import Foundation

/// Operations that are one for PyTorch, too: their results are rounded.
extension HalfPrecisionBackend {
    package func embed(_ ids: IndexVector, table: Weight, into x: Matrix, accumulate: Bool) {
        base.embed(ids, table: table, into: x, accumulate: accumulate)
        round(x)
    }

    package func scatterRows(_ y: Matrix, _ rows: IndexVector, into x: Matrix, accumulate: Bool) {
        base.scatterRows(y, rows, into: x, accumulate: accumulate)
        if accumulate { round(x) }
    }

    package func meanRows(_ x: Matrix, _ spans: [Range<Int>], into y: Matrix) {
        base.meanRows(x, spans, into: y)
        round(y)
    }

    package func add(_ x: Matrix, scale: Float, into y: Matrix) {
        base.add(x, scale: scale, into: y)
        round(y)
    }

    package func scaleRows(_ x: Matrix, by factors: Matrix, into y: Matrix, accumulate: Bool) {
        accumulating(accumulate, into: y) { base.scaleRows(x, by: factors, into: $0, accumulate: false) }
    }

    package func rowDots(_ a: Matrix, _ b: Matrix, into y: Matrix) {
        base.rowDots(a, b, into: y)
        round(y)
    }

    package func columnSums(_ x: Matrix, into y: Matrix, accumulate: Bool) {
        accumulating(accumulate, into: y) { base.columnSums(x, into: $0, accumulate: false) }
    }

    package func linear(_ x: Matrix, _ weight: Weight, bias: Matrix?, into y: Matrix, accumulate: Bool) {
        accumulating(accumulate, into: y) {
            base.linear(x, weight, bias: bias, into: $0, accumulate: false)
        }
    }

    package func linearBackward(_ dy: Matrix, _ weight: Weight, into dx: Matrix, accumulate: Bool) {
        accumulating(accumulate, into: dx) { base.linearBackward(dy, weight, into: $0, accumulate: false) }
    }

    package func outerProduct(_ a: Matrix, _ b: Matrix, into c: Matrix, accumulate: Bool) {
        accumulating(accumulate, into: c) { base.outerProduct(a, b, into: $0, accumulate: false) }
    }

    /// The statistics are rounded, too, after they served the forward pass.
    package func layerNorm(
        _ x: Matrix, gain: Matrix, bias: Matrix?, epsilon: Float, into y: Matrix, statistics: Matrix?
    ) {
        base.layerNorm(x, gain: gain, bias: bias, epsilon: epsilon, into: y, statistics: statistics)
        round(y)
        if let statistics { round(statistics) }
    }

    package func layerNormBackward(
        _ dy: Matrix, x: Matrix, gain: Matrix, statistics: Matrix, into dx: Matrix, accumulate: Bool
    ) {
        accumulating(accumulate, into: dx) {
            base.layerNormBackward(
                dy, x: x, gain: gain, statistics: statistics, into: $0, accumulate: false)
        }
    }

    package func rmsNorm(_ x: Matrix, gain: Matrix, epsilon: Float, into y: Matrix, statistics: Matrix?) {
        base.rmsNorm(x, gain: gain, epsilon: epsilon, into: y, statistics: statistics)
        round(y)
    }

    package func rmsNormBackward(
        _ dy: Matrix, x: Matrix, gain: Matrix, statistics: Matrix, into dx: Matrix, accumulate: Bool
    ) {
        accumulating(accumulate, into: dx) {
            base.rmsNormBackward(
                dy, x: x, gain: gain, statistics: statistics, into: $0, accumulate: false)
        }
    }

    package func rotate(
        _ x: Matrix, positions: IndexVector, cosines: Matrix, sines: Matrix, rotary: RotaryShape,
        inverse: Bool
    ) {
        base.rotate(
            x, positions: positions, cosines: cosines, sines: sines, rotary: rotary, inverse: inverse)
        if !widensScores { round(x) }
    }

    package func edit(
        _ x: Matrix, rows: IndexVector, directions: Matrix, directionOf: IndexVector, alpha: Float,
        beta: Float
    ) {
        base.edit(
            x, rows: rows, directions: directions, directionOf: directionOf, alpha: alpha, beta: beta)
        round(x)
    }

    package func editBackward(
        _ dx: Matrix, rows: IndexVector, dDirections: Matrix, directionOf: IndexVector, alpha: Float,
        beta: Float
    ) {
        base.editBackward(
            dx, rows: rows, dDirections: dDirections, directionOf: directionOf, alpha: alpha, beta: beta)
        round(dDirections)
        if beta != 1 { round(dx) }
    }

    package func logSumExp(_ logits: Matrix, into y: Matrix) {
        base.logSumExp(logits, into: y)
        round(y)
    }

    package func logProbabilities(_ logits: Matrix, rows: IndexVector, ids: IndexVector, into y: Matrix) {
        base.logProbabilities(logits, rows: rows, ids: ids, into: y)
        round(y)
    }

    /// y = the rounded result of `body`, or y + that, rounded again.
    private func accumulating(_ accumulate: Bool, into y: Matrix, _ body: (Matrix) -> Void) {
        guard accumulate else {
            body(y)
            round(y)
            return
        }
        withMatrix(like: y) { result in
            body(result)
            round(result)
            base.add(result, scale: 1, into: y)
            round(y)
        }
    }
}
