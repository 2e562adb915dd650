import LanguageModels

/// One way to measure what an edit does; gives one result file.
package protocol Benchmark: Sendable {
    /// Its name on the command line and its file's name without `.json`.
    var name: String { get }

    /// Runs on every sample of the subject.
    ///
    /// - Throws: `LanguageModelError`, `ComputeError`, `RemediError.interrupted`.
    func run(on subject: EvaluationSubject) throws -> BenchmarkResult
}

/// What a benchmark found: the content of its result file.
package struct BenchmarkResult: Sendable, Equatable {
    /// One object a sample, in the order of the data set.
    package var samples: [JSONValue]
    package var metrics: [NamedMetric]
    package var skipped = SkippedSamples()
    /// Counts that belong to this benchmark alone.
    package var counts: [String: Int] = [:]

    package struct NamedMetric: Sendable, Equatable {
        package var name: String
        package var metric: Metric
    }

    package init(samples: [JSONValue], metrics: [NamedMetric]) {
        self.samples = samples
        self.metrics = metrics
    }

    package var metricsJSON: JSONValue {
        var object = JSONObject()
        for metric in metrics { object[metric.name] = metric.metric.json }
        return .object(object)
    }

    /// The reference's keys `samples` and `metrics`, then ours.
    package var json: JSONValue {
        var object: JSONObject = [
            "samples": .array(samples), "metrics": metricsJSON, "skipped": skipped.json,
        ]
        for key in counts.keys.sorted() { object[key] = .integer(counts[key]!) }
        return .object(object)
    }
}

/// The ids of samples that could not be used, by reason, in order of appearance.
package struct SkippedSamples: Sendable, Equatable {
    package private(set) var reasons: [(reason: String, ids: [String])] = []

    package init() {}

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
