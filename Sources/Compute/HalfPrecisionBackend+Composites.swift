import CKernels
import Foundation

/// Operations that are several for PyTorch: each of those rounds its result.
extension HalfPrecisionBackend {
    package func activation(_ kind: Activation, _ x: Matrix, into y: Matrix) {
        guard kind == .geluTanh, let processor else {
            base.activation(kind, x, into: y)
            round(y)
            return
        }
        processor.split(x.rows, cost: 16 * x.columns) { rows in
            for row in rows { ck_half_gelu(x.row(row), y.row(row), x.columns) }
        }
    }

    package func activationBackward(_ kind: Activation, _ dy: Matrix, x: Matrix, into dx: Matrix) {
        guard kind == .geluTanh, let processor else {
            base.activationBackward(kind, dy, x: x, into: dx)
            round(dx)
            return
        }
        processor.split(x.rows, cost: 16 * x.columns) { rows in
            for row in rows { ck_half_gelu_backward(dy.row(row), x.row(row), dx.row(row), x.columns) }
        }
    }

    package func gatedActivation(_ kind: Activation, gate: Matrix, up: Matrix, into y: Matrix) {
        guard processor != nil else {
            base.gatedActivation(kind, gate: gate, up: up, into: y)
            round(y)
            return
        }
        withMatrix(like: y) { activated in
            activation(kind, gate, into: activated)
            multiply(activated, up, into: y)
        }
    }

    package func gatedActivationBackward(
        _ kind: Activation, _ dy: Matrix, gate: Matrix, up: Matrix, dGate: Matrix, dUp: Matrix
    ) {
        guard processor != nil else {
            base.gatedActivationBackward(kind, dy, gate: gate, up: up, dGate: dGate, dUp: dUp)
            round(dGate)
            round(dUp)
            return
        }
        withMatrix(like: dy) { product in
            multiply(dy, up, into: product)
            activation(kind, gate, into: dUp)
            multiply(dy, dUp, into: dUp)
            activationBackward(kind, product, x: gate, into: dGate)
        }
    }

    /// y = a · b, elementwise.
    private func multiply(_ a: Matrix, _ b: Matrix, into y: Matrix) {
        processor?.split(y.rows, cost: y.columns) { rows in
            for row in rows { ck_half_multiply(a.row(row), b.row(row), y.row(row), y.columns) }
        }
    }

    package func attention(
        queries: Matrix, keys: Matrix, values: Matrix, spans: AttentionSpans, shape: AttentionShape,
        into output: Matrix, logSumExp: Matrix?
    ) {
        guard let processor else {
            base.attention(
                queries: queries, keys: keys, values: values, spans: spans, shape: shape, into: output,
                logSumExp: logSumExp)
            round(output)
            return
        }
        shape.check(queries: queries, keys: keys, values: values, spans: spans)
        shape.check(output: output, logSumExp: logSumExp, rows: queries.rows)
        let group = shape.heads / shape.keyValueHeads
        processor.split(spans.spans.count * shape.heads, cost: 1 << 14) { tasks in
            for task in tasks {
                let (span, head) = (spans.spans[task / shape.heads], task % shape.heads)
                let (first, firstKey) = (span.queries.lowerBound, span.keys.lowerBound)
                let shared = head / group * shape.keyValueStride
                var description = shape.kernelSpan(span)
                description.end_query = span.queries.count
                self.withScratch(description) { scratch in
                    ck_half_attention(
                        &description, self.widensScores, queries.row(first) + head * shape.queryStride,
                        queries.stride, keys.row(firstKey) + shared, keys.stride,
                        values.row(firstKey) + shared, values.stride,
                        output.row(first) + head * shape.headSize, output.stride,
                        logSumExp.map { $0.row(first) + head }, logSumExp?.stride ?? 0, scratch)
                }
            }
        }
    }

