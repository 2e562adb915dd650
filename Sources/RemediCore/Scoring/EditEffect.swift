/// Whether edits change anything: the change of the log-probability of a word following a prompt, in nats.
package enum EditEffect {
    /// An edit that changes less does nothing: rounding alone moves log-probabilities by some 10⁻⁶.
    package static let least = 1e-4
    /// So many prompts are looked at.
    private static let promptCount = 8

    /// The median over some prompts of the change by their edits, each the largest of its words'; nil where no
    /// prompt has an edit, or numbers are not finite.
    ///
    /// - Throws: `LanguageModelError`, `ComputeError`.
    static func median(of prompts: [ScoredPrompt], by scorer: PromptScorer) throws -> Double? {
        let edited = prompts.filter { $0.edit != nil }
        let step = max(1, edited.count / promptCount)
        let some = stride(from: 0, to: edited.count, by: step).prefix(promptCount).map { edited[$0] }
        let plain = some.map { prompt in
            var prompt = prompt
            prompt.edit = nil
            return prompt
        }
        let changes = zip(try scorer.scores(of: some), try scorer.scores(of: plain)).compactMap {
            after, before in
            zip(after, before).map { abs($0.full - $1.full) }.max()
        }.sorted()
        guard !changes.isEmpty, changes.allSatisfy(\.isFinite) else { return nil }
        return changes[changes.count / 2]
    }
}
