import Compute

/// The mean of h_ℓ over some tokens of one sequence.
package struct StateReading: Sendable, Equatable {
    package var sequence: Int
    package var block: Int
    package var tokens: Range<Int>

    package init(sequence: Int, block: Int, tokens: Range<Int>) {
        self.sequence = sequence
        self.block = block
        self.tokens = tokens
    }
}

/// One token position of a batch.
package struct Position: Sendable, Equatable {
    package var sequence: Int
    package var token: Int

    package init(sequence: Int, token: Int) {
        self.sequence = sequence
        self.token = token
    }
}

extension LanguageModel {
    /// Reads hidden states; runs no block above the highest one asked for.
    ///
    /// - Parameter shifts: positions before each sequence's first token, as padding on the left takes them; an
    ///   empty list: none.
    /// - Returns: [readings, D].  State at an edited block and token already holds the edit.
    /// - Throws: `LanguageModelError.tooLong`, `.noSuchBlock`, `.emptyEdit`, `.outOfMemory`; `ComputeError`.
    package func states(
        of sequences: [[Int]], reading readings: [StateReading], edits: [Edit] = [], shifts: [Int] = []
    ) throws -> Matrix {
        try check(edits, of: sequences)
        return try allowance.run({ batchNeed() }) {
            try readStates(of: sequences, readings, edits: edits, shifts: shifts)
        }
    }

    private func readStates(
        of sequences: [[Int]], _ readings: [StateReading], edits: [Edit], shifts: [Int]
    ) throws -> Matrix {
        let result = try backend.makeMatrix(rows: readings.count, columns: hiddenSize)
        var needed: [Int: Int] = [:]
        for reading in readings {
            try check(block: reading.block)
            precondition(
                !reading.tokens.isEmpty && reading.tokens.lowerBound >= 0
                    && reading.tokens.upperBound <= sequences[reading.sequence].count,
                "a reading covers tokens of its sequence")
            needed[reading.sequence] = max(needed[reading.sequence] ?? 0, reading.tokens.upperBound)
        }
        var readingsOf: [Int: [Int]] = [:]
        for (index, reading) in readings.enumerated() {
            readingsOf[reading.sequence, default: []].append(index)
        }
        for batch in try batches(of: sequences, upTo: needed, shifts: shifts) {
            let indices = batch.parts.flatMap { readingsOf[$0.sequence] ?? [] }
            try readStates(batch, indices.map { ($0, readings[$0]) }, edits: edits, into: result)
        }
        return result
    }

    private func readStates(
        _ batch: PackedBatch, _ readings: [(index: Int, reading: StateReading)], edits: [Edit],
        into result: Matrix
    ) throws {
        let top = readings.map { $0.reading.block }.max() ?? 0
        let selection = RowSelection(
            readings.filter { $0.reading.block == top }.flatMap {
                batch.rows(ofSequence: $0.reading.sequence, tokens: $0.reading.tokens)
            })
        let runner = try BlockRunner(self, batch: batch, store: OwnKeysValues(batch, on: backend))
        _ = try runner.run(
            embed(batch, positions: runner.positions), through: 0..<top + 1,
            edits: PlacedEdits(edits, in: batch, on: backend), selection: selection
        ) { block, x in
            let wanted = readings.filter { $0.reading.block == block }
            if wanted.isEmpty { return }
            let spans = wanted.map { _, reading in
                let rows = batch.rows(ofSequence: reading.sequence, tokens: reading.tokens)
                guard block == top, let first = selection.place(of: rows.lowerBound) else { return rows }
                return first..<first + rows.count
            }
            let means = try backend.makeMatrix(rows: wanted.count, columns: hiddenSize)
            backend.meanRows(x, spans, into: means)
            backend.scatterRows(
                means, try backend.makeIndices(wanted.map { Int32($0.index) }), into: result,
                accumulate: false)
        }
    }

