import Compute
import Foundation

/// Continues texts side by side.  A text holds a slot of the key and value cache until it ends; then the
/// next prompt takes it.
final class Generator {
    /// Memory that the cache may take, in bytes.
    static let cacheBytes = 1 << 30
    private let model: LanguageModel
    private let prompts: [[Int]]
    /// By the prompt that they act on.
    private let edits: [Int: [Edit]]
    private let options: GenerationOptions
    private let endTokens: Set<Int>
    private let cache: KeyValueCache
    private let workspace: Workspace
    /// The pass of as many texts as were continued last.
    private var pass: DecodingPass?
    /// Prompts that have no slot yet, the next one last.
    private var waiting: [Continuation]
    /// What each slot continues.
    private var slots: [Continuation?]
    private var results: [[Int]]
    /// Prompts whose texts ended since this was last told.
    private var ended: [Int]

    init(
        _ model: LanguageModel, prompts: [[Int]], continuations: [Continuation], edits: [Edit],
        options: GenerationOptions
    ) throws {
        self.model = model
        self.prompts = prompts
        self.edits = Dictionary(grouping: edits, by: \.sequence)
        self.options = options
        endTokens = options.stopsAtEndToken ? model.endTokens : []
        waiting = continuations.filter { $0.limit > 0 }.reversed()
        results = Array(repeating: [], count: prompts.count)
        ended = continuations.filter { $0.limit <= 0 }.map(\.prompt)
        let rows = waiting.map { $0.length + $0.limit - 1 }.max() ?? 1
        let affordable = Self.cacheBytes / (model.configuration.cacheBytesPerToken * rows)
        let count = min(max(affordable, 1), max(options.sideBySide, 1), max(waiting.count, 1))
        slots = Array(repeating: nil, count: count)
        cache = try KeyValueCache(model, slots: count, rows: rows)
        workspace = Workspace(model.backend)
    }

    /// - Parameters:
    ///   - observe: sees the candidates of every token.
    ///   - advanced: hears after every pass which texts ended in it.
    /// - Returns: the new tokens of each prompt.
    func run(
        _ observe: (Int, [TokenCandidate]) -> Void, _ advanced: ([FinishedText]) throws -> Void
    ) throws -> [[Int]] {
        while true {
            try admit(observe)
            try tell(advanced)
            let active = slots.indices.filter { slots[$0] != nil }
            if active.isEmpty {
                if waiting.isEmpty { return results }
                continue
            }
            try step(active, observe)
            try tell(advanced)
        }
    }

    private func tell(_ advanced: ([FinishedText]) throws -> Void) throws {
        let texts = ended.map { FinishedText(prompt: $0, tokens: results[$0]) }
        ended = []
        try advanced(texts)
    }

    /// Reads the prompts of as many waiting texts as have a free slot and fit the row budget, and makes the
    /// first token of each.
    private func admit(_ observe: (Int, [TokenCandidate]) -> Void) throws {
        var batch = PackedBatch()
        var admitted: [Int] = []
        for slot in slots.indices where slots[slot] == nil {
            guard let next = waiting.last else { break }
            if batch.rowCount > 0 && batch.rowCount + next.length > model.rowBudget { break }
            waiting.removeLast()
            let prompt = prompts[next.prompt]
            batch.append(sequence: next.prompt, tokens: prompt.indices, ids: prompt)
            slots[slot] = next
            admitted.append(slot)
        }
        if admitted.isEmpty { return }
        let acting = batch.parts.flatMap { edits[$0.sequence] ?? [] }
        try advance(
            batch, slots: admitted, edits: PlacedEdits(acting, in: batch, on: model.backend), observe)
    }

    /// Reads the token made last of each active text and makes the next.
    private func step(_ active: [Int], _ observe: (Int, [TokenCandidate]) -> Void) throws {
        var tokens: [DecodingPass.Token] = []
        for slot in active {
            guard var text = slots[slot], let last = text.tokens.last else { continue }
            tokens.append(DecodingPass.Token(id: last, position: text.length, slot: slot))
            text.length += 1
            slots[slot] = text
        }
        if pass?.count != tokens.count {
            pass = nil
            pass = try DecodingPass(
                model, cache: cache, count: tokens.count, candidates: options.sampling.candidateCount,
                workspace: workspace)
        }
        guard let pass else { preconditionFailure("the pass was just made") }
        take(try pass.run(tokens), active, observe)
    }

    /// Runs a batch of whole prompts whose parts belong to `slots` and chooses a token behind each.
    private func advance(
        _ batch: PackedBatch, slots active: [Int], edits: PlacedEdits,
        _ observe: (Int, [TokenCandidate]) -> Void
    ) throws {
        let store = try cache.store(batch, slots: active)
        let runner = try BlockRunner(model, batch: batch, store: store, workspace: workspace)
        let states = try runner.run(
            model.embed(batch, positions: runner.positions), through: 0..<model.blocks, edits: edits,
            selection: RowSelection(batch.parts.map { $0.rows.upperBound - 1 })
        ).states
        model.normalise(states)
        let candidates = try LikeliestTokens(
            model.headLogits(states), count: options.sampling.candidateCount, on: model.backend)
        take(try candidates.read(from: model.backend), active, observe)
    }

    /// Chooses a token for each active text from its candidates.
    private func take(
        _ candidates: [[TokenCandidate]], _ active: [Int], _ observe: (Int, [TokenCandidate]) -> Void
    ) {
        for (slot, candidates) in zip(active, candidates) {
            guard var text = slots[slot] else { continue }
            observe(text.prompt, candidates)
            let token = options.sampling.choose(from: candidates, &text.stream)
            let ends = endTokens.contains(token)
            if !ends { text.tokens.append(token) }
            if ends || text.tokens.count == text.limit {
                results[text.prompt] = text.tokens
                ended.append(text.prompt)
                slots[slot] = nil
            } else {
                slots[slot] = text
            }
        }
    }
}

extension GenerationOptions.Sampling {
    /// How many of the likeliest tokens are looked at.
    var candidateCount: Int {
        switch self {
        case .greedy: 1
        case .topK(let count, _): max(count, 1)
        }
    }

    /// Chooses one of the candidates (likeliest first): with probability ∝ p^(1 / temperature), one number
    /// drawn a token.
    func choose(from candidates: [TokenCandidate], _ stream: inout RandomStream) -> Int {
        guard case .topK(_, let temperature) = self else { return candidates[0].token }
        let best = Double(candidates[0].logProbability)
        let weights = candidates.map { exp((Double($0.logProbability) - best) / temperature) }
        var rest = stream.uniform() * weights.reduce(0, +)
        for (candidate, weight) in zip(candidates, weights) {
            rest -= weight
            if rest < 0 { return candidate.token }
        }
        return candidates[candidates.count - 1].token
    }
}
