import Foundation

@testable import Compute

/// Seeded inputs of an example and the float64 reference.
struct AttentionInputs {
    let example: AttentionExample
    let shape: AttentionShape
    var queries: TestMatrix
    var keys: TestMatrix
    var values: TestMatrix
    let dOutput: TestMatrix
    /// Whether all heads of all rows begin at multiples of 16 bytes, if the example's heads allow it.
    let isAligned: Bool

    init(_ example: AttentionExample, isAligned: Bool = false) {
        self.example = example
        self.isAligned = isAligned
        // Strides wider than a head, as in rows that hold queries, keys and values side by side.
        shape = AttentionShape(
            heads: example.heads, keyValueHeads: example.keyValueHeads, headSize: example.headSize,
            queryStride: example.headSize + (isAligned ? 4 : 3),
            keyValueStride: example.headSize + (isAligned ? 8 : 5),
            scale: 1 / Float(example.headSize).squareRoot(), window: example.window)
        let queryRows = example.spans.map(\.queries.upperBound).max() ?? 0
        let keyRows = example.spans.map(\.keys.upperBound).max() ?? 0
        queries = TestMatrix(queryRows, example.heads * shape.queryStride, seed: 1, scale: 1.5)
        keys = TestMatrix(keyRows, example.keyValueHeads * shape.keyValueStride, seed: 2, scale: 1.5)
        values = TestMatrix(keyRows, example.keyValueHeads * shape.keyValueStride, seed: 3)
        dOutput = TestMatrix(queryRows, example.heads * example.headSize, seed: 4)
    }

    struct Forward {
        var output: TestMatrix
        var logSumExp: TestMatrix
    }

    /// Columns between rows that belong to none.
    private func padding(_ columns: Int) -> Int { isAligned ? 4 : columns }

    /// The output and log Σ exp, on `spans` alone if given.
    func forward(_ backend: any ComputeBackend, spans: [AttentionSpan]? = nil) throws -> [Matrix] {
        let rows = queries.rows
        let output = try TestMatrix(rows, example.heads * example.headSize).on(backend, padding: padding(2))
        let logSumExp = try TestMatrix(rows, example.heads).on(backend)
        backend.attention(
            queries: try queries.on(backend), keys: try keys.on(backend, padding: padding(3)),
            values: try values.on(backend), spans: try backend.makeSpans(spans ?? example.spans),
            shape: shape, into: output,
            logSumExp: logSumExp)
        return [output, logSumExp]
    }

    /// dQueries, dKeys and dValues; columns between heads stay 0.
    func backward(_ backend: any ComputeBackend) throws -> [Matrix] {
        let forward = try forward(backend)
        let rows = queries.rows
        let dQueries = try TestMatrix(rows, queries.columns).on(backend, padding: padding(1))
        let dKeys = try TestMatrix(rows, keys.columns).on(backend)
        let dValues = try TestMatrix(rows, values.columns).on(backend, padding: padding(4))
        backend.attentionBackward(
            try dOutput.on(backend, padding: padding(1)), queries: try queries.on(backend),
            keys: try keys.on(backend),
            values: try values.on(backend, padding: padding(2)), output: forward[0], logSumExp: forward[1],
            spans: try backend.makeSpans(example.spans), shape: shape, dQueries: dQueries, dKeys: dKeys,
            dValues: dValues)
        return [dQueries, dKeys, dValues]
    }

    /// One score row: the first visible position and softmax weights from there on, and log Σ exp.
    func weights(_ span: AttentionSpan, _ head: Int, _ query: Int) -> (Int, [Double], Double) {
        let group = example.heads / example.keyValueHeads
        let position = query + span.keys.count - span.queries.count
        let first = max(0, position + 1 - (example.window ?? position + 1))
        let scores = (first...position).map { key in
            (0..<example.headSize).reduce(0.0) { sum, d in
                sum + queries[span.queries.lowerBound + query, head * shape.queryStride + d]
                    * keys[span.keys.lowerBound + key, head / group * shape.keyValueStride + d]
            } * Double(shape.scale)
        }
        let largest = scores.max() ?? 0
        let total = log(scores.reduce(0) { $0 + exp($1 - largest) }) + largest
        return (first, scores.map { exp($0 - total) }, total)
    }

    func referenceForward() -> Forward {
        var result = Forward(
            output: TestMatrix(queries.rows, example.heads * example.headSize),
            logSumExp: TestMatrix(queries.rows, example.heads))
        let group = example.heads / example.keyValueHeads
        for span in example.spans {
            for query in 0..<span.queries.count {
                let row = span.queries.lowerBound + query
                for head in 0..<example.heads {
                    let (first, weights, total) = weights(span, head, query)
                    result.logSumExp[row, head] = total
                    for (index, weight) in weights.enumerated() {
                        let key = span.keys.lowerBound + first + index
                        for d in 0..<example.headSize {
                            result.output[row, head * example.headSize + d] +=
                                weight * values[key, head / group * shape.keyValueStride + d]
                        }
                    }
                }
            }
        }
        return result
    }

    struct Backward {
        var dQueries: TestMatrix
        var dKeys: TestMatrix
        var dValues: TestMatrix
    }

    /// Closed form; keys and values older than a span's first query get no gradient.
    func referenceBackward() -> Backward {
        var result = Backward(
            dQueries: TestMatrix(queries.rows, queries.columns),
            dKeys: TestMatrix(queries.rows, keys.columns), dValues: TestMatrix(queries.rows, values.columns))
        let size = example.headSize
        for span in example.spans {
            let older = span.keys.count - span.queries.count
            for query in 0..<span.queries.count {
                let row = span.queries.lowerBound + query
                for head in 0..<example.heads {
                    let (first, weights, _) = weights(span, head, query)
                    let shared = head / (example.heads / example.keyValueHeads) * shape.keyValueStride
                    let slopes = weights.indices.map { index in
                        (0..<size).reduce(0.0) {
                            $0 + dOutput[row, head * size + $1]
                                * values[span.keys.lowerBound + first + index, shared + $1]
                        }
                    }
                    let mean = zip(weights, slopes).reduce(0) { $0 + $1.0 * $1.1 }
                    for (index, weight) in weights.enumerated() {
                        let key = span.keys.lowerBound + first + index
                        let target = span.queries.lowerBound + first + index - older
                        let slope = weight * (slopes[index] - mean) * Double(shape.scale)
                        for d in 0..<size {
                            let column = head * shape.queryStride + d
                            result.dQueries[row, column] += slope * keys[key, shared + d]
                            guard first + index >= older else { continue }
                            result.dKeys[target, shared + d] += slope * queries[row, column]
                            result.dValues[target, shared + d] += weight * dOutput[row, head * size + d]
                        }
                    }
                }
            }
        }
        return result
    }

    /// The rows of `gradient` that belong to each span's last `queries.count` keys, in the queries' rows.
    func newestRows(_ gradient: TestMatrix) -> TestMatrix {
        var result = TestMatrix(queries.rows, gradient.columns)
        for span in example.spans {
            for (row, key) in zip(span.queries, span.keys.suffix(span.queries.count)) {
                for column in 0..<gradient.columns { result[row, column] = gradient[key, column] }
            }
        }
        return result
    }
}
