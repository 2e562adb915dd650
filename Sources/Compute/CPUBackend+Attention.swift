import CKernels

/// One head of one sequence, or some of its queries: the unit of work that threads share.
private struct HeadTask: Sendable {
    let span: AttentionSpan
    let head: Int
    /// Counted from the span's first query.
    let queries: Range<Int>
}

extension CPUBackend {
    package func rotate(
        _ x: Matrix, positions: IndexVector, cosines: Matrix, sines: Matrix, rotary: RotaryShape,
        inverse: Bool
    ) {
        rotary.check(x, positions: positions, cosines: cosines, sines: sines)
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

    package func attention(
        queries: Matrix, keys: Matrix, values: Matrix, spans: AttentionSpans, shape: AttentionShape,
        into output: Matrix, logSumExp: Matrix?
    ) {
        shape.check(queries: queries, keys: keys, values: values, spans: spans)
        shape.check(output: output, logSumExp: logSumExp, rows: queries.rows)
        let scratch = ck_attention_scratch(shape.headSize)
        run(tasks(spans.spans, heads: shape.heads, queriesPerTask: 64), scratch: scratch) { task, scratch in
            let head = task.head
            let first = task.span.queries.lowerBound
            let firstKey = task.span.keys.lowerBound
            let shared = head / (shape.heads / shape.keyValueHeads) * shape.keyValueStride
            var description = shape.kernelSpan(task.span)
            description.first_query = task.queries.lowerBound
            description.end_query = task.queries.upperBound
            self.kernels.pointee.attention(
                &description, queries.row(first) + head * shape.queryStride, queries.stride,
                keys.row(firstKey) + shared, keys.stride, values.row(firstKey) + shared, values.stride,
                output.row(first) + head * shape.headSize, output.stride,
                logSumExp.map { $0.row(first) + head }, logSumExp?.stride ?? 0, scratch)
        }
    }

    package func attentionBackward(
        _ dOutput: Matrix, queries: Matrix, keys: Matrix, values: Matrix, output: Matrix,
        logSumExp: Matrix, spans: AttentionSpans, shape: AttentionShape, dQueries: Matrix, dKeys: Matrix,
        dValues: Matrix
    ) {
        shape.check(queries: queries, keys: keys, values: values, spans: spans)
        shape.check(
            gradients: [dOutput, output, logSumExp, dQueries, dKeys, dValues], rows: queries.rows)
        let group = shape.heads / shape.keyValueHeads
        let longest = spans.spans.reduce(0) { max($0, $1.queries.count) }
        let scratch = ck_attention_backward_scratch(shape.headSize, longest)
        // The query heads of a group add to the same keys and values, so one thread takes them all in order.
        let tasks = tasks(spans.spans, heads: shape.keyValueHeads, queriesPerTask: .max)
        run(tasks, scratch: scratch) { task, scratch in
            let first = task.span.queries.lowerBound
            let firstKey = task.span.keys.lowerBound
            let shared = task.head * shape.keyValueStride
            for row in task.span.queries {
                self.kernels.pointee.fill(dKeys.row(row) + shared, shape.headSize, 0)
                self.kernels.pointee.fill(dValues.row(row) + shared, shape.headSize, 0)
            }
            for head in task.head * group..<(task.head + 1) * group {
                var description = shape.kernelSpan(task.span)
                self.kernels.pointee.attention_backward(
                    &description, dOutput.row(first) + head * shape.headSize, dOutput.stride,
                    queries.row(first) + head * shape.queryStride, queries.stride,
                    keys.row(firstKey) + shared, keys.stride, values.row(firstKey) + shared, values.stride,
                    output.row(first) + head * shape.headSize, output.stride, logSumExp.row(first) + head,
                    logSumExp.stride, dQueries.row(first) + head * shape.queryStride, dQueries.stride,
                    dKeys.row(first) + shared, dKeys.stride, dValues.row(first) + shared, dValues.stride,
                    scratch)
            }
        }
    }

    private func tasks(_ spans: [AttentionSpan], heads: Int, queriesPerTask: Int) -> [HeadTask] {
        var tasks: [HeadTask] = []
        for span in spans {
            let count = span.queries.count
            let step = min(count, queriesPerTask)
            for first in stride(from: 0, to: count, by: max(1, step)) {
                let queries = first..<min(count, first + step)
                for head in 0..<heads { tasks.append(HeadTask(span: span, head: head, queries: queries)) }
            }
        }
        return tasks
    }

    /// Runs `body` for every task with `scratch` floats of its own.
    private func run(
        _ tasks: [HeadTask], scratch: Int,
        _ body: @Sendable (HeadTask, UnsafeMutablePointer<Float>) -> Void
    ) {
        let cost = tasks.reduce(0) { $0 + $1.queries.count * $1.span.keys.count } / max(1, tasks.count)
        split(tasks.count, cost: cost * 8) { range in
            self.withScratch(scratch * MemoryLayout<Float>.stride) { memory in
                for index in range { body(tasks[index], memory.assumingMemoryBound(to: Float.self)) }
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
