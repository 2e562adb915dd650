import Compute

/// An edited forward pass over frozen sequences that can be differentiated.
package final class EditedPass {
    /// The record for `backward`.
    struct Recording {
        let runner: BlockRunner
        let blocks: [BlockRecord]
        let edits: PlacedEdits
        /// The rows that they touch.
        let editedRows: RowSelection
        /// Read rows of the states after the last block, [R], nil: all in order; and those states, [R′, D].
        let readRows: IndexVector?
        let finalStates: Matrix
        let finalStatistics: Matrix
    }

    /// [R, V]: all read positions of sequence 0, then of sequence 1, …
    package let logits: Matrix
    private let model: LanguageModel
    private var recording: Recording?

    init(_ model: LanguageModel, logits: Matrix, recording: Recording?) {
        self.model = model
        self.logits = logits
        self.recording = recording
    }

    /// d loss / d directions, [directions, D], given d loss / d logits [R, V].  Call at most once.
    package func backward(_ dLogits: Matrix) throws -> Matrix {
        guard let recording else { preconditionFailure("only a recorded pass is differentiated, once") }
        self.recording = nil
        let backend = model.backend
        let states = recording.finalStates
        let dRead = try backend.makeMatrix(rows: dLogits.rows, columns: model.hiddenSize)
        backend.linearBackward(dLogits, model.weights.head.weight, into: dRead, accumulate: false)
        let dStates = try backend.makeMatrix(rows: states.rows, columns: model.hiddenSize)
        var dNormed = dRead
        if let rows = recording.readRows {
            dNormed = try backend.makeMatrix(rows: states.rows, columns: model.hiddenSize)
            backend.fill(dNormed, with: 0)
            backend.scatterRows(dRead, rows, into: dNormed, accumulate: false)
        }
        model.applyBackward(
            model.weights.finalNorm, dNormed, x: states, statistics: recording.finalStatistics,
            into: dStates, accumulate: false)
        let dEdited = try recording.runner.backward(
            dStates, through: recording.blocks,
            wanted: backend.makeIndices(recording.editedRows.rows.map { Int32($0) }))
        return try recording.edits.backward(dEdited, selection: recording.editedRows, on: backend)
    }
}

extension LanguageModel {
    /// The unedited model's logits at the read positions, [R, V] in the order of `EditedPass.logits`.
    package func baseLogits(of sequences: [FrozenSequence]) throws -> Matrix {
        let rows = sequences.reduce(0) { $0 + $1.readPositions.count }
        let states = try backend.makeMatrix(rows: rows, columns: hiddenSize)
        var first = 0
        for sequence in sequences {
            guard let base = sequence.base else {
                preconditionFailure("the base side is kept only where freezing was asked to")
            }
            backend.copy(base, into: states.rows(first..<first + base.rows))
            first += base.rows
        }
        return try headLogits(states)
    }

    /// Runs the blocks above with sequence i edited by `directions[directionOf[i]]` at every edited token.
    /// With `recording` false no activations are kept and `backward` must not be called.
    package func edited(
        _ sequences: [FrozenSequence], directions: Matrix, directionOf: [Int], alpha: Float, beta: Float,
        recording: Bool
    ) throws -> EditedPass {
        precondition(sequences.count == directionOf.count, "every sequence has a direction")
        precondition(directions.columns == hiddenSize, "directions are [directions, D]")
        guard let block = sequences.first?.block else { preconditionFailure("a pass has sequences") }
        precondition(sequences.allSatisfy { $0.block == block }, "all sequences are frozen at one block")
        var batch = PackedBatch()
        var group = PlacedEdits.Group(block: block, directions: directions, alpha: alpha, beta: beta)
        var readRows: [Int] = []
        for (index, sequence) in sequences.enumerated() {
            batch.append(sequence: index, tokens: sequence.suffix, ids: [])
            let rows = batch.rows(ofSequence: index, tokens: sequence.editedTokens)
            group.rows += rows
            group.directionOf += rows.map { _ in directionOf[index] }
            readRows += sequence.readPositions.map {
                batch.rows(ofSequence: index, tokens: $0..<$0 + 1).lowerBound
            }
        }
        let edits = PlacedEdits(group)
        let states = try backend.makeMatrix(rows: batch.rowCount, columns: hiddenSize)
        for (part, sequence) in zip(batch.parts, sequences) {
            backend.copy(sequence.states, into: states.rows(part.rows))
        }
        try edits.apply(after: block, to: states, selection: nil, on: backend)
        return try run(
            states, batch: batch, sequences, edits: edits, above: block, reading: readRows,
            recording: recording)
    }

    /// Runs the blocks above `block`, the final norm and the head on the read rows.
    private func run(
        _ states: Matrix, batch: PackedBatch, _ sequences: [FrozenSequence], edits: PlacedEdits,
        above block: Int, reading readRows: [Int], recording: Bool
    ) throws -> EditedPass {
        let selection = RowSelection(readRows)
        let runner = try BlockRunner(
            self, batch: batch, store: PrefixedKeysValues(self, batch, sequences), isRecording: recording)
        let (top, records) = try runner.run(
            states, through: block + 1..<blocks, selection: selection)
        // Without a block above, the selection has not been made yet.
        let isSelected = block + 1 < blocks && selection.rows.count < batch.rowCount
        let places = isSelected ? readRows.compactMap { selection.place(of: $0) } : readRows
        let statistics = recording ? try makeNormStatistics(rows: top.rows) : nil
        let normed = try backend.makeMatrix(rows: top.rows, columns: hiddenSize)
        apply(weights.finalNorm, top, into: normed, statistics: statistics)
        let isOrdered = places.elementsEqual(0..<top.rows)
        let rows = isOrdered ? nil : try backend.makeIndices(places.map { Int32($0) })
        var read = normed
        if let rows {
            read = try backend.makeMatrix(rows: places.count, columns: hiddenSize)
            backend.gatherRows(normed, rows, into: read)
        }
        return EditedPass(
            self, logits: try headLogits(read),
            recording: statistics.map {
                EditedPass.Recording(
                    runner: runner, blocks: records, edits: edits,
                    editedRows: RowSelection(edits.groups.flatMap(\.rows)), readRows: rows,
                    finalStates: top, finalStatistics: $0)
            })
    }
}
