import Compute

/// Attends within whole sequences and keeps the keys and values of the tokens before each edit.
final class PrefixRecorder: KeyValueStore {
    /// See `FrozenSequence.prefix`, one per part of the batch.
    let prefixes: [Matrix?]
    private let own: OwnKeysValues
    private let rows: [Range<Int>]
    private let block: Int
    private let backend: any ComputeBackend

    init(_ model: LanguageModel, _ batch: PackedBatch, _ requests: [FreezeRequest], block: Int) throws {
        own = try OwnKeysValues(batch, on: model.backend)
        self.block = block
        backend = model.backend
        rows = batch.parts.map { part in
            let count = requests[part.sequence].editedTokens.lowerBound
            return part.rows.lowerBound..<part.rows.lowerBound + count
        }
        let above = model.blocks - 1 - block
        let columns = model.configuration.attentionLayout.keysValues.count
        prefixes = try rows.map { rows in
            above > 0 && !rows.isEmpty
                ? try model.backend.makeMatrix(rows: above * rows.count, columns: columns) : nil
        }
    }

    /// Whether any token comes before its edit.
    var isNeeded: Bool { prefixes.contains { $0 != nil } }

    func join(block: Int, new: Matrix) -> JoinedKeysValues {
        if block > self.block {
            for (prefix, rows) in zip(prefixes, rows) {
                guard let prefix else { continue }
                let start = (block - self.block - 1) * rows.count
                backend.copy(new.rows(rows), into: prefix.rows(start..<start + rows.count))
            }
        }
        return own.join(block: block, new: new)
    }
}
