import Compute

/// One change of the residual stream: at block ℓ, for every token of a range, h ← β·h + α·d.
package struct Edit: Sendable {
    /// Which sequence of the batch.
    package var sequence: Int
    package var block: Int
    package var tokens: Range<Int>
    /// [1, D].
    package var direction: Matrix
    package var alpha: Float
    package var beta: Float

    package init(
        sequence: Int, block: Int, tokens: Range<Int>, direction: Matrix, alpha: Float = 1, beta: Float = 1
    ) {
        self.sequence = sequence
        self.block = block
        self.tokens = tokens
        self.direction = direction
        self.alpha = alpha
        self.beta = beta
    }
}

/// Edits placed on the rows of one packed batch: the only place where hidden states are changed.
struct PlacedEdits: Sendable {
    /// Edits of distinct rows of one block with one α and β.
    struct Group: Sendable {
        let block: Int
        var rows: [Int] = []
        /// Which of the directions each row gets.
        var directionOf: [Int] = []
        /// [directions, D].
        var directions: Matrix
        let alpha: Float
        let beta: Float
    }

    private(set) var groups: [Group] = []

    init() {}

    init(_ group: Group) { groups = [group] }

    /// Places `edits` (already checked) on the rows of `batch`, which holds some of the sequences in part or
    /// whole.  Edits of the same token act one after the other, in their order.
    init(_ edits: [Edit], in batch: PackedBatch, on backend: any ComputeBackend) throws {
        var members: [[Edit]] = []
        for edit in edits {
            let rows = batch.rows(ofSequence: edit.sequence, tokens: edit.tokens)
            if rows.isEmpty { continue }
            let place = groups.lastIndex {
                $0.block == edit.block && ($0.alpha, $0.beta) == (edit.alpha, edit.beta)
            }
            let isLastOfBlock = place != nil && place == groups.lastIndex { $0.block == edit.block }
            if let place, isLastOfBlock, Set(groups[place].rows).isDisjoint(with: rows) {
                groups[place].directionOf += rows.map { _ in members[place].count }
                groups[place].rows += rows
                members[place].append(edit)
            } else {
                groups.append(
                    Group(
                        block: edit.block, rows: Array(rows), directionOf: rows.map { _ in 0 },
                        directions: edit.direction, alpha: edit.alpha, beta: edit.beta))
                members.append([edit])
            }
        }
        for (place, edits) in members.enumerated() where edits.count > 1 {
            let directions = try backend.makeMatrix(
                rows: edits.count, columns: edits[0].direction.columns)
            for (row, edit) in edits.enumerated() {
                backend.copy(edit.direction, into: directions.rows(row..<row + 1))
            }
            groups[place].directions = directions
        }
    }

    /// Edits the states `x` after `block`.  With a selection, `x` holds its rows only.
    func apply(
        after block: Int, to x: Matrix, selection: RowSelection?, on backend: any ComputeBackend
    ) throws {
        for group in groups where group.block == block {
            guard let placed = try Self.indices(group, selection, on: backend) else { continue }
            backend.edit(
                x, rows: placed.rows, directions: group.directions, directionOf: placed.directionOf,
                alpha: group.alpha, beta: group.beta)
        }
    }

    /// The gradient of `apply` with respect to the only group's directions, [directions, D], given that with
    /// respect to the edited states, of which `dx` holds the selected rows.
    func backward(_ dx: Matrix, selection: RowSelection, on backend: any ComputeBackend) throws -> Matrix {
        precondition(groups.count == 1, "only one group of edits is differentiated")
        let group = groups[0]
        let dDirections = try backend.makeMatrix(
            rows: group.directions.rows, columns: group.directions.columns)
        backend.fill(dDirections, with: 0)
        if let placed = try Self.indices(group, selection, on: backend) {
            backend.editBackward(
                dx, rows: placed.rows, dDirections: dDirections, directionOf: placed.directionOf,
                alpha: group.alpha, beta: group.beta)
        }
        return dDirections
    }

    private static func indices(
        _ group: Group, _ selection: RowSelection?, on backend: any ComputeBackend
    ) throws -> (rows: IndexVector, directionOf: IndexVector)? {
        var rows: [Int32] = []
        var directionOf: [Int32] = []
        for (row, direction) in zip(group.rows, group.directionOf) {
            guard let place = selection.map({ $0.place(of: row) }) ?? row else { continue }
            rows.append(Int32(place))
            directionOf.append(Int32(direction))
        }
        if rows.isEmpty { return nil }
        return (try backend.makeIndices(rows), try backend.makeIndices(directionOf))
    }
}

extension LanguageModel {
    /// - Throws: `LanguageModelError.emptyEdit`, `.noSuchBlock`.
    func check(_ edits: [Edit], of sequences: [[Int]]) throws {
        for edit in edits {
            try check(block: edit.block)
            precondition(sequences.indices.contains(edit.sequence), "an edit names a sequence of its batch")
            precondition(
                edit.direction.rows == 1 && edit.direction.columns == hiddenSize, "a direction is [1, D]")
            let length = sequences[edit.sequence].count
            guard !edit.tokens.isEmpty, edit.tokens.lowerBound >= 0, edit.tokens.upperBound <= length else {
                throw LanguageModelError.emptyEdit(sequence: edit.sequence)
            }
        }
    }
}
