import LanguageModels

/// Which occupations the model and a probe put first for every person, and what follows from it.
struct ErrorOutcome {
    private let titles: [String]
    /// The true titles.
    private let truths: [String]
    private let ids: [String]
    private let said: [[(title: String, value: Double)]]
    private let probed: [[(title: String, value: Double)]]
    /// Whether the model errs, as it is or shuffled among the people.
    private let errors: [Bool]
    private let isShuffled: Bool
    /// How many occupations count as an answer; all of them if there are fewer.
    let k: Int

    /// - Parameters:
    ///   - likelihoods: the log-probabilities of every title, one list a person.
    ///   - scores: the probe's.
    ///   - shuffle: an order for the errors among the people; nil leaves them.
    init(
        people: [PersonTexts], occupations: Occupations, likelihoods: [[Double]], scores: [[Double]], k: Int,
        shuffle: TruthShuffle?
    ) {
        precondition(people.count == likelihoods.count && people.count == scores.count)
        titles = occupations.titles
        ids = people.map(\.id)
        truths = people.map(\.title)
        self.k = min(k, occupations.count)
        said = likelihoods.map { occupations.ranking(by: $0, top: k) }
        probed = scores.map { occupations.ranking(by: $0, top: k) }
        let errors = zip(said, truths).map { $0[0].title != $1 }
        isShuffled = shuffle != nil
        self.errors =
            shuffle?.shuffled(errors, part: ErrorClassification.name) ?? errors
    }

    /// One object a person; the reference's keys first.
    var entries: [JSONValue] {
        ids.indices.map { index in
            func list(_ ranking: [(title: String, value: Double)]) -> (JSONValue, JSONValue) {
                (.array(ranking.map { .string($0.title) }), .array(ranking.map { .number($0.value) }))
            }
            let (said, logProbabilities) = list(said[index])
            let (probed, scores) = list(probed[index])
            var object: JSONObject = [
                "id": .string(ids[index]), "model_top_k": said, "model_top_k_logp": logProbabilities,
                "predicted_top_k": probed, "predicted_top_k_scores": scores,
                "ground_truth": .string(truths[index]),
            ]
            if isShuffled { object["control_truth"] = .bool(errors[index]) }
            return .object(object)
        }
    }
}
