import Foundation
import LanguageModels

/// What one sample contributes to a metric: a value for each of its prompts, mostly one.
struct SampleValue: Sendable, Equatable {
    struct Part: Sendable, Equatable {
        var key: String
        var value: Double
    }

    /// The sample's id; of an id that occurs again, with its number behind it.
    var key: String
    var parts: [Part]

    var mean: Double { parts.reduce(0) { $0 + $1.value } / Double(parts.count) }
}

/// Finds in a result file's samples what its metrics were computed from.
struct SampleReader {
    let benchmark: String

    /// What a metric is made of.
    enum Measure {
        case mean([SampleValue])
        case judgements(JudgementScore, [Judgement])

        var value: Double {
            switch self {
            case .mean(let values): values.reduce(0) { $0 + $1.mean } / Double(values.count)
            case .judgements(let score, let judgements): score.value(of: judgements)
            }
        }

        func interval(_ bootstrap: Bootstrap, key: String) -> Interval? {
            switch self {
            case .mean(let values): bootstrap.interval(of: values.map(\.mean), key: key)
            case .judgements(let score, let judgements): score.interval(of: judgements, bootstrap, key: key)
            }
        }
    }

    /// How far the samples' mean may lie from the number in the file: half-precision sums were stored.
    private static let tolerance = 1e-3

    /// What `metric` was computed from; nil if the samples do not say, or say something else than the file.
    func measure(_ metric: StoredMetric, of samples: [JSONValue]) -> Measure? {
        let judgements = judgements(in: samples).map(\.judgement)
        let measure: Measure
        if let score = JudgementScore(rawValue: metric.name), !judgements.isEmpty {
            measure = .judgements(score, judgements)
        } else {
            let values = values(of: metric.name, in: samples)
            guard !values.isEmpty else { return nil }
            measure = .mean(values)
        }
        return abs(measure.value - metric.value) <= Self.tolerance * max(1, abs(metric.value)) ? measure : nil
    }

    /// Metrics that a file does not hold, but its samples.
    static func derivedMetrics(of benchmark: String) -> [String] {
        benchmark == "entailment" ? ["co_delta_p", "orig_delta_p", "unrel_delta_p"] : []
    }

    /// The values of all samples that have one.
    func values(of metric: String, in samples: [JSONValue]) -> [SampleValue] {
        zip(Self.keys(of: samples), samples).compactMap { key, sample in
            let parts = parts(of: sample, metric: metric).filter { abs($0.value) < Axis.limit }
            if parts.isEmpty { return nil }
            return SampleValue(key: key, parts: parts)
        }
    }

    /// The judgements of all samples that have one.
    func judgements(in samples: [JSONValue]) -> [(key: String, judgement: Judgement)] {
        zip(Self.keys(of: samples), samples).compactMap { key, sample in
            judgement(of: sample).map { (key, $0) }
        }
    }

    /// Ids; from the second on, one that occurs again has its number behind it.
    static func keys(of samples: [JSONValue]) -> [String] {
        var occurrences: [String: Int] = [:]
        return samples.map { sample in
            let id = sample["id"].map { $0.string ?? $0.text() } ?? ""
            let number = occurrences[id, default: 0] + 1
            occurrences[id] = number
            return number == 1 ? id : "\(id)#\(number)"
        }
    }

    private func parts(of sample: JSONValue, metric: String) -> [SampleValue.Part] {
        func single(_ value: Double?) -> [SampleValue.Part] {
            value.map { [.init(key: "", value: $0)] } ?? []
        }
        func single(_ isTrue: Bool?) -> [SampleValue.Part] { single(isTrue.map { $0 ? 1 : 0 }) }
        switch benchmark {
        case "efficacy", "rewrite", "paraphrase", "neighborhood":
            return (sample["prompts"]?.array ?? [sample]).compactMap { prompt in
                Self.preference(metric, of: prompt).map {
                    .init(key: (prompt["sample_prompt"] ?? prompt["prompt"])?.string ?? "", value: $0)
                }
            }
        case "entailment": return Self.entailment(metric, of: sample)
        case "mediation" where metric == "accuracy":
            return single(Self.isGreater(sample["logp_target"], sample["logp_comparator"]))
        case "mediation" where metric == "full_accuracy":
            return single(Self.isGreater(sample["full_logp_target"], sample["full_logp_comparator"]))
        case "error_cls": return single(Self.recall(metric, of: sample))
        case "error_correction" where metric.hasSuffix("_accuracy"):
            guard let target = sample["target"]?.string, let found = sample["predictions"]?.array else {
                return []
            }
            let named = found.compactMap(\.string)
            return single(metric == "top1_accuracy" ? named.first == target : named.contains(target))
        default:
            let key = metric == "fluency_generaton" ? "fluency_generation" : metric
            return single(sample[key + "_score"]?.double ?? sample[key]?.double)
        }
    }

