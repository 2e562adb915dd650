import CKernels

extension CPUBackend {
    package func layerNorm(
        _ x: Matrix, gain: Matrix, bias: Matrix?, epsilon: Float, into y: Matrix, statistics: Matrix?
    ) {
        x.checkNorm(into: y, gain: gain, statistics: statistics, width: 2)
        precondition(
            bias.map { $0.rows == 1 && $0.columns == x.columns } ?? true, "layerNorm: bias is [1, D]")
        split(x.rows, cost: x.columns) { rows in
            let first = rows.lowerBound
            self.kernels.pointee.layer_norm(
                x.row(first), x.stride, rows.count, x.columns, gain.pointer, bias?.pointer, epsilon,
                y.row(first), y.stride, statistics?.row(first), statistics?.stride ?? 0)
        }
    }

    package func layerNormBackward(
        _ dy: Matrix, x: Matrix, gain: Matrix, statistics: Matrix, into dx: Matrix, accumulate: Bool
    ) {
        x.checkNorm(into: dx, gain: gain, statistics: statistics, width: 2)
        precondition(dy.hasShape(of: x), "layerNormBackward: dy has the shape of x")
        split(x.rows, cost: 2 * x.columns) { rows in
            let first = rows.lowerBound
            self.kernels.pointee.layer_norm_backward(
                dy.row(first), dy.stride, x.row(first), x.stride, rows.count, x.columns, gain.pointer,
                statistics.row(first), statistics.stride, dx.row(first), dx.stride, accumulate)
        }
    }

    package func rmsNorm(_ x: Matrix, gain: Matrix, epsilon: Float, into y: Matrix, statistics: Matrix?) {
        x.checkNorm(into: y, gain: gain, statistics: statistics, width: 1)
        split(x.rows, cost: x.columns) { rows in
            let first = rows.lowerBound
            self.kernels.pointee.rms_norm(
                x.row(first), x.stride, rows.count, x.columns, gain.pointer, epsilon, y.row(first),
                y.stride, statistics?.row(first), statistics?.stride ?? 0)
        }
    }

    package func rmsNormBackward(
        _ dy: Matrix, x: Matrix, gain: Matrix, statistics: Matrix, into dx: Matrix, accumulate: Bool
    ) {
        x.checkNorm(into: dx, gain: gain, statistics: statistics, width: 1)
        precondition(dy.hasShape(of: x), "rmsNormBackward: dy has the shape of x")
        split(x.rows, cost: 2 * x.columns) { rows in
            let first = rows.lowerBound
            self.kernels.pointee.rms_norm_backward(
                dy.row(first), dy.stride, x.row(first), x.stride, rows.count, x.columns, gain.pointer,
                statistics.row(first), statistics.stride, dx.row(first), dx.stride, accumulate)
        }
    }
}
