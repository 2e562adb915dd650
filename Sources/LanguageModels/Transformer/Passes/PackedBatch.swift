import Compute

/// Consecutive tokens of several sequences, one after the other in the rows of a matrix.
struct PackedBatch: Sendable {
    /// Some tokens of one sequence.
    struct Part: Sendable {
        /// The sequence's number in the request.
        let sequence: Int
        /// Which of its tokens.
        let tokens: Range<Int>
        /// The batch's rows that hold them.
        let rows: Range<Int>
        /// Positions before the sequence's first token.
        let shift: Int
    }

    private(set) var parts: [Part] = []
    /// Token ids [N]; empty where a pass starts from states.
    private(set) var ids: [Int32] = []
    private(set) var rowCount = 0
    private var partOf: [Int: Int] = [:]
    /// Positions end before this; tokens beyond stand at the last one.  Only a shift can lead there.
    private let positionLimit: Int

    init(positionLimit: Int = .max) { self.positionLimit = positionLimit }

    /// Appends tokens of a sequence that is not in the batch yet.
    ///
    /// - Parameter shift: positions before its first token, as padding on the left takes them.
    mutating func append(
        sequence: Int, tokens: Range<Int>, ids newIds: some Sequence<Int>, shift: Int = 0
    ) {
        partOf[sequence] = parts.count
        parts.append(
            Part(
                sequence: sequence, tokens: tokens, rows: rowCount..<rowCount + tokens.count, shift: shift))
        rowCount += tokens.count
        ids += newIds.map { Int32($0) }
    }

    /// Each row's position in its sequence, [N].
    var positions: [Int32] {
        parts.flatMap { part in part.tokens.map { Int32(position($0, in: part)) } }
    }

    /// One more than the highest position.
    var positionCount: Int {
        parts.map { part in part.tokens.last.map { position($0, in: part) + 1 } ?? 0 }.max() ?? 0
    }

    private func position(_ token: Int, in part: Part) -> Int {
        part.shift == 0 ? token : min(token + part.shift, positionLimit - 1)
    }

    /// The rows of those `tokens` of a sequence that the batch holds.
    func rows(ofSequence sequence: Int, tokens: Range<Int>) -> Range<Int> {
        guard let index = partOf[sequence] else { return 0..<0 }
        let part = parts[index]
        let held = tokens.clamped(to: part.tokens)
        let start = part.rows.lowerBound + held.lowerBound - part.tokens.lowerBound
        return start..<start + held.count
    }
}

/// Some rows of a batch, ascending and distinct.
struct RowSelection: Sendable {
    let rows: [Int]
    private let places: [Int: Int]

    init(_ wanted: some Sequence<Int>) {
        rows = Set(wanted).sorted()
        places = Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($0.element, $0.offset) })
    }

    /// Where a row of the batch lies among the selected ones.
    func place(of row: Int) -> Int? { places[row] }
}
