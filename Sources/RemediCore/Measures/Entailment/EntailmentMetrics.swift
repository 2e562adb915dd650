import LanguageModels

/// The metrics of an entailment result, and how many samples had none.
struct EntailmentMetrics {
    private(set) var json = JSONObject()
    /// For every correlation, how many samples it is undefined of: under two features, or all alike.
    private(set) var counts: [String: Int] = [:]

    /// - Parameters:
    ///   - changes: the entries with the unedited model's log-probabilities as those before; nil where these are
    ///     not known: the metrics of changes are null then.
    ///   - hasAfter: whether anything is edited; else the metrics after an edit are null.
    init(
        _ measure: EntailmentMeasure, _ entries: [JSONValue], changes: [JSONValue]?, hasAfter: Bool,
        _ bootstrap: Bootstrap
    ) {
        for form in measure.metrics where !form.isChange {
            guard let metric = measure.mean(form, of: entries, bootstrap) else { continue }
            let isThere = form.before == nil || hasAfter
            json[form.key] = isThere ? metric.json : .null
            if isThere { counts["\(form.key)_left_out"] = entries.count - metric.count }
        }
        for list in EntailmentMeasure.changed {
            let form = EntailmentMeasure.change(of: list)
            let values = (changes ?? []).compactMap { EntailmentMeasure.meanChange(of: list, in: $0) }
            let metric = Metric(values: values, bootstrap: bootstrap, key: "\(measure.name).\(form.key)")
            json[form.key] = changes == nil ? .null : metric.json
        }
    }
}

/// The log-probabilities of one sample's features.
struct JudgedSample {
    let id: String
    let features: EntailmentCase
    /// Log-probabilities of all features, list after list: without the edit (or with the context in front),
    /// and with it.
    let before: [Double]
    let after: [Double]?

    /// The entry of a result file.
    var json: JSONValue {
        var object: JSONObject = ["id": .string(id)]
        var first = 0
        for (list, entries) in zip(EntailmentList.allCases, features.lists) {
            object[list.rawValue] = .array(
                entries.enumerated().map { number, feature in
                    [
                        "feature": .string(feature.fluent), "logp_pre": .number(before[first + number]),
                        "logp_post": after.map { .number($0[first + number]) } ?? .null,
                        "logp_ref": feature.reference.map { .number($0) } ?? .null,
                    ]
                })
            first += entries.count
        }
        return .object(object)
    }
}
