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
    private let k: Int

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

    /// F1 and MCC of predicted errors, and how often the true occupation is the first answer, or one of the
    /// first k, of probe and model.
    func metrics(_ bootstrap: Bootstrap, benchmark: String) -> JSONObject {
        let judgements = ids.indices.map { index in
            let says = said[index][0].title
            return Judgement(
                truth: errors[index], prediction: !probed[index].contains { $0.title == says })
        }
        var object = JSONObject()
        var intervals = JSONObject()
        for score in [JudgementScore.f1, .mcc] {
            let name = score.rawValue
            object[name] = .number(score.value(of: judgements))
            intervals["\(name)_interval"] =
                score.interval(of: judgements, bootstrap, key: "\(benchmark).\(name)")?.json ?? .null
        }
        for (name, rankings) in [("probe", probed), ("model", said)] {
            for (suffix, count) in [("1", 1), ("k", k)] {
                let key = "\(name)_recall_\(suffix)"
                let values = zip(rankings, truths).map { ranking, truth in
                    ranking.prefix(count).contains { $0.title == truth } ? 1.0 : 0
                }
                let metric = Metric(values: values, bootstrap: bootstrap, key: "\(benchmark).\(key)")
                object[key] = .number(metric.mean)
                intervals["\(key)_interval"] = metric.interval?.json ?? .null
            }
        }
        object["k"] = .integer(k)
        for (key, value) in intervals.members { object[key] = value }
        return object
    }
}
