import CKernels
import Foundation

/// Operations that are several for PyTorch: each of those rounds its result.
extension HalfPrecisionBackend {
    package func uncheckedActivation(_ kind: Activation, _ x: Matrix, into y: Matrix) {
        guard kind == .geluTanh, let processor else {
            base.activation(kind, x, into: y)
            round(y)
            return
        }
        processor.split(x.rows, cost: 16 * x.columns) { rows in
            for row in rows { self.kernels.pointee.gelu(x.row(row), y.row(row), x.columns) }
        }
    }

    package func uncheckedActivationBackward(_ kind: Activation, _ dy: Matrix, x: Matrix, into dx: Matrix) {
        guard kind == .geluTanh, let processor else {
            base.activationBackward(kind, dy, x: x, into: dx)
            round(dx)
            return
        }
        processor.split(x.rows, cost: 16 * x.columns) { rows in
            for row in rows {
                self.kernels.pointee.gelu_backward(dy.row(row), x.row(row), dx.row(row), x.columns)
            }
        }
    }

    package func uncheckedGatedActivation(_ kind: Activation, gate: Matrix, up: Matrix, into y: Matrix) {
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

    package func uncheckedGatedActivationBackward(
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
            for row in rows {
                self.kernels.pointee.multiply(a.row(row), b.row(row), y.row(row), y.columns)
            }
        }
    }

    package func uncheckedAttention(
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
        let scratch = spans.spans.reduce(0) { max($0, $1.keys.count) }
        processor.eachHead(of: spans, shape, scratch: scratch) { head, scratch in
            var description = head.description
            self.kernels.pointee.attention(
                &description, self.widensScores, queries.row(head.firstQuery) + head.queryColumn,
                queries.stride, keys.row(head.firstKey) + head.keyColumn, keys.stride,
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
        guard let processor else {
            base.attentionBackward(
                dOutput, queries: queries, keys: keys, values: values, output: output,
                logSumExp: logSumExp, spans: spans, shape: shape, dQueries: dQueries, dKeys: dKeys,
                dValues: dValues)
            for gradients in [dQueries, dKeys, dValues] { round(gradients) }
            return
        }
        let scratch = spans.spans.reduce(0) {
            var description = shape.kernelSpan($1)
            return max($0, ck_half_attention_backward_scratch(&description))
        }
        processor.eachHeadBackward(
            of: spans, shape, clearing: [dKeys, dValues], scratch: scratch
        ) { head, scratch in
            var description = head.description
            let (first, firstKey) = (head.firstQuery, head.firstKey)
            self.kernels.pointee.attention_backward(
                &description, self.widensScores, dOutput.row(first) + head.outputColumn, dOutput.stride,
                queries.row(first) + head.queryColumn, queries.stride, keys.row(firstKey) + head.keyColumn,
                keys.stride, values.row(firstKey) + head.keyColumn, values.stride,
                dQueries.row(first) + head.queryColumn, dQueries.stride,
                dKeys.row(first) + head.keyColumn, dKeys.stride, dValues.row(first) + head.keyColumn,
                dValues.stride, scratch)
        }
    }

    package func uncheckedDistributionTerms(
        _ logits: Matrix, base: Matrix?, terms: DistributionTerms, into values: Matrix, gradient: Bool
    ) {
        guard let processor, !widensLogits else {
            self.base.distributionTerms(logits, base: base, terms: terms, into: values, gradient: gradient)
            if gradient { round(logits) }
            return
        }
        processor.eachRow(of: logits, base: base, terms: terms) { row, asked in
            self.kernels.pointee.distribution_terms(
                logits.row(row), base?.row(row), logits.columns, &asked, values.row(row), gradient)
        }
    }

    package func uncheckedAdamW(
        parameters: Matrix, gradients: Matrix, firstMoments: Matrix, secondMoments: Matrix, step: Int,
        options: AdamWOptions
    ) {
        let constants = CKHalfAdamW(options, step: step)
        guard let processor else {
            keepingFailure {
                var values = try [parameters, gradients, firstMoments, secondMoments].map {
                    try base.read($0)
                }
                let count = values[0].count
                var (first, second) = (values[2], values[3])
                withUnsafePointer(to: constants) {
                    kernels.pointee.adamw($0, &values[0], values[1], &first, &second, count)
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
                self.kernels.pointee.adamw(
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