    private static func preference(_ metric: String, of prompt: JSONValue) -> Double? {
        let full = metric.hasPrefix("full_") ? "full_" : ""
        guard let target = prompt["target_\(full)score"]?.double,
            let comparator = prompt["comparator_\(full)score"]?.double
        else { return nil }
        switch metric {
        case "score", "full_score": return target > comparator ? 1 : 0
        case "magnitude", "full_magnitude": return exp(target) - exp(comparator)
        default: return nil
        }
    }

    private static func isGreater(_ a: JSONValue?, _ b: JSONValue?) -> Bool? {
        guard let a = a?.double, let b = b?.double else { return nil }
        return a > b
    }

    private static func recall(_ metric: String, of sample: JSONValue) -> Bool? {
        let key = metric.hasPrefix("probe_") ? "predicted_top_k" : "model_top_k"
        guard metric.hasPrefix("probe_recall") || metric.hasPrefix("model_recall"),
            let truth = sample["ground_truth"]?.string,
            let named = sample[key]?.array?.compactMap(\.string)
        else { return nil }
        return metric.hasSuffix("_1") ? named.first == truth : named.contains(truth)
    }

    /// What the model does, and what the probe says that it does.  A positive is what an edit could mend: the
    /// model will not say the target, or errs.
    private func judgement(of sample: JSONValue) -> Judgement? {
        if benchmark == "error_cls" {
            guard let truth = sample["ground_truth"]?.string,
                let top = sample["model_top_k"]?.array?.first?.string,
                let probed = sample["predicted_top_k"]?.array?.compactMap(\.string)
            else { return nil }
            let errs = sample["control_truth"]?.bool ?? (top != truth)
            return Judgement(truth: errs, prediction: !probed.contains(top))
        }
        guard benchmark == "fact_cls",
            let says = sample["control_truth"]?.bool
                ?? Self.isGreater(sample["logp_target"], sample["logp_comparator"]),
            let predicted = Self.isGreater(sample["score_target"], sample["score_comparator"])
        else { return nil }
        return Judgement(truth: !says, prediction: !predicted)
    }
}

// MARK: - Entailment

extension SampleReader {
    /// `co_corr_pre`: Pearson's correlation of the sample's log-probabilities with the reference's;
    /// `co_delta_p`: the mean change of probability, a part for each feature.
    private static func entailment(_ metric: String, of sample: JSONValue) -> [SampleValue.Part] {
        guard let group = ["co", "orig", "unrel"].first(where: { metric.hasPrefix($0 + "_") }) else {
            return []
        }
        let features = sample[group + "_features"]?.array ?? []
        if metric.hasSuffix("_delta_p") {
            return features.compactMap { feature in
                guard let pre = feature["logp_pre"]?.double, let post = feature["logp_post"]?.double else {
                    return nil
                }
                return .init(key: feature["feature"]?.string ?? "", value: exp(post) - exp(pre))
            }
        }
        let key =
            metric.hasSuffix("_corr_pre") ? "logp_pre" : metric.hasSuffix("_corr_post") ? "logp_post" : ""
        let pairs = features.compactMap { feature -> (Double, Double)? in
            guard let found = feature[key]?.double, let reference = feature["logp_ref"]?.double else {
                return nil
            }
            return (found, reference)
        }
        return Pearson.correlation(pairs.map(\.0), pairs.map(\.1)).map { [.init(key: "", value: $0)] } ?? []
    }
}
