import Compute

/// Keys and values of texts that are being continued, in slots of equal size.
struct KeyValueCache {
    /// [slots · rows, C] per block.
    private let blocks: [Matrix]
    /// How many tokens a slot can hold.
    let rows: Int
    private let backend: any ComputeBackend

    /// - Parameter rows: how many tokens a slot can hold.
    init(_ model: LanguageModel, slots: Int, rows: Int) throws {
        let columns = model.configuration.attentionLayout.keysValues.count
        blocks = try (0..<model.blocks).map { _ in
            try model.backend.makeMatrix(rows: slots * rows, columns: columns)
        }
        self.rows = rows
        backend = model.backend
    }

    /// A store for a pass whose parts belong to `slots`; each slot holds the tokens before its part already.
    func store(_ batch: PackedBatch, slots: [Int]) throws -> any KeyValueStore {
        var spans: [AttentionSpan] = []
        var places: [Int32] = []
        for (part, slot) in zip(batch.parts, slots) {
            let first = place(slot: slot, position: 0)
            spans.append(
                AttentionSpan(queries: part.rows, keys: first..<first + part.tokens.upperBound))
            places += part.tokens.map { Int32(first + $0) }
        }
        return store(spans: try backend.makeSpans(spans), places: try backend.makeIndices(places))
    }

    /// A store for a pass whose new rows take `places` of the cache.
    func store(spans: AttentionSpans, places: IndexVector) -> any KeyValueStore {
        Store(blocks: blocks, spans: spans, places: places, backend: backend)
    }

    /// The cache's row of a text's token.
    func place(slot: Int, position: Int) -> Int { slot * rows + position }

    private struct Store: KeyValueStore {
        let blocks: [Matrix]
        let spans: AttentionSpans
        /// Rows of the cache that take the pass's own rows.
        let places: IndexVector
        let backend: any ComputeBackend

        func join(block: Int, new: Matrix) -> JoinedKeysValues {
            backend.scatterRows(new, places, into: blocks[block], accumulate: false)
            return JoinedKeysValues(matrix: blocks[block], spans: spans)
        }
    }
}

extension TransformerConfiguration {
    /// Bytes that one token of one text takes in the cache.
    package var cacheBytesPerToken: Int { 4 * blocks * attentionLayout.keysValues.count }
}
