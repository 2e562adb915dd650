import CCUDA

extension CUDABackend {
    package func fill(_ matrix: Matrix, with value: Float) {
        launchElementwise("fill", [matrix], [.float(value)])
    }

    package func uncheckedCopy(_ source: Matrix, into destination: Matrix) {
        guard source.isContiguous && destination.isContiguous else {
            return launchElementwise("copy_rows", [source, destination])
        }
        let byteCount = source.rows * source.rowBytes
        if byteCount == 0 { return }
        attempt {
            context.use()
            try context.check(
                ccuda_copy(
                    libraries.handle, destination.pointer, Int64(byteCount), source.pointer, Int64(byteCount),
                    Int64(byteCount), 1, CCUDA_ON_DEVICE, context.stream))
        }
    }

    package func uncheckedAdd(_ x: Matrix, scale: Float, into y: Matrix) {
        launchElementwise("add", [x, y], [.float(scale)])
    }

    package func uncheckedScaleRows(_ x: Matrix, by factors: Matrix, into y: Matrix, accumulate: Bool) {
        let grid = ElementGrid(rows: x.rows, columns: x.columns)
        launch(
            "scale_rows", grid: grid.grid, block: ElementGrid.block,
            [.matrix(x), .matrix(factors), .matrix(y)] + grid.arguments + [.flag(accumulate)])
    }

    // MARK: Rows chosen by index

    package func uncheckedEmbed(_ ids: IndexVector, table: Weight, into x: Matrix, accumulate: Bool) {
        let grid = ElementGrid(rows: x.rows, columns: x.columns)
        launch(
            "embed_\(table.elementType.kernelSuffix)", grid: grid.grid, block: ElementGrid.block,
            [
                .indices(ids), .weight(table), .long(table.leadingDimension), .int(table.outputs), .matrix(x),
            ] + grid.arguments + [.flag(accumulate)])
    }

    package func uncheckedGatherRows(_ x: Matrix, _ rows: IndexVector, into y: Matrix) {
        let grid = ElementGrid(rows: y.rows, columns: y.columns)
        launch(
            "gather_rows", grid: grid.grid, block: ElementGrid.block,
            [.matrix(x), .int(x.rows), .indices(rows), .matrix(y)] + grid.arguments)
    }

    package func uncheckedScatterRows(_ y: Matrix, _ rows: IndexVector, into x: Matrix, accumulate: Bool) {
        let grid = ElementGrid(rows: y.rows, columns: y.columns)
        launch(
            "scatter_rows", grid: grid.grid, block: ElementGrid.block,
            [.matrix(y), .indices(rows), .matrix(x), .int(x.rows)] + grid.arguments + [.flag(accumulate)])
    }

    // MARK: Sums

    package func uncheckedMeanRows(_ x: Matrix, _ spans: [Range<Int>], into y: Matrix) {
        attempt {
            let bounds = try makeIndices(spans.flatMap { [Int32($0.lowerBound), Int32($0.upperBound)] })
            launch(
                "mean_rows", grid: Self.sumGrid(sums: spans.count, columns: x.columns), block: 256,
                [.matrix(x), .indices(bounds), .matrix(y), .int(x.columns)])
        }
    }

    package func uncheckedRowDots(_ a: Matrix, _ b: Matrix, into y: Matrix) {
        let teams = RowTeams(rows: a.rows, columns: a.columns)
        launch(
            "row_dots", grid: teams.grid, block: teams.block,
            [.matrix(a), .matrix(b), .matrix(y), .int(a.rows), .int(a.columns), teams.argument])
    }

    package func uncheckedColumnSums(_ x: Matrix, into y: Matrix, accumulate: Bool) {
        let height = Self.heightOfSum(rows: x.rows)
        let parts = (x.rows + height - 1) / height
        if parts <= 1 {
            return queueSums(of: x, height: height, into: y, accumulate: accumulate)
        }
        let byteCount = parts * x.columns * MemoryLayout<Float>.stride
        withScratch(1, bytesPerIndex: byteCount) { _, scratch in
            var scratch = scratch
            let sums = Matrix(
                storage: DeviceStorage(address: scratch.take(byteCount), byteCount: byteCount) { _ in },
                rows: parts, columns: x.columns)
            queueSums(of: x, height: height, into: sums, accumulate: false)
            queueSums(of: sums, height: parts, into: y, accumulate: accumulate)
        }
    }

    /// Queues the sums of every `height` rows of x.
    private func queueSums(of x: Matrix, height: Int, into y: Matrix, accumulate: Bool) {
        launch(
            "column_sums", grid: Self.sumGrid(sums: y.rows, columns: x.columns), block: 256,
            [
                .matrix(x), .int(x.rows), .int(height), .matrix(y), .int(x.columns), .flag(accumulate),
            ])
    }

    /// How many rows are summed at once: few enough for many blocks, which read side by side, and never so few
    /// that adding up their sums would be the longer way.  It follows from the number of rows alone.
    private static func heightOfSum(rows: Int) -> Int { max(512, (rows + 255) / 256) }

    private static func sumGrid(sums: Int, columns: Int) -> (Int, Int, Int) {
        (sums, min(ElementGrid.mostBlocks, (columns + 31) / 32), 1)
    }

    // MARK: Edits

    package func uncheckedEdit(
        _ x: Matrix, rows: IndexVector, directions: Matrix, directionOf: IndexVector, alpha: Float,
        beta: Float
    ) {
        queueEdits("edit", x, rows, directions, directionOf, threadRows: rows.count, alpha, beta)
    }

    package func uncheckedEditBackward(
        _ dx: Matrix, rows: IndexVector, dDirections: Matrix, directionOf: IndexVector, alpha: Float,
        beta: Float
    ) {
        // Several edits may share a direction, so threads share directions and columns, not edits.
        queueEdits(
            "edit_backward", dx, rows, dDirections, directionOf, threadRows: dDirections.rows, alpha, beta)
    }

    private func queueEdits(
        _ kernel: String, _ x: Matrix, _ rows: IndexVector, _ directions: Matrix, _ directionOf: IndexVector,
        threadRows: Int, _ alpha: Float, _ beta: Float
    ) {
        let grid = ElementGrid(rows: threadRows, columns: x.columns)
        launch(
            kernel, grid: rows.count == 0 ? (0, 0, 0) : grid.grid, block: ElementGrid.block,
            [
                .matrix(x), .int(x.rows), .indices(rows), .matrix(directions), .int(directions.rows),
                .indices(directionOf), .int(rows.count),
            ] + grid.arguments.dropFirst() + [.float(alpha), .float(beta)])
    }
}

extension ElementType {
    /// How the names of kernels that read such elements end.
    var kernelSuffix: String {
        switch self {
        case .float32: "f32"
        case .float16: "f16"
        case .bfloat16: "bf16"
        }
    }
}