    package func attentionBackward(
        _ dOutput: Matrix, queries: Matrix, keys: Matrix, values: Matrix, output: Matrix,
        logSumExp: Matrix, spans: AttentionSpans, shape: AttentionShape, dQueries: Matrix, dKeys: Matrix,
        dValues: Matrix
    ) {
        guard let processor else {
            base.attentionBackward(
                dOutput, queries: queries, keys: keys, values: values, output: output,
                logSumExp: logSumExp, spans: spans, shape: shape, dQueries: dQueries, dKeys: dKeys,
                dValues: dValues)
            for gradients in [dQueries, dKeys, dValues] { round(gradients) }
            return
        }
        shape.check(queries: queries, keys: keys, values: values, spans: spans)
        shape.check(
            gradients: [dOutput, output, logSumExp, dQueries, dKeys, dValues], rows: queries.rows)
        let group = shape.heads / shape.keyValueHeads
        // The query heads of a group add to the same keys and values, so one thread takes them all in order.
        processor.split(spans.spans.count * shape.keyValueHeads, cost: 1 << 14) { tasks in
            for task in tasks {
                let (span, keyHead) = (spans.spans[task / shape.keyValueHeads], task % shape.keyValueHeads)
                let (first, firstKey) = (span.queries.lowerBound, span.keys.lowerBound)
                let shared = keyHead * shape.keyValueStride
                for row in span.queries {
                    (dKeys.row(row) + shared).update(repeating: 0, count: shape.headSize)
                    (dValues.row(row) + shared).update(repeating: 0, count: shape.headSize)
                }
                var description = shape.kernelSpan(span)
                self.withScratch(description) { scratch in
                    for head in keyHead * group..<(keyHead + 1) * group {
                        ck_half_attention_backward(
                            &description, self.widensScores,
                            dOutput.row(first) + head * shape.headSize, dOutput.stride,
                            queries.row(first) + head * shape.queryStride, queries.stride,
                            keys.row(firstKey) + shared, keys.stride, values.row(firstKey) + shared,
                            values.stride, dQueries.row(first) + head * shape.queryStride,
                            dQueries.stride, dKeys.row(first) + shared, dKeys.stride,
                            dValues.row(first) + shared, dValues.stride, scratch)
                    }
                }
            }
        }
    }

    /// Calls `body` with the working memory of a head's attention.
    private func withScratch(
        _ span: CKAttentionSpan, _ body: (UnsafeMutablePointer<Float>) -> Void
    ) {
        var span = span
        let count = ck_half_attention_scratch(&span)
        processor?.withScratch(count * MemoryLayout<Float>.stride) {
            body($0.assumingMemoryBound(to: Float.self))
        }
    }

    package func distributionTerms(
        _ logits: Matrix, base: Matrix?, terms: DistributionTerms, into values: Matrix, gradient: Bool
    ) {
        guard let processor else {
            self.base.distributionTerms(logits, base: base, terms: terms, into: values, gradient: gradient)
            if gradient { round(logits) }
            return
        }
        processor.eachRow(of: logits, base: base, terms: terms, values: values) { row, asked in
            ck_half_distribution_terms(
                logits.row(row), base?.row(row), logits.columns, &asked, values.row(row), gradient)
        }
    }

    package func adamW(
        parameters: Matrix, gradients: Matrix, firstMoments: Matrix, secondMoments: Matrix, step: Int,
        options: AdamWOptions
    ) {
        precondition(step >= 1, "adamW: steps are counted from 1")
        let constants = CKHalfAdamW(options, step: step)
        guard let processor else {
            keepingFailure {
                var values = try [parameters, gradients, firstMoments, secondMoments].map {
                    try base.read($0)
                }
                let count = values[0].count
                var (first, second) = (values[2], values[3])
                withUnsafePointer(to: constants) {
                    ck_half_adamw($0, &values[0], values[1], &first, &second, count)
                }
                for (value, matrix) in [
                    (values[0], parameters), (first, firstMoments), (second, secondMoments),
                ] { base.write(value, into: matrix) }
            }
            return
        }
        processor.split(parameters.rows, cost: 8 * parameters.columns) { rows in
            var constants = constants
            for row in rows {
                ck_half_adamw(
                    &constants, parameters.row(row), gradients.row(row), firstMoments.row(row),
                    secondMoments.row(row), parameters.columns)
            }
        }
    }
}

extension CKHalfAdamW {
    /// The constants of a step, formed in double precision of the options' decimals, as Python does.
    fileprivate init(_ options: AdamWOptions, step: Int) {
        func decimal(_ value: Float) -> Double { Double("\(value)") ?? Double(value) }
        let (rate, beta1, beta2) = (
            decimal(options.learningRate), decimal(options.beta1), decimal(options.beta2)
        )
        self.init(
            kept: Float(1 - rate * decimal(options.weightDecay)), first_share: Float(1 - beta1),
            second_kept: Float(beta2), second_share: Float(1 - beta2),
            step_size: Float(rate / (1 - pow(beta1, Double(step)))),
            correction: Float((1 - pow(beta2, Double(step))).squareRoot()), epsilon: options.epsilon)
    }
}
