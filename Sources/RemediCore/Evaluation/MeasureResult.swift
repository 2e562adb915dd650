import LanguageModels

/// The content of a result file.
package struct MeasureResult: Sendable, Equatable {
    /// The reference's members: `samples` and `metrics`, or what the file holds in their place.
    package var body: JSONObject
    package var skipped = SkippedSamples()
    /// Counts that belong to this measure alone.
    package var counts: [String: Int] = [:]

    /// - Parameters:
    ///   - samples: one object a sample, in the order of the data set.
    ///   - metrics: the reference's `metrics` object.
    package init(samples: [JSONValue], metrics: JSONObject) {
        body = ["samples": .array(samples), "metrics": .object(metrics)]
    }

    /// A file of its own kind.
    package init(body: JSONObject) { self.body = body }

    /// A file of several parts, each with its own samples and metrics.
    package init(parts: [(name: String, samples: [JSONValue], metrics: JSONObject)]) {
        body = JSONObject()
        for part in parts {
            body[part.name] = ["samples": .array(part.samples), "metrics": .object(part.metrics)]
        }
    }

    package var samples: [JSONValue] { body["samples"]?.array ?? [] }

    package var metricsJSON: JSONValue { Self.metrics(of: body) }

    /// The reference's keys, then ours.
    package var json: JSONValue {
        var object = body
        object["skipped"] = skipped.json
        for key in counts.keys.sorted() { object[key] = .integer(counts[key]!) }
        return .object(object)
    }

    /// The metrics of a result file; those of a file of several parts under the parts' names.
    static func metrics(of file: JSONObject) -> JSONValue {
        if let metrics = file["metrics"] { return metrics }
        var object = JSONObject()
        for (key, value) in file.members {
            if let metrics = value["metrics"] { object[key] = metrics }
        }
        return .object(object)
    }

    /// How many samples a result file holds, in the largest of its parts.
    static func sampleCount(of file: JSONObject) -> Int? {
        let whole = file["samples"] ?? file["references"]
        let lists = whole.map { [$0] } ?? file.members.compactMap { $0.value["samples"] }
        return lists.compactMap(\.array?.count).max()
    }
}

/// A metric and what a result file calls it.
package struct NamedMetric: Sendable, Equatable {
    /// Inside nested objects the keys, with spaces between: "contextual f1".
    package var name: String
    package var metric: Metric

    package init(name: String, metric: Metric) {
        self.name = name
        self.metric = metric
    }

    /// All metrics of a `metrics` object: means with their deviations, and plain numbers such as `f1`, which
    /// may have `f1_interval: [lower, upper]` beside them.
    package static func all(in json: JSONValue, prefix: String = "") -> [NamedMetric] {
        guard let object = json.object else { return [] }
        return object.members.flatMap { key, value -> [NamedMetric] in
            let name = prefix.isEmpty ? key : "\(prefix) \(key)"
            if let metric = Metric(json: value) { return [NamedMetric(name: name, metric: metric)] }
            if value.object != nil { return all(in: value, prefix: name) }
            guard let number = value.double else { return [] }
            return [
                NamedMetric(
                    name: name, metric: Metric(value: number, interval: Interval(object["\(key)_interval"])))
            ]
        }
    }
}

/// The ids of samples that could not be used, by reason, in order of appearance.
package struct SkippedSamples: Sendable, Equatable {
    package private(set) var reasons: [(reason: String, ids: [String])] = []

    package init() {}

    /// How many were left out for one reason.
    package func count(of reason: SkipReason) -> Int {
        reasons.first { $0.reason == reason.rawValue }?.ids.count ?? 0
    }

    package var count: Int { reasons.reduce(0) { $0 + $1.ids.count } }

    package mutating func add(_ id: String, _ reason: SkipReason) { add(id, reason.rawValue) }

    private mutating func add(_ id: String, _ reason: String) {
        if let index = reasons.firstIndex(where: { $0.reason == reason }) {
            reasons[index].ids.append(id)
        } else {
            reasons.append((reason, [id]))
        }
    }

    package var json: JSONValue {
        .array(
            reasons.map {
                [
                    "reason": .string($0.reason), "count": .integer($0.ids.count),
                    "ids": .array($0.ids.map(JSONValue.string)),
                ]
            })
    }

    /// Reads what `json` wrote.
    init(json: JSONValue?) {
        for entry in json?.array ?? [] {
            for id in entry["ids"]?.array ?? [] { add(id.string ?? "", entry["reason"]?.string ?? "") }
        }
    }

    package static func == (a: SkippedSamples, b: SkippedSamples) -> Bool {
        a.reasons.elementsEqual(b.reasons) { $0.reason == $1.reason && $0.ids == $1.ids }
    }
}
