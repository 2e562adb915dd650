import Compute

/// The pass that reads one more token of each of some texts and finds what may follow.
///
/// Only the contents of its inputs change from one run to the next, so that a device can run the whole pass
/// again without the host's work.
final class DecodingPass {
    /// The token that a text ends with.
    struct Token {
        let id: Int
        /// Counted from the text's start.
        let position: Int
        /// Where the cache holds the text.
        let slot: Int
    }

    /// How many texts.
    let count: Int
    private let model: LanguageModel
    private let cache: KeyValueCache
    /// Its own: a recording goes on using the memory, whatever other passes need.
    private let workspace: Workspace
    private let ids: IndexVector
    private let positions: IndexVector
    private let places: IndexVector
    private var spans: AttentionSpans
    private let rotations: Rotations
    private let candidates: LikeliestTokens
    private var runs = 0
    private var recorded: (any RecordedOperations)?

    init(_ model: LanguageModel, cache: KeyValueCache, count: Int, candidates: Int) throws {
        let backend = model.backend
        let nothing = Array(repeating: Int32(0), count: count)
        self.model = model
        self.cache = cache
        self.count = count
        workspace = Workspace(backend)
        ids = try backend.makeIndices(nothing)
        positions = try backend.makeIndices(nothing)
        places = try backend.makeIndices(nothing)
        spans = try backend.makeSpans(
            (0..<count).map { AttentionSpan(queries: $0..<$0 + 1, keys: 0..<1) })
        rotations = try model.rotary.rotations(positions: cache.rows, on: backend)
        self.candidates = try LikeliestTokens(
            rows: count, vocabulary: model.vocabularySize, count: candidates, on: backend)
    }

    /// The candidates to follow each of the tokens, likeliest first.
    func run(_ tokens: [Token]) throws -> [[TokenCandidate]] {
        precondition(tokens.count == count, "a pass has one number of texts")
        let backend = model.backend
        backend.write(tokens.map { Int32($0.id) }, into: ids)
        backend.write(tokens.map { Int32($0.position) }, into: positions)
        backend.write(
            tokens.map { Int32(cache.place(slot: $0.slot, position: $0.position)) }, into: places)
        spans = backend.rewrite(
            spans,
            with: tokens.enumerated().map { row, token in
                let first = cache.place(slot: token.slot, position: 0)
                return AttentionSpan(
                    queries: row..<row + 1, keys: first..<first + token.position + 1)
            })
        // The first run finds the working memory; short endings are not worth a recording.
        if let recorded {
            recorded.replay()
        } else if runs == Self.runsBeforeRecording {
            recorded = try backend.record(compute)
        } else {
            try compute()
        }
        runs += 1
        return try candidates.read(from: backend)
    }

    private static let runsBeforeRecording = 2

    private func compute() throws {
        let store = cache.store(spans: spans, places: places)
        let runner = BlockRunner(
            model, positions: positions, rotations: rotations, store: store, workspace: workspace)
        let states = try runner.run(
            model.embed(ids, positions: positions), through: 0..<model.blocks
        ).states
        model.normalise(states)
        candidates.find(in: try model.headLogits(states), on: model.backend)
    }
}
