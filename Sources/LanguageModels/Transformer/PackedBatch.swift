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
    }

    private(set) var parts: [Part] = []
    /// Token ids [N]; empty where a pass starts from states.
    private(set) var ids: [Int32] = []
    private(set) var rowCount = 0
    private var partOf: [Int: Int] = [:]

    init() {}

    /// Appends tokens of a sequence that is not in the batch yet.
    mutating func append(sequence: Int, tokens: Range<Int>, ids newIds: some Sequence<Int>) {
        partOf[sequence] = parts.count
        parts.append(
            Part(sequence: sequence, tokens: tokens, rows: rowCount..<rowCount + tokens.count))
        rowCount += tokens.count
        ids += newIds.map { Int32($0) }
    }

    /// Each row's position in its sequence, [N].
    var positions: [Int32] { parts.flatMap { $0.tokens.map { Int32($0) } } }

    /// One more than the highest position.
    var positionCount: Int { parts.map { $0.tokens.upperBound }.max() ?? 0 }

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
