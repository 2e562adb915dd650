/// Rotary positions and attention; see attention_tiles.cuh for how the kernels cut their work.
///
/// The result of a query depends on its position and the keys that it sees alone, bit for bit: not on the rest
/// of the batch, and not on whether its sequence is computed whole, in parts or token by token.
extension CUDABackend {
    package func makeSpans(_ spans: [AttentionSpan]) throws -> AttentionSpans {
        AttentionSpans(spans, table: try makeIndices(AttentionTable(spans: spans).entries))
    }

    package func rewrite(_ old: AttentionSpans, with spans: [AttentionSpan]) -> AttentionSpans {
        precondition(
            old.spans.map(\.queries.count) == spans.map(\.queries.count),
            "rewrite: the same numbers of queries")
        write(AttentionTable(spans: spans).entries, into: old.checkedTable)
        return AttentionSpans(spans, table: old.table)
    }

    package func uncheckedRotate(
        _ x: Matrix, positions: IndexVector, cosines: Matrix, sines: Matrix, rotary: RotaryShape,
        inverse: Bool
    ) {
        if rotary.heads == 0 || rotary.rotated == 0 { return }
        launch(
            "rotate", grid: (x.rows, 1, 1), block: 256,
            [
                .matrix(x), .indices(positions), .matrix(cosines), .matrix(sines), .int(cosines.rows),
                .int(rotary.heads), .int(rotary.headStride), .int(rotary.rotated / 2),
                .flag(rotary.pairing == .neighbours), .float(inverse ? -1 : 1),
            ])
    }

    package func uncheckedAttention(
        queries: Matrix, keys: Matrix, values: Matrix, spans: AttentionSpans, shape: AttentionShape,
        into output: Matrix, logSumExp: Matrix?
    ) {
        guard let width = kernelWidth(shape.headSize) else { return }
        let longest = spans.spans.reduce(0) { max($0, $1.queries.count) }
        let isDecoding = longest <= 1
        // A tall tile reads keys half as often, but is worth it only where most of its rows are queries.
        let isTall = longest > AttentionTable.TileHeight.tall.rawValue && width <= 128
        let height: AttentionTable.TileHeight = isTall ? .tall : .short
        let tiled = "attention_\(height.rawValue)_of_\(isTall ? max(width, 64) : width)"
        let kernel = isDecoding ? "attention_of_one_\(width)" : tiled
        launch(
            kernel, grid: (AttentionTable(spans: spans.spans).tileCount(height), shape.heads, 1),
            block: isDecoding ? 256 : 128,
            [.matrix(queries), .matrix(keys), .matrix(values), .matrix(output), .optional(logSumExp)]
                + arguments(spans, height) + arguments(shape))
    }

    package func uncheckedAttentionBackward(
        _ dOutput: Matrix, queries: Matrix, keys: Matrix, values: Matrix, output: Matrix,
        logSumExp: Matrix, spans: AttentionSpans, shape: AttentionShape, dQueries: Matrix, dKeys: Matrix,
        dValues: Matrix
    ) {
        let rows = queries.rows
        guard let width = kernelWidth(shape.headSize) else { return }
        attempt {
            let deltas = try makeMatrix(rows: rows, columns: shape.heads)
            let warpsPerBlock = 8
            launch(
                "attention_deltas", grid: ((rows * shape.heads + warpsPerBlock - 1) / warpsPerBlock, 1, 1),
                block: 32 * warpsPerBlock,
                [
                    .matrix(dOutput), .matrix(output), .matrix(deltas), .int(rows), .int(shape.heads),
                    .int(shape.headSize),
                ])
            let tiles = AttentionTable(spans: spans.spans).tileCount(.short)
            let operands: [KernelArgument] = [
                .matrix(dOutput), .matrix(queries), .matrix(keys), .matrix(values), .matrix(logSumExp),
                .matrix(deltas),
            ]
            let description = arguments(spans, .short) + arguments(shape)
            launch(
                "attention_query_gradients_\(width)", grid: (tiles, shape.heads, 1), block: 128,
                operands + [.matrix(dQueries)] + description)
            launch(
                "attention_key_gradients_\(width)", grid: (tiles, shape.keyValueHeads, 1), block: 128,
                operands + [.matrix(dKeys), .matrix(dValues)] + description)
        }
    }

    /// The smallest width of head that kernels are made for; where there is none, that failure is kept.
    private func kernelWidth(_ headSize: Int) -> Int? {
        let widths = [32, 64, 96, 128, 256]
        if let width = widths.first(where: { $0 >= headSize }) { return width }
        attempt {
            throw ComputeError.operationFailed(
                device: context.name, reason: "attention heads have up to 256 elements, not \(headSize)")
        }
        return nil
    }

    private func arguments(
        _ spans: AttentionSpans, _ height: AttentionTable.TileHeight
    ) -> [KernelArgument] {
        let start = spans.checkedTable.pointer
        return [.pointer(start), .pointer(start + AttentionTable(spans: spans.spans).tileOffset(height))]
    }

    private func arguments(_ shape: AttentionShape) -> [KernelArgument] {
        // Larger than any sequence, and sums with positions still fit 32 bits.
        let widestWindow = 1 << 30
        return [
            .int(shape.heads / shape.keyValueHeads), .int(shape.headSize), .int(shape.queryStride),
            .int(shape.keyValueStride), .float(shape.scale), .int(min(shape.window ?? 0, widestWindow)),
        ]
    }
}

extension AttentionSpans {
    fileprivate var checkedTable: IndexVector {
        guard let table else { preconditionFailure("spans were made by this backend") }
        return table
    }
}
