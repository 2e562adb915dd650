import Compute

extension LanguageModel {
    /// Freezes sequences for edits at `block`.  With `keepingBase`, also what `baseLogits` needs.
    /// - Throws: `LanguageModelError.tooLong`, `.noSuchBlock`, `.emptyEdit`, `.outOfMemory`; `ComputeError`.
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
        if requests.isEmpty { return [] }
        return try allowance.run({ batchNeed() }) {
            try batches(of: requests.map { $0.tokens }, upTo: needed).flatMap { batch in
                try freeze(batch, requests, block: block, keepingBase: keepingBase)
            }
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
