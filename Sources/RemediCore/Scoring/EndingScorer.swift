import Compute
import LanguageModels

/// Scores the ends of texts in one packed pass.  A text that another one begins with is not run: its states
/// are the same there, because attention looks back only.  What is found does not depend on which texts are
/// asked together.
struct EndingScorer {
    let model: LanguageModel
    /// Where directions are added; nil if no text has one.
    var block: Int?
    var alpha = 1.0
    var beta = 1.0

    /// The score of every end, in order.
    ///
    /// - Parameter top: how many of the likeliest first tokens are wanted.
    /// - Throws: `LanguageModelError`, `ComputeError`.
    func scores(of endings: [ScoredEnding], top: Int = 0) throws -> [EndingScore] {
        guard !endings.isEmpty else { return [] }
        let shared = SharedBeginnings(endings.map(Self.key))
        var questions = Questions()
        let asked = zip(endings, shared.places).map { questions.ask($0, in: $1) }
        let logits = try model.logits(
            of: shared.owners.map { Array(endings[$0].tokens.dropLast()) }, at: questions.positions,
            edits: shared.owners.enumerated().compactMap { sequence, owner in
                endings[owner].edit.map { edit($0, of: sequence) }
            }, shifts: shared.owners.map { endings[$0].shift })
        let backend = model.backend
        let found = try backend.makeMatrix(rows: questions.ids.count, columns: 1)
        backend.logProbabilities(
            logits, rows: try backend.makeIndices(questions.rows),
            ids: try backend.makeIndices(questions.ids), into: found)
        let values = try backend.read(found).map(Double.init)
        let tops = top > 0 ? try model.likeliestTokens(in: logits, count: top) : []
        return asked.map { range in
            let row = Int(questions.rows[range.lowerBound])
            return EndingScore(
                logProbabilities: Array(values[range]), top: tops.isEmpty ? [] : tops[row].map(\.token))
        }
    }

    private func edit(_ edit: PromptEdit, of sequence: Int) -> Edit {
        guard let block else { preconditionFailure("edits need a block") }
        return Edit(
            sequence: sequence, block: block, tokens: edit.tokens, direction: edit.direction,
            alpha: Float(alpha), beta: Float(beta))
    }

    /// The tokens that the model reads, after the numbers that tell edits and shifts apart: texts with equal beginnings of these
    /// share their states.
    private static func key(_ ending: ScoredEnding) -> [Int] {
        let edit = ending.edit.map { [$0.sample, $0.tokens.lowerBound, $0.tokens.upperBound] }
        return (edit ?? [-1, -1, -1]) + [ending.shift] + ending.tokens.dropLast()
    }

    /// The questions of one forward pass; a position that several ends share has one row of logits.
    private struct Questions {
        private(set) var positions: [Position] = []
        /// For every token of every end its row and its id.
        private(set) var rows: [Int32] = []
        private(set) var ids: [Int32] = []
        private var known: [Place: Int32] = [:]

        private struct Place: Hashable {
            let sequence: Int
            let token: Int
        }

        /// The places of the answers.
        mutating func ask(_ ending: ScoredEnding, in sequence: Int) -> Range<Int> {
            let first = ids.count
            for token in ending.start..<ending.tokens.count {
                let place = Place(sequence: sequence, token: token - 1)
                if known[place] == nil {
                    known[place] = Int32(positions.count)
                    positions.append(Position(sequence: sequence, token: token - 1))
                }
                rows.append(known[place]!)
                ids.append(Int32(ending.tokens[token]))
            }
            return first..<ids.count
        }
    }
}

/// A text of which a model is to score the end.
struct ScoredEnding: Sendable {
    var tokens: [Int]
    /// The first token of the end; at least one stands before it, and one at or after it.
    var start: Int
    /// Where a direction is added; nil: nowhere.
    var edit: PromptEdit?
    /// Positions before its first token, as padding on the left takes them.
    var shift = 0

    init(tokens: [Int], start: Int, edit: PromptEdit? = nil, shift: Int = 0) {
        precondition(start > 0 && start < tokens.count, "an end follows something")
        self.tokens = tokens
        self.start = start
        self.edit = edit
        self.shift = shift
    }
}

/// A model's log-probabilities of an end.
struct EndingScore: Sendable, Equatable {
    /// Of each of its tokens, given all before.
    var logProbabilities: [Double]
    /// The likeliest tokens in the place of its first, the likeliest first; as many as were asked for.
    var top: [Int]

    var first: Double { logProbabilities[0] }
    var full: Double { logProbabilities.reduce(0, +) }
}

/// Which of many lists are the beginning of another.
struct SharedBeginnings {
    /// The lists that are the beginning of no other, in order; of equal ones the first.
    private(set) var owners: [Int] = []
    /// For every list, the place in `owners` of one that begins with it.
    private(set) var places: [Int]

    init(_ lists: [[Int]]) {
        // After a list in order stand first those that begin with it.
        let order = lists.indices.sorted { a, b in
            if lists[a] == lists[b] { return a > b }
            return lists[a].lexicographicallyPrecedes(lists[b])
        }
        var ownerOf = Array(lists.indices)
        for (list, next) in zip(order, order.dropFirst()).reversed()
        where lists[next].starts(with: lists[list]) {
            ownerOf[list] = ownerOf[next]
        }
        places = ownerOf
        owners = lists.indices.filter { ownerOf[$0] == $0 }
        let placeOf = Dictionary(uniqueKeysWithValues: owners.enumerated().map { ($1, $0) })
        for list in lists.indices { places[list] = placeOf[ownerOf[list]]! }
    }
}
