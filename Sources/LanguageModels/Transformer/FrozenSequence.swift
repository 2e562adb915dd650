import Compute

/// What an edit at one block cannot change of one sequence, computed once: the states h_ℓ (before the edit)
/// from the first edited token on, the keys and values of the earlier tokens above block ℓ, and the
/// unedited model's normalised final states at the positions whose logits are read.
///
/// Letters: P tokens before the first edited one, S tokens from it to the last read one, R read positions,
/// C columns of keys and values, L blocks.
package final class FrozenSequence: Sendable {
    /// Token count, first edited token, edited tokens, read positions: all relative to the sequence.
    package let tokenCount: Int
    package let editedTokens: Range<Int>
    package let readPositions: [Int]
    /// The edited block.
    package let block: Int
    /// Device bytes held.
    package var byteCount: Int {
        [states, prefix, base].compactMap { $0 }.reduce(0) { $0 + $1.rows * $1.columns * 4 }
    }
    /// h_ℓ, [S, D].
    let states: Matrix
    /// Keys and values of the earlier tokens, block after block, [(L − 1 − ℓ) · P, C]; nil if there are none.
    let prefix: Matrix?
    /// Normalised final states of the unedited model, [R, D].
    let base: Matrix?

    init(_ request: FreezeRequest, block: Int, states: Matrix, prefix: Matrix?, base: Matrix?) {
        tokenCount = request.tokens.count
        editedTokens = request.editedTokens
        readPositions = request.readPositions
        self.block = block
        self.states = states
        self.prefix = prefix
        self.base = base
    }

    /// The tokens from the first edited one to the last read one.
    var suffix: Range<Int> { editedTokens.lowerBound..<editedTokens.lowerBound + states.rows }
}

/// What to freeze: a sequence, the tokens to be edited and the positions (all ≥ editedTokens.lowerBound)
/// whose logits are wanted.
package struct FreezeRequest: Sendable {
    package var tokens: [Int]
    package var editedTokens: Range<Int>
    package var readPositions: [Int]

    package init(tokens: [Int], editedTokens: Range<Int>, readPositions: [Int]) {
        self.tokens = tokens
        self.editedTokens = editedTokens
        self.readPositions = readPositions
    }

    /// The tokens from the first edited one to the last read one.
    var suffix: Range<Int> {
        editedTokens.lowerBound..<(readPositions.max() ?? editedTokens.lowerBound) + 1
    }
}

extension LanguageModel {
    /// Freezes sequences for edits at `block`.  With `keepingBase`, also what `baseLogits` needs.
    /// - Throws: `LanguageModelError.tooLong`, `.noSuchBlock`, `.emptyEdit`; `ComputeError`.
    package func freeze(
        _ requests: [FreezeRequest], block: Int, keepingBase: Bool
    ) throws -> [FrozenSequence] {
        try check(block: block)
        for (index, request) in requests.enumerated() {
            let edited = request.editedTokens
            guard !edited.isEmpty, edited.lowerBound >= 0, edited.upperBound <= request.tokens.count else {
                throw LanguageModelError.emptyEdit(sequence: index)
            }
            precondition(
                !request.readPositions.isEmpty
                    && request.readPositions.allSatisfy {
                        $0 >= edited.lowerBound && $0 < request.tokens.count
                    },
                "logits are read at edited or later tokens")
            precondition(
                Set(request.readPositions).count == request.readPositions.count,
                "each position is read once")
        }
        let needed = Dictionary(
            uniqueKeysWithValues: requests.enumerated().map { ($0.offset, $0.element.suffix.upperBound) })
        return try batches(of: requests.map { $0.tokens }, upTo: needed).flatMap { batch in
            try freeze(batch, requests, block: block, keepingBase: keepingBase)
        }
    }

    /// Device bytes that freezing a request would take, without computing anything.
    package func frozenByteCount(_ request: FreezeRequest, block: Int, keepingBase: Bool) -> Int {
        configuration.frozenByteCount(
            prefix: request.editedTokens.lowerBound, suffix: request.suffix.count,
            reads: keepingBase ? request.readPositions.count : 0, block: block)
    }

