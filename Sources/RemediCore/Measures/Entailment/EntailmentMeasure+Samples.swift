import Foundation
import LanguageModels

/// The metrics and plots of entailment results.
extension EntailmentMeasure {
    /// The features of one list of a sample that have numbers under both keys.
    private static func pairs(
        of list: EntailmentList, in sample: JSONValue, _ first: String, _ second: String
    ) -> [(name: String, first: Double, second: Double)] {
        (sample[list.rawValue]?.array ?? []).compactMap { feature in
            guard let first = feature[first]?.double, let second = feature[second]?.double else {
                return nil
            }
            return (feature["feature"]?.string ?? "", first, second)
        }
    }

    /// Pearson's correlation of a sample's log-probabilities with the reference's.
    static func correlation(of list: EntailmentList, _ key: String, _ suffix: String) -> MetricForm {
        MetricForm(
            "\(list.prefix)_corr_\(suffix)", suffix == "pre" ? nil : "correlation, \(list.words)",
            unit: "Pearson's r", bounds: MetricForm.coefficient,
            .mean { sample in
                let pairs = pairs(of: list, in: sample, key, "logp_ref")
                return Pearson.correlation(pairs.map(\.first), pairs.map(\.second)).map {
                    [.init(key: "", value: $0)]
                } ?? []
            })
    }

    /// The lists whose change is measured, in the order of result files.
    static let changed: [EntailmentList] = [.coOccurring, .original, .unrelated]

    /// The mean change of probability, summed in the order that gives result files their last digits; nil without
    /// features.
    static func meanChange(of list: EntailmentList, in sample: JSONValue) -> Double? {
        let pairs = pairs(of: list, in: sample, "logp_pre", "logp_post")
        guard !pairs.isEmpty else { return nil }
        return pairs.reduce(0) { $0 + exp($1.second) - exp($1.first) } / Double(pairs.count)
    }

    /// The mean change of probability, a part for each feature.
    static func change(of list: EntailmentList) -> MetricForm {
        MetricForm(
            "\(list.prefix)_delta_p", "Δp, \(list.words)", unit: "change of probability",
            bounds: MetricForm.coefficient,
            .mean { sample in
                pairs(of: list, in: sample, "logp_pre", "logp_post").map {
                    .init(key: $0.name, value: exp($0.second) - exp($0.first))
                }
            }
        ).with(\.isDerived, true).with(\.isChange, true)
    }

    package var examples: ExampleForm? {
        ExampleForm(
            metric: "co_delta_p",
            card: .features { sample in
                EntailmentList.allCases.flatMap { list in
                    Self.pairs(of: list, in: sample, "logp_pre", "logp_post").map {
                        ($0.name, list.words, $0.first, $0.second)
                    }
                }
            })
    }

    package var scatter: ScatterForm? {
        let groups = [(EntailmentList.unrelated, 0), (.original, 1), (.coOccurring, 3)]
        return ScatterForm(
            title: title, chart: "features before and after", x: "log p before the edit, nats",
            y: "log p after the edit, nats",
            caption: { "Every feature of every concept, \($0). Above the line the edit makes it likelier." },
            groups: groups.map { list, color in
                .init(name: list.words, color: color) { sample in
                    Self.pairs(of: list, in: sample, "logp_pre", "logp_post").map { ($0.first, $0.second) }
                }
            })
    }

    /// Samples of the prefix baseline, whose probabilities become "post" beside the unedited ones, which are
    /// the "pre" of a run with an editor.
    package func merged(baseline: [JSONValue], other: [JSONValue]) -> [JSONValue]? {
        var unedited: [String: JSONValue] = [:]
        for sample in other { unedited[sample["id"]?.string ?? ""] = sample }
        return baseline.compactMap { sample in
            guard let other = unedited[sample["id"]?.string ?? ""], var object = sample.object else {
                return nil
            }
            for list in EntailmentList.allCases.map(\.rawValue) {
                object[list] = Self.merged(sample[list]?.array ?? [], other[list]?.array ?? [])
            }
            return .object(object)
        }
    }

    private static func merged(_ prefix: [JSONValue], _ unedited: [JSONValue]) -> JSONValue {
        var before: [String: JSONValue] = [:]
        for feature in unedited { before[feature["feature"]?.string ?? ""] = feature["logp_pre"] }
        return .array(
            prefix.compactMap { feature in
                guard var object = feature.object, let pre = before[feature["feature"]?.string ?? ""] else {
                    return nil
                }
                object["logp_post"] = feature["logp_pre"]
                object["logp_pre"] = pre
                return .object(object)
            })
    }
}
