extension OperationCheck {
    /// Sequences, each (queries, keys), and the heads that look at them.
    struct AttentionCase: Sendable, CustomStringConvertible {
        var name: String
        var lengths: [(queries: Int, keys: Int)]
        var heads = 2
        var keyValueHeads = 2
        var headSize = 16
        var window: Int?
        var margin = 0

        var description: String { name }
        var queryRows: Int { lengths.reduce(0) { $0 + $1.queries } }
        var keyRows: Int { lengths.reduce(0) { $0 + $1.keys } }
        var queries: PlaneShape {
            PlaneShape(queryRows, heads * (headSize + margin), margin: margin)
        }
        var keys: PlaneShape { PlaneShape(keyRows, keyValueHeads * (headSize + margin), margin: margin) }
        var output: PlaneShape { PlaneShape(queryRows, heads * headSize, margin: margin) }

        var spans: [AttentionSpan] {
            var query = 0, key = 0
            return lengths.map { length in
                defer {
                    query += length.queries
                    key += length.keys
                }
                return AttentionSpan(
                    queries: query..<query + length.queries, keys: key..<key + length.keys)
            }
        }

        var shape: AttentionShape {
            AttentionShape(
                heads: heads, keyValueHeads: keyValueHeads, headSize: headSize,
                queryStride: headSize + margin, keyValueStride: headSize + margin,
                scale: 1 / Float(headSize).squareRoot(), window: window)
        }

        /// Multiplications and additions of all visible scores and of the sums over them.
        var operations: Int {
            lengths.reduce(0) { total, length in
                let older = length.keys - length.queries
                let seen = length.queries * older + length.queries * (length.queries + 1) / 2
                return total + 4 * seen * headSize * heads
            }
        }
    }

    private static func cases(_ sizes: SelfTestSizes) -> [AttentionCase] {
        [
            AttentionCase(name: "one token", lengths: [(1, 1)]),
            AttentionCase(name: "no sequence", lengths: []),
            AttentionCase(name: "an empty sequence", lengths: [(0, 0), (3, 3), (0, 5)]),
            AttentionCase(name: "31 and 33 tokens", lengths: [(31, 31), (33, 33)], margin: 3),
            AttentionCase(name: "cached keys", lengths: [(1, 70), (3, 64), (6, 130)], headSize: 64),
            AttentionCase(
                name: "grouped heads", lengths: [(33, 40), (7, 7)], heads: 6, keyValueHeads: 2, headSize: 20),
            AttentionCase(
                name: "heads of 80, windows", lengths: [(65, 70)], heads: 1, keyValueHeads: 1, headSize: 80,
                window: 9),
        ]
            + (sizes.isThorough
                ? [
                    AttentionCase(
                        name: "1,000 tokens", lengths: [(1000, 1000)], headSize: 64, window: nil),
                    AttentionCase(
                        name: "heads of 256", lengths: [(129, 200)], heads: 4, keyValueHeads: 1, headSize: 256
                    ),
                    AttentionCase(
                        name: "96 short sequences",
                        lengths: (0..<96).map { (1 + $0 % 7, 1 + $0 % 7 + $0 % 5) }, headSize: 33, window: 3),
                ] : [])
    }

    private static func timedCase(_ sizes: SelfTestSizes) -> AttentionCase {
        AttentionCase(
            name: "\(sizes.sequences) sequences",
            lengths: Array(repeating: (sizes.sequenceLength, sizes.sequenceLength), count: sizes.sequences),
            heads: sizes.heads, keyValueHeads: sizes.heads, headSize: 64)
    }

    static func attention(_ sizes: SelfTestSizes) -> [OperationCheck] {
        [
            rotate(.halves, sizes), rotate(.neighbours, sizes), attentionForward(sizes),
            attentionDecoding(sizes), rewrittenSpans, attentionBackward(sizes),
        ]
    }

    private static func attentionForward(_ sizes: SelfTestSizes) -> OperationCheck {
        OperationCheck("attention", on: cases(sizes), timed: timedCase(sizes)) { bench, example in
            try attention(&bench, example, bytes: 0, operations: example.operations)
        }
    }

    /// One new token each, as in generating texts: the keys' and values' reading sets the pace.
    private static func attentionDecoding(_ sizes: SelfTestSizes) -> OperationCheck {
        var timed = timedCase(sizes)
        timed.lengths = timed.lengths.map { (1, $0.keys) }
        return OperationCheck("attention, one token", on: [timed], timed: timed) { bench, example in
            try attention(&bench, example, bytes: 2 * example.keys.byteCount, operations: 0)
        }
    }

    private static func attention(
        _ bench: inout Workbench, _ example: AttentionCase, bytes: Int, operations: Int
    ) throws -> PreparedOperation {
        let backend = bench.backend
        let queries = try bench.matrix(example.queries)
        let keys = try bench.matrix(example.keys)
        let values = try bench.matrix(example.keys)
        let spans = try backend.makeSpans(example.spans)
        let output = try bench.blank(example.output)
        let logSumExp = try bench.blank(example.queryRows, example.heads)
        let shape = example.shape
        return PreparedOperation(
            [(output, .attention), (logSumExp, .attention)], bytes: bytes, operations: operations
        ) {
            backend.attention(
                queries: queries, keys: keys, values: values, spans: spans, shape: shape, into: output,
                logSumExp: logSumExp)
        }
    }