    /// Next-token logits at some positions, [positions, V].
    ///
    /// - Parameter shifts: as for `states`.
    /// - Throws: `LanguageModelError.tooLong`, `.noSuchBlock`, `.emptyEdit`, `.outOfMemory`; `ComputeError`.
    package func logits(
        of sequences: [[Int]], at positions: [Position], edits: [Edit] = [], shifts: [Int] = []
    ) throws -> Matrix {
        try allowance.run({ batchNeed(logitRows: positions.count) }) {
            try headLogits(finalStates(of: sequences, at: positions, edits: edits, shifts: shifts))
        }
    }

    /// Normalised final states at some positions, [positions, D].
    func finalStates(
        of sequences: [[Int]], at positions: [Position], edits: [Edit], shifts: [Int] = []
    ) throws -> Matrix {
        try check(edits, of: sequences)
        let result = try backend.makeMatrix(rows: positions.count, columns: hiddenSize)
        var needed: [Int: Int] = [:]
        var positionsOf: [Int: [Int]] = [:]
        for (index, position) in positions.enumerated() {
            precondition(
                sequences[position.sequence].indices.contains(position.token),
                "a position lies in its sequence")
            needed[position.sequence] = max(needed[position.sequence] ?? 0, position.token + 1)
            positionsOf[position.sequence, default: []].append(index)
        }
        for batch in try batches(of: sequences, upTo: needed, shifts: shifts) {
            let indices = batch.parts.flatMap { positionsOf[$0.sequence] ?? [] }
            let rows = indices.map { index in
                let token = positions[index].token
                return batch.rows(ofSequence: positions[index].sequence, tokens: token..<token + 1)
                    .lowerBound
            }
            let selection = RowSelection(rows)
            let runner = try BlockRunner(self, batch: batch, store: OwnKeysValues(batch, on: backend))
            let states = try runner.run(
                embed(batch, positions: runner.positions), through: 0..<blocks,
                edits: PlacedEdits(edits, in: batch, on: backend), selection: selection
            ).states
            normalise(states)
            let ordered = try backend.makeMatrix(rows: rows.count, columns: hiddenSize)
            backend.gatherRows(
                states, try backend.makeIndices(rows.compactMap { selection.place(of: $0).map(Int32.init) }),
                into: ordered)
            backend.scatterRows(
                ordered, try backend.makeIndices(indices.map { Int32($0) }), into: result,
                accumulate: false)
        }
        return result
    }
}

extension LanguageModel {
    /// How many rows are run at once where a request is larger.
    var rowBudget: Int { max(allowance.batchBytes / (4 * configuration.activationFloatsPerRow), 1) }

    /// The memory of a request in batches within the row budget.
    func batchNeed(logitRows: Int = 0) -> MemoryNeed {
        MemoryNeed(
            activations: 4 * rowBudget * configuration.activationFloatsPerRow,
            logits: 4 * logitRows * vocabularySize, remedies: [.smallerBatches])
    }

    /// Packs the beginnings of sequences, `needed` tokens each, into batches within the row budget.
    /// Sequences of which nothing is needed are left out.
    ///
    /// - Throws: `LanguageModelError.tooLong`, for whole sequences.
    func batches(
        of sequences: [[Int]], upTo needed: [Int: Int], shifts: [Int] = []
    ) throws -> [PackedBatch] {
        precondition(shifts.isEmpty || shifts.count == sequences.count, "every sequence has a shift")
        var batches: [PackedBatch] = []
        var batch = PackedBatch(positionLimit: contextLength)
        for (sequence, tokens) in sequences.enumerated() {
            guard let count = needed[sequence] else { continue }
            try check(sequence: tokens)
            if batch.rowCount > 0 && batch.rowCount + count > rowBudget {
                batches.append(batch)
                batch = PackedBatch(positionLimit: contextLength)
            }
            batch.append(
                sequence: sequence, tokens: 0..<count, ids: tokens[..<count],
                shift: shifts.isEmpty ? 0 : shifts[sequence])
        }
        if batch.rowCount > 0 { batches.append(batch) }
        return batches
    }
}

extension TransformerConfiguration {
    /// Floats that a row takes while a block runs.
    package var activationFloatsPerRow: Int {
        4 * hiddenSize + attentionLayout.columns + attention.heads * attention.headSize
            + (feedForward.isGated ? 3 : 1) * feedForward.innerSize
    }
}
