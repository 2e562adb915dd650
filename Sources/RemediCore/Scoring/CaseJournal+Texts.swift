import LanguageModels

/// A prompt to be continued.
package struct ContinuedPrompt: Sendable {
    /// The prompt; a language model reads at least one token.
    package var tokens: [Int]
    /// Changes while the prompt is read; the `sequence` of an edit does not matter.
    package var edits: [Edit]
    /// Keys the random numbers of its text: texts of one run differ in it.
    package var stream: String
    /// Tokens that count beside the prompt's where the limit is on prompt and text together.
    package var padding: Int

    package init(tokens: [Int], edits: [Edit] = [], stream: String, padding: Int = 0) {
        self.tokens = tokens
        self.edits = edits
        self.stream = stream
        self.padding = padding
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
    /// - Returns: the new tokens of each prompt, the end token excluded; nil where some token was chosen by
    ///   probabilities that are not finite numbers.
    /// - Throws: as `LanguageModel.generate`; `RemediError.interrupted`; `LanguageModelError.unwritable`.
    package func texts(
        of prompts: [ContinuedPrompt], part: String, settings: TextSettings, model: LanguageModel,
        stage: String, progress: any ProgressReporter
    ) throws -> [[Int]?] {
        var known = prompts.indices.map { index in
            value(part, index).flatMap(Text.init(journalEntry:)).flatMap { $0.isText(of: model) ? $0 : nil }
        }
        let missing = prompts.indices.filter { known[$0] == nil }
        var done = prompts.count - missing.count
        progress.report(.started(stage: stage, total: prompts.count))
        let edits = missing.enumerated().flatMap { sequence, index in
            prompts[index].edits.map { edit in
                var edit = edit
                edit.sequence = sequence
                return edit
            }
        }
        var spoiled: Set<Int> = []
        _ = try model.generate(
            missing.map { prompts[$0].tokens }, edits: edits, options: settings.options,
            seed: settings.seed, streamIds: missing.map { prompts[$0].stream },
            paddings: missing.map { prompts[$0].padding },
            observe: { prompt, candidates in
                if candidates.contains(where: { !$0.logProbability.isFinite }) { spoiled.insert(prompt) }
            },
            advanced: { finished in
                if finished.isEmpty { return try progress.stopIfAsked() }
                let texts = finished.map { text in
                    Text(tokens: spoiled.contains(text.prompt) ? nil : text.tokens)
                }
                try keep(part, zip(finished, texts).map { (missing[$0.prompt], $1.journalEntry) })
                for (text, made) in zip(finished, texts) { known[missing[text.prompt]] = made }
                done += finished.count
                try progress.advance(to: done)
            })
        progress.report(.finished)
        return known.map { text in
            guard let text else { preconditionFailure("every text was made") }
            return text.tokens
        }
    }

    /// A text as the journal keeps it.
    private struct Text: JournalValue {
        /// nil: the model's probabilities were not finite numbers.
        var tokens: [Int]?

        init(tokens: [Int]?) { self.tokens = tokens }

        init?(journalEntry: JSONValue) {
            if journalEntry == .null { return }
            guard let entries = journalEntry.array else { return nil }
            let tokens = entries.compactMap(\.integer)
            guard tokens.count == entries.count else { return nil }
            self.tokens = tokens
        }

        var journalEntry: JSONValue { tokens.map { .array($0.map { .integer($0) }) } ?? .null }

        /// Whether the model has all of its tokens.
        func isText(of model: LanguageModel) -> Bool { (try? model.check(tokens: tokens ?? [])) != nil }
    }
}
