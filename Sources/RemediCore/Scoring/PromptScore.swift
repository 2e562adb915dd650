import LanguageModels

/// Log-probabilities of a target and a comparator following a prompt.
struct PromptScore: Sendable, Equatable, JournalValue {
    var target: WordScore
    var comparator: WordScore

    init(target: WordScore, comparator: WordScore) {
        self.target = target
        self.comparator = comparator
    }

    /// Reads what `journalEntry` wrote; nil if the entry is something else.
    init?(journalEntry: JSONValue) {
        guard let numbers = [Double](journalEntry: journalEntry), numbers.count == 4 else { return nil }
        self.init(
            target: WordScore(first: numbers[0], full: numbers[1]),
            comparator: WordScore(first: numbers[2], full: numbers[3]))
    }

    /// Whether all log-probabilities are finite numbers.
    var isFinite: Bool {
        [target.first, target.full, comparator.first, comparator.full].allSatisfy(\.isFinite)
    }

    var journalEntry: JSONValue {
        .array([target.first, target.full, comparator.first, comparator.full].map { .number($0) })
    }

    /// The entry of a result file; the reference's keys first.
    ///
    /// - Parameters:
    ///   - prompt: the sample's, by which conditions are compared.
    ///   - given: what was read in its place.
    ///   - shown: which of the two is called `prompt`.
    func json(
        id: String, prompt: String, given: String?, showing shown: EvaluationRules.ShownPrompt = .sample
    ) -> JSONValue {
        let isSample = shown == .sample
        var object: JSONObject = [
            "id": .string(id), "prompt": .string(isSample ? prompt : given ?? prompt),
            "target_score": .number(target.first),
            "comparator_score": .number(comparator.first), "target_full_score": .number(target.full),
            "comparator_full_score": .number(comparator.full),
        ]
        if let given {
            object[isSample ? "given_prompt" : "sample_prompt"] = .string(isSample ? given : prompt)
        }
        return .object(object)
    }
}
