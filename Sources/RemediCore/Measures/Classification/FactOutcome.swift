import LanguageModels

/// The findings of one task: the model's answers, and the probe's predictions of them.
struct FactOutcome {
    let task: FactTask
    /// target and comparator as the task has them.
    private let likelihoods: [PromptScore]
    private let scores: [FactScore]
    /// Whether the model finds the target likelier.
    private let truths: [Bool]
    private let isShuffled: Bool

    /// - Parameters:
    ///   - likelihoods: of target_mediated and target_unmediated.
    ///   - shuffle: an order for the truths among the samples; nil leaves them.
    init(
        _ task: FactTask, likelihoods: [PromptScore], scores: [FactScore], shuffle: TruthShuffle? = nil
    ) {
        precondition(likelihoods.count == scores.count)
        self.task = task
        self.likelihoods = likelihoods.map {
            task == .contextual ? $0 : PromptScore(target: $0.comparator, comparator: $0.target)
        }
        self.scores = scores
        let truths = self.likelihoods.map { $0.target.first > $0.comparator.first }
        isShuffled = shuffle != nil
        let number = FactTask.allCases.firstIndex(of: task)!
        self.truths =
            shuffle?.shuffled(truths, part: task.rawValue, number: number, of: FactTask.allCases.count)
            ?? truths
    }

    private func score(_ index: Int) -> (target: Double, comparator: Double) {
        let score = scores[index]
        return task == .contextual
            ? (score.mediated, score.unmediated) : (score.unmediated, score.mediated)
    }

    /// A sample's entry; the reference's keys first.
    func json(of index: Int) -> JSONValue {
        let likelihood = likelihoods[index]
        let score = score(index)
        var object: JSONObject = [
            "logp_target": .number(likelihood.target.first),
            "logp_comparator": .number(likelihood.comparator.first),
            "score_target": .number(score.target), "score_comparator": .number(score.comparator),
            "full_logp_target": .number(likelihood.target.full),
            "full_logp_comparator": .number(likelihood.comparator.full),
        ]
        if isShuffled { object["control_truth"] = .bool(truths[index]) }
        return .object(object)
    }
}

/// How close an entity's state lies to the directions for the attribute as given and with the targets
/// exchanged.
struct FactScore: Sendable, Equatable {
    var mediated: Double
    var unmediated: Double
}
