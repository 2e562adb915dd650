import Compute

extension LanguageModel {
    /// Continues every prompt; edits act on the prompt's pass only.  Sequence i draws from
    /// `RandomStream(seed, purpose: "generation", sample: streamIds[i])`, so its text does not depend on
    /// the batch.  A text ends where the context does.
    ///
    /// - Parameters:
    ///   - paddings: tokens that count beside each prompt where the limit is on prompt and text together; an
    ///     empty list: none.
    ///   - observe: sees, for every token chosen, its prompt and the candidates it was chosen from.
    ///   - advanced: hears after every pass which texts ended in it, often none, and may throw to stop.
    /// - Returns: the new tokens of each prompt, the end token excluded.
    /// - Throws: `LanguageModelError.tooLong`, `.noSuchBlock`, `.emptyEdit`, `.outOfMemory`;
    ///   `ComputeError`; what `advanced` throws.
    package func generate(
        _ prompts: [[Int]], edits: [Edit] = [], options: GenerationOptions, seed: UInt64,
        streamIds: [String], paddings: [Int] = [], observe: (Int, [TokenCandidate]) -> Void = { _, _ in },
        advanced: ([FinishedText]) throws -> Void = { _ in }
    ) throws -> [[Int]] {
        precondition(prompts.count == streamIds.count, "every prompt has a stream")
        if case .topK(_, let temperature) = options.sampling {
            precondition(temperature > 0, "a temperature is positive")
        }
        try check(edits, of: prompts)
        for prompt in prompts { try check(sequence: prompt) }
        let continuations = prompts.enumerated().map { index, prompt in
            Continuation(
                prompt: index, length: prompt.count,
                limit: options.newTokens(
                    promptLength: prompt.count, padding: paddings.isEmpty ? 0 : paddings[index],
                    contextLength: contextLength),
                stream: RandomStream(seed: seed, purpose: "generation", sample: streamIds[index]))
        }
        let generator = Generator(
            self, prompts: prompts, continuations: continuations, edits: edits, options: options)
        return try generator.run(observe, advanced)
    }

    /// The tokens that end a text.
    var endTokens: Set<Int> { Set(configuration.endTokens).union([tokenizer.endToken].compactMap { $0 }) }
}

/// A token that may come next.
package struct TokenCandidate: Sendable, Equatable {
    package let token: Int
    package let logProbability: Float
}

/// The continuation of one prompt.
package struct FinishedText: Sendable, Equatable {
    /// The prompt's number.
    package let prompt: Int
    /// The new tokens, the end token excluded.
    package let tokens: [Int]
}

/// One text that is being continued.
struct Continuation {
    let prompt: Int
    /// Tokens whose keys and values are known, or will be once the prompt was read.
    var length: Int
    /// How many tokens may be made.
    let limit: Int
    var stream: RandomStream
    var tokens: [Int] = []
}
