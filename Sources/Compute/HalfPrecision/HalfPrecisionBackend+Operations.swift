import CKernels
import Foundation

/// Operations that are one for PyTorch, too: their results are rounded.
extension HalfPrecisionBackend {
    package func uncheckedEmbed(_ ids: IndexVector, table: Weight, into x: Matrix, accumulate: Bool) {
        base.embed(ids, table: table, into: x, accumulate: accumulate)
        round(x)
    }

    package func uncheckedScatterRows(_ y: Matrix, _ rows: IndexVector, into x: Matrix, accumulate: Bool) {
        base.scatterRows(y, rows, into: x, accumulate: accumulate)
        if accumulate { round(x) }
    }

    package func uncheckedMeanRows(_ x: Matrix, _ spans: [Range<Int>], into y: Matrix) {
        guard let processor else {
            base.meanRows(x, spans, into: y)
            round(y)
            return
        }
        processor.split(spans.count, cost: x.columns) { range in
            for index in range {
                let rows = x.rows(spans[index])
                self.kernels.pointee.sum_rows(
                    rows.pointer, x.stride, rows.rows, x.columns, Float(rows.rows), y.row(index))
            }
        }
    }

    package func uncheckedAdd(_ x: Matrix, scale: Float, into y: Matrix) {
        base.add(x, scale: scale, into: y)
        round(y)
    }

    package func uncheckedScaleRows(_ x: Matrix, by factors: Matrix, into y: Matrix, accumulate: Bool) {
        accumulating(accumulate, into: y) { base.scaleRows(x, by: factors, into: $0, accumulate: false) }
    }

    package func uncheckedRowDots(_ a: Matrix, _ b: Matrix, into y: Matrix) {
        base.rowDots(a, b, into: y)
        round(y)
    }

    package func uncheckedColumnSums(_ x: Matrix, into y: Matrix, accumulate: Bool) {
        accumulating(accumulate, into: y) { result in
            guard processor != nil else { return base.columnSums(x, into: result, accumulate: false) }
            kernels.pointee.sum_rows(x.pointer, x.stride, x.rows, x.columns, 1, result.pointer)
        }
    }

    package func uncheckedLinear(
        _ x: Matrix, _ weight: Weight, bias: Matrix?, into y: Matrix, accumulate: Bool
    ) {
        accumulating(accumulate, into: y) { result in
            guard let processor else {
                return base.linear(x, weight, bias: bias, into: result, accumulate: false)
            }
            eachDepth(of: weight.inputs) { depths, accumulate in
                base.linear(
                    x.columns(depths), weight.inputs(depths), bias: nil, into: result, accumulate: accumulate)
            }
            processor.split(result.rows, cost: result.columns) { rows in
                for row in rows {
                    self.kernels.pointee.finish(bias?.pointer, result.row(row), result.columns)
                }
            }
        }
    }

    package func uncheckedLinearBackward(_ dy: Matrix, _ weight: Weight, into dx: Matrix, accumulate: Bool) {
        accumulating(accumulate, into: dx) { result in
            eachDepth(of: weight.outputs) { depths, accumulate in
                base.linearBackward(
                    dy.columns(depths), weight.outputs(depths), into: result, accumulate: accumulate)
            }
        }
    }

    package func uncheckedOuterProduct(_ a: Matrix, _ b: Matrix, into c: Matrix, accumulate: Bool) {
        accumulating(accumulate, into: c) { result in
            eachDepth(of: a.rows) { depths, accumulate in
                base.outerProduct(a.rows(depths), b.rows(depths), into: result, accumulate: accumulate)
            }
        }
    }

    /// Calls `body` with the depths of every chain that PyTorch's products add to those before.
    private func eachDepth(of depth: Int, _ body: (Range<Int>, Bool) -> Void) {
        let step = processor == nil ? max(depth, 1) : ck_half_depth_step(depth)
        for first in stride(from: 0, to: max(depth, 1), by: step) {
            body(first..<min(depth, first + step), first > 0)
        }
    }

    /// The statistics are rounded, too, after they served the forward pass.
    package func uncheckedLayerNorm(
        _ x: Matrix, gain: Matrix, bias: Matrix?, epsilon: Float, into y: Matrix, statistics: Matrix?
    ) {
        guard let processor else {
            base.layerNorm(x, gain: gain, bias: bias, epsilon: epsilon, into: y, statistics: statistics)
            round(y)
            if let statistics { round(statistics) }
            return
        }
        processor.split(x.rows, cost: 4 * x.columns) { rows in
            let first = rows.lowerBound
            self.kernels.pointee.layer_norm(
                x.row(first), x.stride, rows.count, x.columns, gain.pointer, bias?.pointer, epsilon,
                y.row(first), y.stride, statistics?.row(first), statistics?.stride ?? 0)
        }
    }

    package func uncheckedLayerNormBackward(
        _ dy: Matrix, x: Matrix, gain: Matrix, statistics: Matrix, into dx: Matrix, accumulate: Bool
    ) {
        accumulating(accumulate, into: dx) { result in
            guard let processor else {
                return base.layerNormBackward(
                    dy, x: x, gain: gain, statistics: statistics, into: result, accumulate: false)
            }
            processor.split(x.rows, cost: 4 * x.columns) { rows in
                let first = rows.lowerBound
                self.kernels.pointee.layer_norm_backward(
                    dy.row(first), dy.stride, x.row(first), x.stride, rows.count, x.columns,
                    gain.pointer, statistics.row(first), statistics.stride, result.row(first),
                    result.stride)
            }
        }
    }

    package func uncheckedRmsNorm(
        _ x: Matrix, gain: Matrix, epsilon: Float, into y: Matrix, statistics: Matrix?
    ) {
        base.rmsNorm(x, gain: gain, epsilon: epsilon, into: y, statistics: statistics)
        round(y)
    }

    package func uncheckedRmsNormBackward(
        _ dy: Matrix, x: Matrix, gain: Matrix, statistics: Matrix, into dx: Matrix, accumulate: Bool
    ) {
        accumulating(accumulate, into: dx) {
            base.rmsNormBackward(
                dy, x: x, gain: gain, statistics: statistics, into: $0, accumulate: false)
        }
    }

    package func uncheckedRotate(
        _ x: Matrix, positions: IndexVector, cosines: Matrix, sines: Matrix, rotary: RotaryShape,
        inverse: Bool
    ) {
        base.rotate(
            x, positions: positions, cosines: cosines, sines: sines, rotary: rotary, inverse: inverse)
        if !widensScores { round(x) }
    }

    package func uncheckedEdit(
        _ x: Matrix, rows: IndexVector, directions: Matrix, directionOf: IndexVector, alpha: Float,
        beta: Float
    ) {
        base.edit(
            x, rows: rows, directions: directions, directionOf: directionOf, alpha: alpha, beta: beta)
        round(x)
    }

    package func uncheckedEditBackward(
        _ dx: Matrix, rows: IndexVector, dDirections: Matrix, directionOf: IndexVector, alpha: Float,
        beta: Float
    ) {
        base.editBackward(
            dx, rows: rows, dDirections: dDirections, directionOf: directionOf, alpha: alpha, beta: beta)
        round(dDirections)
        if beta != 1 { round(dx) }
    }

    package func uncheckedLogSumExp(_ logits: Matrix, into y: Matrix) {
        base.logSumExp(logits, into: y)
        round(y)
    }

    package func uncheckedLogProbabilities(
        _ logits: Matrix, rows: IndexVector, ids: IndexVector, into y: Matrix
    ) {
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
