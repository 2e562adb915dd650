extension RotaryShape {
    /// Checks the operands of `rotate`.
    func check(_ x: Matrix, positions: IndexVector, cosines: Matrix, sines: Matrix) {
        precondition(positions.count == x.rows, "rotate: one position for each row")
        precondition(
            heads == 0 || (heads - 1) * headStride + rotated <= x.columns, "rotate: heads outside the row")
        precondition(
            cosines.columns == rotated / 2 && sines.hasShape(of: cosines),
            "rotate: cosines and sines are [positions, rotated / 2]")
    }
}

extension AttentionShape {
    /// Checks the operands of `attention`.
    func check(queries: Matrix, keys: Matrix, values: Matrix, spans: AttentionSpans) {
        let queryWidth = (heads - 1) * queryStride + headSize
        let keyWidth = (keyValueHeads - 1) * keyValueStride + headSize
        precondition(queries.columns >= queryWidth, "attention: heads outside the query row")
        precondition(
            keys.columns >= keyWidth && values.columns >= keyWidth, "attention: heads outside the key row")
        precondition(keys.rows == values.rows, "attention: a value for each key")
        precondition(window.map { $0 > 0 } ?? true, "attention: an empty window")
        for span in spans.spans {
            precondition(
                span.queries.upperBound <= queries.rows && span.keys.upperBound <= keys.rows,
                "attention: span outside the rows")
        }
    }

    func check(output: Matrix, logSumExp: Matrix?, rows: Int) {
        precondition(
            output.rows == rows && output.columns == heads * headSize,
            "attention: output is [N, heads · headSize]")
        precondition(
            logSumExp.map { $0.rows == rows && $0.columns == heads } ?? true,
            "attention: logSumExp is [N, heads]")
    }

    func check(gradients: [Matrix], rows: Int) {
        for gradient in gradients {
            precondition(gradient.rows == rows, "attentionBackward: gradients have the queries' rows")
        }
    }
}
