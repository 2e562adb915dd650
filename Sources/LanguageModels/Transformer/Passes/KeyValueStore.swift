import Compute

/// Where the attention of a pass finds the keys and values of its tokens and of those before them.
protocol KeyValueStore {
    /// Brings the keys and values of the pass's own rows, [N, C], together with older ones.
    func join(block: Int, new: Matrix) throws -> JoinedKeysValues
}

/// Keys and values, [M, C], and which rows belong to which queries.
struct JoinedKeysValues {
    let matrix: Matrix
    let spans: AttentionSpans
}

/// Whole sequences: a pass attends to its own rows alone.
struct OwnKeysValues: KeyValueStore {
    let spans: AttentionSpans

    init(_ batch: PackedBatch, on backend: any ComputeBackend) throws {
        spans = try backend.makeSpans(
            batch.parts.map { AttentionSpan(queries: $0.rows, keys: $0.rows) })
    }

    func join(block: Int, new: Matrix) -> JoinedKeysValues { JoinedKeysValues(matrix: new, spans: spans) }
}
