import Compute

/// Frozen keys and values of the earlier tokens in front of those of a pass's own rows.
final class PrefixedKeysValues: KeyValueStore {
    private let sequences: [FrozenSequence]
    private let parts: [PackedBatch.Part]
    private let spans: AttentionSpans
    /// Rows of the joined matrix that take the pass's own rows.
    private let ownRows: IndexVector
    private let rowCount: Int
    private let hasPrefix: Bool
    private let backend: any ComputeBackend
    private let workspace: Workspace

    init(_ model: LanguageModel, _ batch: PackedBatch, _ sequences: [FrozenSequence]) throws {
        self.sequences = sequences
        parts = batch.parts
        backend = model.backend
        workspace = Workspace(model.backend)
        hasPrefix = parts.contains { $0.tokens.lowerBound > 0 }
        var first = 0
        var own: [Int32] = []
        var spans: [AttentionSpan] = []
        for part in parts {
            let keys = first..<first + part.tokens.upperBound
            spans.append(AttentionSpan(queries: part.rows, keys: keys))
            own += (keys.lowerBound + part.tokens.lowerBound..<keys.upperBound).map { Int32($0) }
            first = keys.upperBound
        }
        self.spans = try backend.makeSpans(spans)
        rowCount = first
        ownRows = try model.backend.makeIndices(own)
    }

    func join(block: Int, new: Matrix) throws -> JoinedKeysValues {
        guard hasPrefix else { return JoinedKeysValues(matrix: new, spans: spans) }
        let joined = try workspace.matrix(.joined, rows: rowCount, columns: new.columns)
        for (index, sequence) in sequences.enumerated() {
            guard let prefix = sequence.prefix else { continue }
            let count = parts[index].tokens.lowerBound
            let start = (block - sequence.block - 1) * count
            let first = spans.spans[index].keys.lowerBound
            backend.copy(prefix.rows(start..<start + count), into: joined.rows(first..<first + count))
        }
        backend.scatterRows(new, ownRows, into: joined, accumulate: false)
        return JoinedKeysValues(matrix: joined, spans: spans)
    }
}
