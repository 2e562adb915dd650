/// How tokens are chosen and when to stop.
package struct GenerationOptions: Sendable, Equatable {
    package enum Sampling: Sendable, Equatable {
        case greedy
        case topK(Int, temperature: Double)
    }
    package enum Limit: Sendable, Equatable {
        /// Prompt and continuation together; at least one token is made.
        case total(Int)
        case new(Int)
    }
    package var sampling: Sampling
    package var limit: Limit
    package var stopsAtEndToken = true
    /// Texts continued at once, at most; changes speed and memory only.
    package var sideBySide = 64

    package init(sampling: Sampling, limit: Limit) {
        self.sampling = sampling
        self.limit = limit
    }
}

extension GenerationOptions {
    /// How many tokens may be made at most.  The last one is never read, so it may lie past the context.
    ///
    /// - Parameter padding: what counts beside the prompt where the limit is on both together.
    func newTokens(promptLength: Int, padding: Int = 0, contextLength: Int) -> Int {
        let room = contextLength - promptLength + 1
        switch limit {
        case .total(let total): return min(max(total - padding - promptLength, 1), room)
        case .new(let count): return min(count, room)
        }
    }
}
