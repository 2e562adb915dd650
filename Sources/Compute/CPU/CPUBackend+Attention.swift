import CKernels

/// One query head of one sequence, or some of its queries, and where its rows are.
struct AttentionHead: Sendable {
    /// With the queries to compute.
    let description: CKAttentionSpan
    /// The span's first rows.
    let firstQuery: Int
    let firstKey: Int
    /// The head's first columns in queries, in keys and values, and in the output.
    let queryColumn: Int
    let keyColumn: Int
    let outputColumn: Int
    let head: Int

    init(_ shape: AttentionShape, span: AttentionSpan, head: Int, queries: Range<Int>) {
        var description = shape.kernelSpan(span)
        description.first_query = queries.lowerBound
        description.end_query = queries.upperBound
        self.description = description
        firstQuery = span.queries.lowerBound
        firstKey = span.keys.lowerBound
        queryColumn = head * shape.queryStride
        keyColumn = head / (shape.heads / shape.keyValueHeads) * shape.keyValueStride
        outputColumn = head * shape.headSize
        self.head = head
    }

    var queryCount: Int { description.end_query - description.first_query }
}

extension CPUBackend {
    package func uncheckedRotate(
        _ x: Matrix, positions: IndexVector, cosines: Matrix, sines: Matrix, rotary: RotaryShape,
        inverse: Bool
    ) {
        let pairs = rotary.rotated / 2
        split(x.rows, cost: 2 * rotary.heads * rotary.rotated) { rows in
            for row in rows {
                let position = positions.checked(row, below: cosines.rows)
                for head in 0..<rotary.heads {
                    self.kernels.pointee.rotate(
                        x.row(row) + head * rotary.headStride, cosines.row(position), sines.row(position),
                        pairs, rotary.pairing == .neighbours, inverse)
                }
            }
        }
    }

    package func uncheckedAttention(
        queries: Matrix, keys: Matrix, values: Matrix, spans: AttentionSpans, shape: AttentionShape,
        into output: Matrix, logSumExp: Matrix?
    ) {
        let scratch = ck_attention_scratch(shape.headSize)
        eachHead(of: spans, shape, scratch: scratch) { head, scratch in
            var description = head.description
            self.kernels.pointee.attention(
                &description, queries.row(head.firstQuery) + head.queryColumn, queries.stride,
                keys.row(head.firstKey) + head.keyColumn, keys.stride,
                values.row(head.firstKey) + head.keyColumn, values.stride,
                output.row(head.firstQuery) + head.outputColumn, output.stride,
                logSumExp.map { $0.row(head.firstQuery) + head.head }, logSumExp?.stride ?? 0, scratch)
        }
    }

    package func uncheckedAttentionBackward(
        _ dOutput: Matrix, queries: Matrix, keys: Matrix, values: Matrix, output: Matrix,
        logSumExp: Matrix, spans: AttentionSpans, shape: AttentionShape, dQueries: Matrix, dKeys: Matrix,
        dValues: Matrix
    ) {
        let longest = spans.spans.reduce(0) { max($0, $1.queries.count) }
        let scratch = ck_attention_backward_scratch(shape.headSize, longest)
        eachHeadBackward(of: spans, shape, clearing: [dKeys, dValues], scratch: scratch) { head, scratch in
            var description = head.description
            let (first, firstKey) = (head.firstQuery, head.firstKey)
            self.kernels.pointee.attention_backward(
                &description, dOutput.row(first) + head.outputColumn, dOutput.stride,
                queries.row(first) + head.queryColumn, queries.stride, keys.row(firstKey) + head.keyColumn,
                keys.stride, values.row(firstKey) + head.keyColumn, values.stride,
                output.row(first) + head.outputColumn, output.stride, logSumExp.row(first) + head.head,
                logSumExp.stride, dQueries.row(first) + head.queryColumn, dQueries.stride,
                dKeys.row(first) + head.keyColumn, dKeys.stride, dValues.row(first) + head.keyColumn,
                dValues.stride, scratch)
        }
    }

    /// Calls `body` for every head, or for some of its queries, with `scratch` floats of its own.
    func eachHead(
        of spans: AttentionSpans, _ shape: AttentionShape, scratch: Int,
        _ body: @Sendable (AttentionHead, UnsafeMutablePointer<Float>) -> Void
    ) {
        let heads = spans.spans.flatMap { span in
            stride(from: 0, to: span.queries.count, by: 64).flatMap { first in
                let queries = first..<min(span.queries.count, first + 64)
                return (0..<shape.heads).map {
                    AttentionHead(shape, span: span, head: $0, queries: queries)
                }
            }
        }
        let cost = heads.reduce(0) { $0 + $1.queryCount * $1.description.keys } / max(1, heads.count)
        run(heads.count, cost: cost, scratch: scratch) { index, scratch in body(heads[index], scratch) }
    }

    /// The same for the backward pass, with all of a span's queries at once.  The rows of the span's queries in
    /// `gradients`, which are those of keys and values, are 0 before the first head that adds to them.
    func eachHeadBackward(
        of spans: AttentionSpans, _ shape: AttentionShape, clearing gradients: [Matrix], scratch: Int,
        _ body: @Sendable (AttentionHead, UnsafeMutablePointer<Float>) -> Void
    ) {
        let group = shape.heads / shape.keyValueHeads
        let spans = spans.spans
        let work = spans.reduce(0) { $0 + $1.queries.count * $1.keys.count }
        // The query heads of a group add to the same keys and values, so one thread takes them all in order.
        run(
            spans.count * shape.keyValueHeads, cost: work / max(1, spans.count), scratch: scratch
        ) { index, scratch in
            let (span, keyHead) = (spans[index / shape.keyValueHeads], index % shape.keyValueHeads)
            for matrix in gradients {
                for row in span.queries {
                    let start = matrix.row(row) + keyHead * shape.keyValueStride
                    start.update(repeating: 0, count: shape.headSize)
                }
            }
            for head in keyHead * group..<(keyHead + 1) * group {
                body(AttentionHead(shape, span: span, head: head, queries: 0..<span.queries.count), scratch)
            }
        }
    }

    /// Runs `body` for `count` indices, each of which scores `cost` pairs of tokens, with `scratch` floats.
    private func run(
        _ count: Int, cost: Int, scratch: Int, _ body: @Sendable (Int, UnsafeMutablePointer<Float>) -> Void
    ) {
        split(count, cost: cost * 8) { range in
            self.withScratch(scratch * MemoryLayout<Float>.stride) { memory in
                for index in range { body(index, memory.assumingMemoryBound(to: Float.self)) }
            }
        }
    }
}

extension AttentionShape {
    /// The kernels' description of a sequence, without a choice of queries.
    func kernelSpan(_ span: AttentionSpan) -> CKAttentionSpan {
        CKAttentionSpan(
            queries: span.queries.count, keys: span.keys.count, head_size: headSize, first_query: 0,
            end_query: span.queries.count, window: window ?? 0, scale: scale)
    }
}
