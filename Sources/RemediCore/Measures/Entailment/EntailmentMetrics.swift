import Foundation
import LanguageModels

/// What was found of one sample.
struct JudgedSample {
    let id: String
    let features: EntailmentCase
    /// Log-probabilities of all features, list after list: without the edit (or with the context in front),
    /// and with it.
    let before: [Double]
    let after: [Double]?
    /// The same, without anything and under the condition; nil for the unedited model.
    let change: (from: [Double], to: [Double])?

    /// The entry of a result file.
    var json: JSONValue {
        var object: JSONObject = ["id": .string(id)]
        for (list, range) in zip(EntailmentList.allCases, ranges) {
            object[list.rawValue] = .array(
                zip(features.lists[list.place], range).map { feature, place in
                    [
                        "feature": .string(feature.fluent), "logp_pre": .number(before[place]),
                        "logp_post": after.map { .number($0[place]) } ?? .null,
                        "logp_ref": feature.reference.map { .number($0) } ?? .null,
                    ]
                })
        }
        return .object(object)
    }

    /// Where each list's features stand among all.
    private var ranges: [Range<Int>] {
        var first = 0
        return features.lists.map { list in
            defer { first += list.count }
            return first..<first + list.count
        }
    }

    /// How one list's log-probabilities go with what people say; nil where that is undefined.
    func correlation(of list: EntailmentList, _ values: [Double]) -> Double? {
        let references = features.lists[list.place].compactMap(\.reference)
        return Pearson.correlation(Array(values[ranges[list.place]]), references)
    }

    /// The mean change of one list's probabilities; nil without features or without a change.
    func meanChange(of list: EntailmentList) -> Double? {
        let range = ranges[list.place]
        guard let change, !range.isEmpty else { return nil }
        return range.reduce(0) { $0 + exp(change.to[$1]) - exp(change.from[$1]) } / Double(range.count)
    }
}

extension EntailmentList {
    /// Its place among all lists.
    fileprivate var place: Int { Self.allCases.firstIndex(of: self)! }

    /// What its metrics' names start with.
    fileprivate var prefix: String { String(rawValue.prefix { $0 != "_" }) }
}

/// The metrics of an entailment result, and how many samples had none.
struct EntailmentMetrics {
    private(set) var json = JSONObject()
    /// For every correlation, how many samples it is undefined of: under two features, or all alike.
    private(set) var counts: [String: Int] = [:]

    /// - Parameters:
    ///   - hasAfter: whether there is something behind the edit; else its metrics are null.
    ///   - hasChange: whether the change of probabilities is known.
    init(_ samples: [JudgedSample], hasAfter: Bool, hasChange: Bool, bootstrap: Bootstrap) {
        func add(_ name: String, _ isThere: Bool, _ value: (JudgedSample) -> Double?) -> Int {
            let values = samples.compactMap(value)
            json[name] =
                isThere
                ? Metric(values: values, bootstrap: bootstrap, key: "entailment.\(name)").json : .null
            return samples.count - values.count
        }
        for list in [EntailmentList.original, .coOccurring] {
            let name = "\(list.prefix)_corr"
            counts["\(name)_pre_left_out"] = add("\(name)_pre", true) { $0.correlation(of: list, $0.before) }
            let left = add("\(name)_post", hasAfter) { sample in
                sample.after.flatMap { sample.correlation(of: list, $0) }
            }
            if hasAfter { counts["\(name)_post_left_out"] = left }
        }
        for list in [EntailmentList.coOccurring, .original, .unrelated] {
            _ = add("\(list.prefix)_delta_p", hasChange) { $0.meanChange(of: list) }
        }
    }
}