    /// A later step of a recorded generation: the same queries see more keys.
    private static let rewrittenSpans = OperationCheck(
        "rewrite spans", on: [AttentionCase(name: "one token more", lengths: [(1, 40), (1, 9)])]
    ) { bench, example in
        let backend = bench.backend
        let old = try backend.makeSpans([
            AttentionSpan(queries: 0..<1, keys: 0..<39), AttentionSpan(queries: 1..<2, keys: 40..<48),
        ])
        let spans = backend.rewrite(old, with: example.spans)
        let queries = try bench.matrix(example.queries)
        let keys = try bench.matrix(example.keys)
        let values = try bench.matrix(example.keys)
        let output = try bench.blank(example.output)
        return PreparedOperation([(output, .attention)]) {
            backend.attention(
                queries: queries, keys: keys, values: values, spans: spans, shape: example.shape,
                into: output, logSumExp: nil)
        }
    }

    private static func attentionBackward(_ sizes: SelfTestSizes) -> OperationCheck {
        OperationCheck("attentionBackward", on: cases(sizes), timed: timedCase(sizes)) { bench, example in
            let backend = bench.backend
            let dOutput = try bench.matrix(example.output)
            let queries = try bench.matrix(example.queries)
            let keys = try bench.matrix(example.keys)
            let values = try bench.matrix(example.keys)
            let output = try bench.blank(example.output)
            let logSumExp = try bench.blank(example.queryRows, example.heads)
            let spans = try backend.makeSpans(example.spans)
            let shape = example.shape
            backend.attention(
                queries: queries, keys: keys, values: values, spans: spans, shape: shape, into: output,
                logSumExp: logSumExp)
            let dQueries = try bench.blank(example.queries)
            let dKeys = try bench.blank(example.keys.withRows(example.queryRows))
            let dValues = try bench.blank(example.keys.withRows(example.queryRows))
            // Keys that many queries see gather as many gradients.
            let size = Double(max(1, example.lengths.map(\.queries).max() ?? 1)).squareRoot()
            return PreparedOperation(
                [(dQueries, .attention), (dKeys, .attention), (dValues, .attention)], size: size,
                operations: example.operations * 5 / 2
            ) {
                backend.attentionBackward(
                    dOutput, queries: queries, keys: keys, values: values, output: output,
                    logSumExp: logSumExp, spans: spans, shape: shape, dQueries: dQueries, dKeys: dKeys,
                    dValues: dValues)
            }
        }
    }

    /// Heads of `size` of which the first `rotated` turn.
    private struct RotaryCase: Sendable, CustomStringConvertible {
        var rows: Int
        var heads: Int
        var size: Int
        var rotated: Int
        var margin = 0

        var description: String { "\(rows) × \(heads) heads of \(size), \(rotated) turn" }
    }

    private static func rotate(_ pairing: RotaryShape.Pairing, _ sizes: SelfTestSizes) -> OperationCheck {
        let shapes =
            [
                RotaryCase(rows: 1, heads: 1, size: 2, rotated: 2),
                RotaryCase(rows: 0, heads: 1, size: 8, rotated: 4),
                RotaryCase(rows: 33, heads: 3, size: 20, rotated: 10, margin: 3),
                RotaryCase(rows: 5, heads: 2, size: 64, rotated: 64),
                RotaryCase(rows: 7, heads: 4, size: 256, rotated: 64),
                RotaryCase(rows: 3, heads: 2, size: 6, rotated: 0),
            ] + (sizes.isThorough ? [RotaryCase(rows: 70_001, heads: 1, size: 4, rotated: 2)] : [])
        let timed = RotaryCase(rows: sizes.tokens, heads: sizes.width / 64, size: 64, rotated: 64)
        let name = pairing == .halves ? "halves" : "neighbours"
        return OperationCheck("rotate \(name)", on: shapes, timed: timed) { bench, example in
            let backend = bench.backend
            let plane = PlaneShape(example.rows, example.heads * example.size, margin: example.margin)
            let x = try bench.matrix(plane)
            let back = bench.isTimed ? nil : try bench.matrix(plane)
            let places = 97
            let positions = try bench.indices(example.rows, below: places)
            let cosines = try bench.matrix(places, example.rotated / 2)
            let sines = try bench.matrix(places, example.rotated / 2)
            let rotary = RotaryShape(
                heads: example.heads, headStride: example.size, rotated: example.rotated, pairing: pairing)
            var prepared = PreparedOperation([(x, .functions)], size: 4, bytes: 2 * plane.byteCount) {
                backend.rotate(
                    x, positions: positions, cosines: cosines, sines: sines, rotary: rotary, inverse: false)
                if let back {
                    backend.rotate(
                        back, positions: positions, cosines: cosines, sines: sines, rotary: rotary,
                        inverse: true)
                }
            }
            if let back { prepared.outputs.append(.init(matrix: back, tolerance: .functions, size: 4)) }
            return prepared
        }
    }
}
