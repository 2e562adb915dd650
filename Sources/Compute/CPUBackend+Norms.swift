import CKernels

extension CPUBackend {
    package func layerNorm(
        _ x: Matrix, gain: Matrix, bias: Matrix?, epsilon: Float, into y: Matrix, statistics: Matrix?
    ) {
        checkNorm(x, y, gain, statistics, 2)
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
        checkNorm(x, dx, gain, statistics, 2)
        precondition(dy.hasShape(of: x), "layerNormBackward: dy has the shape of x")
        split(x.rows, cost: 2 * x.columns) { rows in
            let first = rows.lowerBound
            self.kernels.pointee.layer_norm_backward(
                dy.row(first), dy.stride, x.row(first), x.stride, rows.count, x.columns, gain.pointer,
                statistics.row(first), statistics.stride, dx.row(first), dx.stride, accumulate)
        }
    }

    package func rmsNorm(_ x: Matrix, gain: Matrix, epsilon: Float, into y: Matrix, statistics: Matrix?) {
        checkNorm(x, y, gain, statistics, 1)
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
        checkNorm(x, dx, gain, statistics, 1)
        precondition(dy.hasShape(of: x), "rmsNormBackward: dy has the shape of x")
        split(x.rows, cost: 2 * x.columns) { rows in
            let first = rows.lowerBound
            self.kernels.pointee.rms_norm_backward(
                dy.row(first), dy.stride, x.row(first), x.stride, rows.count, x.columns, gain.pointer,
                statistics.row(first), statistics.stride, dx.row(first), dx.stride, accumulate)
        }
    }

    private func checkNorm(_ x: Matrix, _ y: Matrix, _ gain: Matrix, _ statistics: Matrix?, _ width: Int) {
        precondition(x.hasShape(of: y), "norm: different shapes")
        precondition(gain.rows == 1 && gain.columns == x.columns, "norm: gain is [1, D]")
        if let statistics {
            precondition(
                statistics.rows == x.rows && statistics.columns == width,
                "norm: statistics are [N, \(width)]")
        }
    }
}
