extension CUDABackend {
    package func layerNorm(
        _ x: Matrix, gain: Matrix, bias: Matrix?, epsilon: Float, into y: Matrix, statistics: Matrix?
    ) {
        x.checkNorm(into: y, gain: gain, statistics: statistics, width: 2)
        precondition(
            bias.map { $0.rows == 1 && $0.columns == x.columns } ?? true, "layerNorm: bias is [1, D]")
        launchRows(
            "layer_norm", of: x,
            [
                .matrix(x), .pointer(gain.pointer), .pointer(bias?.pointer), .float(epsilon), .matrix(y),
                .optional(statistics),
            ])
    }

    package func layerNormBackward(
        _ dy: Matrix, x: Matrix, gain: Matrix, statistics: Matrix, into dx: Matrix, accumulate: Bool
    ) {
        x.checkNorm(into: dx, gain: gain, statistics: statistics, width: 2)
        precondition(dy.hasShape(of: x), "layerNormBackward: dy has the shape of x")
        launchRows(
            "layer_norm_backward", of: x,
            [.matrix(dy), .matrix(x), .pointer(gain.pointer), .matrix(statistics), .matrix(dx)],
            [.flag(accumulate)])
    }

    package func rmsNorm(_ x: Matrix, gain: Matrix, epsilon: Float, into y: Matrix, statistics: Matrix?) {
        x.checkNorm(into: y, gain: gain, statistics: statistics, width: 1)
        launchRows(
            "rms_norm", of: x,
            [.matrix(x), .pointer(gain.pointer), .float(epsilon), .matrix(y), .optional(statistics)])
    }

    package func rmsNormBackward(
        _ dy: Matrix, x: Matrix, gain: Matrix, statistics: Matrix, into dx: Matrix, accumulate: Bool
    ) {
        x.checkNorm(into: dx, gain: gain, statistics: statistics, width: 1)
        precondition(dy.hasShape(of: x), "rmsNormBackward: dy has the shape of x")
        launchRows(
            "rms_norm_backward", of: x,
            [.matrix(dy), .matrix(x), .pointer(gain.pointer), .matrix(statistics), .matrix(dx)],
            [.flag(accumulate)])
    }

    /// Queues a kernel that gives each row of `x` to a team of threads.
    private func launchRows(
        _ kernel: String, of x: Matrix, _ operands: [KernelArgument], _ others: [KernelArgument] = []
    ) {
        let teams = RowTeams(rows: x.rows, columns: x.columns)
        launch(
            kernel, grid: teams.grid, block: teams.block,
            operands + [.int(x.rows), .int(x.columns), teams.argument] + others)
    }
}
