import Compute
import Foundation

/// Continues texts side by side.  A text holds a slot of the key and value cache until it ends; then the
/// next prompt takes it.
final class Generator {
    private let model: LanguageModel
    private let prompts: [[Int]]
    /// By the prompt that they act on.
    private let edits: [Int: [Edit]]
    private let options: GenerationOptions
    private let endTokens: Set<Int>
    /// Tokens of the longest text.
    private let rows: Int
    /// nil until there is something to read.
    private var cache: KeyValueCache?
    private var workspace: Workspace
    /// The pass of as many texts as were continued last.
    private var pass: DecodingPass?
    /// Prompts that have no slot yet, the next one last.
    private var waiting: [Continuation]
    /// The text of each slot.
    private var slots: [Continuation?]
    private var results: [[Int]]
    /// Prompts whose texts ended since this was last told.
    private var ended: [Int]

    init(
        _ model: LanguageModel, prompts: [[Int]], continuations: [Continuation], edits: [Edit],
        options: GenerationOptions
    ) {
        self.model = model
        self.prompts = prompts
        self.edits = Dictionary(grouping: edits, by: \.sequence)
        self.options = options
        endTokens = options.stopsAtEndToken ? model.endTokens : []
        waiting = continuations.filter { $0.limit > 0 }.reversed()
        results = Array(repeating: [], count: prompts.count)
        ended = continuations.filter { $0.limit <= 0 }.map(\.prompt)
        rows = waiting.map { $0.length + $0.limit - 1 }.max() ?? 1
        slots = []
        workspace = Workspace(model.backend)
    }

    deinit { model.allowance.note(.cache, bytes: 0) }

    /// - Parameters:
    ///   - observe: sees the candidates of every token.
    ///   - advanced: hears after every pass which texts ended in it.
    /// - Returns: the new tokens of each prompt.
    /// - Throws: `LanguageModelError.outOfMemory`; what `advanced` throws.
    func run(
        _ observe: (Int, [TokenCandidate]) -> Void, _ advanced: ([FinishedText]) throws -> Void
    ) throws -> [[Int]] {
        var hasMore = true
        while hasMore {
            let wasHalved = model.allowance.isHalved
            do {
                hasMore = try advance(observe)
            } catch {
                guard let shortage = try model.allowance.shortage(in: error, need) else { throw error }
                if wasHalved { throw LanguageModelError.outOfMemory(shortage) }
                startAgain()
                model.allowance.halve(shortage)
            }
            try tell(advanced)
        }
        return results
    }

    private func need() -> MemoryNeed { model.batchNeed(logitRows: slots.count) }

    /// Fills free slots, or makes one more token of each active text.
    /// - Returns: false if there was nothing left to do.
    private func advance(_ observe: (Int, [TokenCandidate]) -> Void) throws -> Bool {
        let cache = try openedCache()
        if try admit(to: cache, observe) { return true }
        let active = slots.indices.filter { slots[$0] != nil }
        if active.isEmpty { return false }
        try step(active, cache, observe)
        return true
    }

    /// The cache, made with as many slots as the allowance permits.
    private func openedCache() throws -> KeyValueCache {
        if let cache { return cache }
        let slotBytes = model.configuration.cacheBytesPerToken * rows
        let affordable = model.allowance.cacheBytes / slotBytes
        let count = min(max(affordable, 1), max(options.sideBySide, 1), max(waiting.count, 1))
        model.allowance.note(.cache, bytes: count * slotBytes)
        let made = try KeyValueCache(model, slots: count, rows: rows)
        cache = made
        slots = Array(repeating: nil, count: count)
        return made
    }

    /// Gives back all memory; texts that have begun go on with what they have.
    private func startAgain() {
        pass = nil
        cache = nil
        workspace = Workspace(model.backend)
        waiting += slots.compactMap { $0 }.reversed()
        slots = []
    }

    private func tell(_ advanced: ([FinishedText]) throws -> Void) throws {
        let texts = ended.map { FinishedText(prompt: $0, tokens: results[$0]) }
        ended = []
        try advanced(texts)
    }

    /// Reads as many waiting texts as have a free slot and fit the row budget, and makes the next token of
    /// each.
    /// - Returns: whether there was one.
    private func admit(
        to cache: KeyValueCache, _ observe: (Int, [TokenCandidate]) -> Void
    ) throws -> Bool {
        var batch = PackedBatch()
        var admitted: [Int] = []
        for slot in slots.indices where slots[slot] == nil {
            guard var next = waiting.last else { break }
            let known = prompts[next.prompt] + next.tokens
            if batch.rowCount > 0 && batch.rowCount + known.count > model.rowBudget { break }
            waiting.removeLast()
            next.length = known.count
            batch.append(sequence: next.prompt, tokens: known.indices, ids: known)
            slots[slot] = next
            admitted.append(slot)
        }
        if admitted.isEmpty { return false }
        let acting = batch.parts.flatMap { edits[$0.sequence] ?? [] }
        let candidates = try read(
            batch, into: cache.store(batch, slots: admitted),
            edits: PlacedEdits(acting, in: batch, on: model.backend))
        take(candidates, admitted, observe)
        return true
    }

    /// Reads the token made last of each active text and makes the next.
    private func step(
        _ active: [Int], _ cache: KeyValueCache, _ observe: (Int, [TokenCandidate]) -> Void
    ) throws {
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
                model, cache: cache, count: tokens.count, candidates: options.sampling.candidateCount)
        }
        guard let pass else { preconditionFailure("the pass was just made") }
        take(try pass.run(tokens), active, observe)
    }

    /// Runs a batch of whole texts and finds what may follow each.
    private func read(
        _ batch: PackedBatch, into store: any KeyValueStore, edits: PlacedEdits
    ) throws -> [[TokenCandidate]] {
        let runner = try BlockRunner(model, batch: batch, store: store, workspace: workspace)
        let states = try runner.run(
            model.embed(batch, positions: runner.positions), through: 0..<model.blocks, edits: edits,
            selection: RowSelection(batch.parts.map { $0.rows.upperBound - 1 })
        ).states
        model.normalise(states)
        let candidates = try LikeliestTokens(
            model.headLogits(states), count: options.sampling.candidateCount, on: model.backend)
        return try candidates.read(from: model.backend)
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
