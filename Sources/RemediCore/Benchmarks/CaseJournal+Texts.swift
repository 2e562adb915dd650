import LanguageModels

/// A prompt to be continued.
package struct ContinuedPrompt: Sendable {
    /// The prompt; a language model reads at least one token.
    package var tokens: [Int]
    /// What is changed while the prompt is read; the `sequence` of an edit does not matter.
    package var edits: [Edit]
    /// Keys the random numbers of its text: texts of one run differ in it.
    package var stream: String

    package init(tokens: [Int], edits: [Edit] = [], stream: String) {
        self.tokens = tokens
        self.edits = edits
        self.stream = stream
    }
}

/// How a list of prompts is continued.
package struct TextSettings: Sendable {
    package var options: GenerationOptions
    package var seed: UInt64

    package init(options: GenerationOptions, seed: UInt64) {
        self.options = options
        self.seed = seed
    }
}

extension CaseJournal {
    /// The continuation of every prompt, in order: those known are taken as they are; the others are made
    /// side by side, each kept as soon as it ends.  A signal stops between two tokens, and texts that have
    /// not ended are made anew by the next run, with the same random numbers.
    ///
    /// - Parameters:
    ///   - part: tells lists of one result apart.
    ///   - stage: what progress calls the work; it counts texts.
    /// - Returns: the new tokens of each prompt, the end token excluded.
    /// - Throws: as `LanguageModel.generate`; `RemediError.interrupted`; `LanguageModelError.unwritable`.
    package func texts(
        of prompts: [ContinuedPrompt], part: String, settings: TextSettings, model: LanguageModel,
        stage: String, progress: any ProgressReporter
    ) throws -> [[Int]] {
        let missing = prompts.indices.filter { value(part, $0) == nil }
        var done = prompts.count - missing.count
        progress.report(.started(stage: stage, total: prompts.count))
        let edits = missing.enumerated().flatMap { sequence, index in
            prompts[index].edits.map { edit in
                var edit = edit
                edit.sequence = sequence
                return edit
            }
        }
        _ = try model.generate(
            missing.map { prompts[$0].tokens }, edits: edits, options: settings.options,
            seed: settings.seed, streamIds: missing.map { prompts[$0].stream },
            advanced: { finished in
                if finished.isEmpty { return try progress.stopIfAsked() }
                try keep(
                    part,
                    finished.map { (missing[$0.prompt], .array($0.tokens.map { .integer($0) })) })
                done += finished.count
                try progress.advance(to: done)
            })
        progress.report(.finished)
        return prompts.indices.map { index in
            let tokens = value(part, index)?.array?.compactMap(\.integer)
            precondition(tokens != nil, "every text was made")
            return tokens!
        }
    }
}
