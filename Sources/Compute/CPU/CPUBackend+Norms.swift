import CKernels

extension CPUBackend {
    package func uncheckedLayerNorm(
        _ x: Matrix, gain: Matrix, bias: Matrix?, epsilon: Float, into y: Matrix, statistics: Matrix?
    ) {
        split(x.rows, cost: x.columns) { rows in
            let first = rows.lowerBound
            self.kernels.pointee.layer_norm(
                x.row(first), x.stride, rows.count, x.columns, gain.pointer, bias?.pointer, epsilon,
                y.row(first), y.stride, statistics?.row(first), statistics?.stride ?? 0)
        }
    }

    package func uncheckedLayerNormBackward(
        _ dy: Matrix, x: Matrix, gain: Matrix, statistics: Matrix, into dx: Matrix, accumulate: Bool
    ) {
        split(x.rows, cost: 2 * x.columns) { rows in
            let first = rows.lowerBound
            self.kernels.pointee.layer_norm_backward(
                dy.row(first), dy.stride, x.row(first), x.stride, rows.count, x.columns, gain.pointer,
                statistics.row(first), statistics.stride, dx.row(first), dx.stride, accumulate)
        }
    }

    package func uncheckedRmsNorm(
        _ x: Matrix, gain: Matrix, epsilon: Float, into y: Matrix, statistics: Matrix?
    ) {
        split(x.rows, cost: x.columns) { rows in
            let first = rows.lowerBound
            self.kernels.pointee.rms_norm(
                x.row(first), x.stride, rows.count, x.columns, gain.pointer, epsilon, y.row(first),
                y.stride, statistics?.row(first), statistics?.stride ?? 0)
        }
    }

    package func uncheckedRmsNormBackward(
        _ dy: Matrix, x: Matrix, gain: Matrix, statistics: Matrix, into dx: Matrix, accumulate: Bool
    ) {
        split(x.rows, cost: 2 * x.columns) { rows in
            let first = rows.lowerBound
            self.kernels.pointee.rms_norm_backward(
                dy.row(first), dy.stride, x.row(first), x.stride, rows.count, x.columns, gain.pointer,
                statistics.row(first), statistics.stride, dx.row(first), dx.stride, accumulate)
        }
    }
}