    private func freeze(
        _ batch: PackedBatch, _ requests: [FreezeRequest], block: Int, keepingBase: Bool
    ) throws -> [FrozenSequence] {
        let recorder = try PrefixRecorder(self, batch, requests, block: block)
        let runner = try BlockRunner(self, batch: batch, store: recorder)
        let below = try runner.run(
            embed(batch, positions: runner.positions), through: 0..<block + 1
        ).states
        let states = try batch.parts.map { part in
            let suffix = batch.rows(ofSequence: part.sequence, tokens: requests[part.sequence].suffix)
            let held = try backend.makeMatrix(rows: suffix.count, columns: hiddenSize)
            backend.copy(below.rows(suffix), into: held)
            return held
        }
        let bases = try finish(
            below, runner, batch, requests, above: block, keepingBase: keepingBase,
            hasPrefix: recorder.isNeeded)
        return batch.parts.enumerated().map { index, part in
            FrozenSequence(
                requests[part.sequence], block: block, states: states[index],
                prefix: recorder.prefixes[index], base: bases?[index])
        }
    }

    /// Runs the blocks above the edited one as far as anybody needs them: the prefixes' keys and values are
    /// noted on the way.
    /// - Returns: the normalised final states at each part's read positions.
    private func finish(
        _ x: Matrix, _ runner: BlockRunner, _ batch: PackedBatch, _ requests: [FreezeRequest],
        above block: Int, keepingBase: Bool, hasPrefix: Bool
    ) throws -> [Matrix]? {
        guard keepingBase else {
            if hasPrefix && block + 1 < blocks {
                let last = try runner.run(x, through: block + 1..<blocks - 1).states
                _ = try runner.noteKeysValues(blocks - 1, last)
            }
            return nil
        }
        let rows = batch.parts.map { part in
            requests[part.sequence].readPositions.map {
                batch.rows(ofSequence: part.sequence, tokens: $0..<$0 + 1).lowerBound
            }
        }
        let selection = RowSelection(rows.joined())
        var states = x
        var places: (Int) -> Int? = { $0 }
        if block + 1 < blocks {
            states = try runner.run(x, through: block + 1..<blocks, selection: selection).states
            places = selection.place
        }
        normalise(states)
        return try rows.map { rows in
            let base = try backend.makeMatrix(rows: rows.count, columns: hiddenSize)
            let indices = try backend.makeIndices(rows.compactMap { places($0).map(Int32.init) })
            backend.gatherRows(states, indices, into: base)
            return base
        }
    }
}

extension BlockRunner {
    /// Computes only keys and values of a block and hands them to the store.
    func noteKeysValues(_ block: Int, _ x: Matrix) throws -> JoinedKeysValues {
        let projected = try project(block, x).projected
        return try store.join(
            block: block, new: projected.columns(model.configuration.attentionLayout.keysValues))
    }
}

/// Attends within whole sequences and keeps the keys and values of the tokens before each edit.
final class PrefixRecorder: KeyValueStore {
    /// See `FrozenSequence.prefix`, one per part of the batch.
    let prefixes: [Matrix?]
    private let own: OwnKeysValues
    private let rows: [Range<Int>]
    private let block: Int
    private let backend: any ComputeBackend

    init(_ model: LanguageModel, _ batch: PackedBatch, _ requests: [FreezeRequest], block: Int) throws {
        own = OwnKeysValues(batch)
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

extension TransformerConfiguration {
    /// Bytes of a frozen sequence with so many tokens before the edit, from there to the last read one, and
    /// read positions whose base side is kept.
    package func frozenByteCount(prefix: Int, suffix: Int, reads: Int, block: Int) -> Int {
        let keys = (blocks - 1 - block) * prefix * attentionLayout.keysValues.count
        return 4 * ((suffix + reads) * hiddenSize + keys)
    }
}
