import Foundation

@testable import Compute

/// A shape of attention to test.
struct AttentionExample {
    var name: String
    var spans: [AttentionSpan]
    var heads = 2
    var keyValueHeads = 2
    var headSize = 16
    var window: Int?

    /// Sequences of the given (queries, keys) lengths, one behind the other.
    static func packed(_ lengths: [(Int, Int)]) -> [AttentionSpan] {
        var query = 0, key = 0
        return lengths.map { queries, keys in
            defer {
                query += queries
                key += keys
            }
            return AttentionSpan(queries: query..<query + queries, keys: key..<key + keys)
        }
    }

    static let all: [AttentionExample] = [
        AttentionExample(name: "one token", spans: packed([(1, 1)])),
        AttentionExample(name: "empty", spans: packed([(0, 0)])),
        AttentionExample(name: "short, packed", spans: packed([(5, 5), (1, 1), (20, 20), (31, 31)])),
        AttentionExample(name: "no queries in a span", spans: packed([(0, 4), (3, 3)])),
        AttentionExample(
            name: "grouped, odd size", spans: packed([(33, 33), (7, 7)]), heads: 6, keyValueHeads: 2,
            headSize: 8),
        AttentionExample(
            name: "size 80", spans: packed([(17, 17)]), heads: 3, keyValueHeads: 1, headSize: 80),
        AttentionExample(name: "cached keys", spans: packed([(1, 70), (3, 64), (6, 130), (9, 9)])),
        AttentionExample(name: "several tiles", spans: packed([(150, 150)]), headSize: 40),
        AttentionExample(name: "window", spans: packed([(5, 5), (140, 140), (3, 150)]), window: 9),
        AttentionExample(name: "window of a tile", spans: packed([(200, 201)]), window: 64),
        AttentionExample(name: "window of one", spans: packed([(70, 80)]), window: 1),
    ]
}

/// Seeded inputs of an example and the float64 reference.
struct AttentionInputs {
    let example: AttentionExample
    let shape: AttentionShape
    let queries: TestMatrix
    let keys: TestMatrix
    let values: TestMatrix
    let dOutput: TestMatrix

    init(_ example: AttentionExample) {
        self.example = example
        // Strides wider than a head, as in rows that hold queries, keys and values side by side.
        shape = AttentionShape(
            heads: example.heads, keyValueHeads: example.keyValueHeads, headSize: example.headSize,
            queryStride: example.headSize + 3, keyValueStride: example.headSize + 5,
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

    func forward(_ backend: any ComputeBackend) throws -> Forward {
        let rows = queries.rows
        let output = try TestMatrix(rows, example.heads * example.headSize).on(backend)
        let logSumExp = try TestMatrix(rows, example.heads).on(backend)
        backend.attention(
            queries: try queries.on(backend), keys: try keys.on(backend, padding: 3),
            values: try values.on(backend), spans: example.spans, shape: shape, into: output,
            logSumExp: logSumExp)
        return Forward(
            output: try TestMatrix(output, of: backend), logSumExp: try TestMatrix(logSumExp, of: backend))
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
}
