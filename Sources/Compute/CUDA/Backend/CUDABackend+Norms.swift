extension CUDABackend {
    package func uncheckedLayerNorm(
        _ x: Matrix, gain: Matrix, bias: Matrix?, epsilon: Float, into y: Matrix, statistics: Matrix?
    ) {
        launchRows(
            "layer_norm", of: x,
            [
                .matrix(x), .pointer(gain.pointer), .pointer(bias?.pointer), .float(epsilon), .matrix(y),
                .optional(statistics),
            ])
    }

    package func uncheckedLayerNormBackward(
        _ dy: Matrix, x: Matrix, gain: Matrix, statistics: Matrix, into dx: Matrix, accumulate: Bool
    ) {
        launchRows(
            "layer_norm_backward", of: x,
            [.matrix(dy), .matrix(x), .pointer(gain.pointer), .matrix(statistics), .matrix(dx)],
            [.flag(accumulate)])
    }

    package func uncheckedRmsNorm(
        _ x: Matrix, gain: Matrix, epsilon: Float, into y: Matrix, statistics: Matrix?
    ) {
        launchRows(
            "rms_norm", of: x,
            [.matrix(x), .pointer(gain.pointer), .float(epsilon), .matrix(y), .optional(statistics)])
    }

    package func uncheckedRmsNormBackward(
        _ dy: Matrix, x: Matrix, gain: Matrix, statistics: Matrix, into dx: Matrix, accumulate: Bool
    ) {
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
