import Foundation
import LanguageModels

/// One benchmark's numbers under one condition, and where its samples can be read.
package struct StoredResult: Sendable {
    package let place: ResultPlace
    package let file: URL
    package let sampleCount: Int
    package internal(set) var metrics: [StoredMetric]
    /// Samples whose probabilities were not finite numbers: left out, or, in files of earlier versions, counted
    /// among the others, which leaves no figure that means anything.
    package let notFiniteCount: Int

    package subscript(metric: String) -> StoredMetric? { metrics.first { $0.name == metric } }

    /// The file's samples as objects that hold their values directly, also where the file keeps a contextual
    /// and a decontextual part.
    ///
    /// - Throws: `RemediError.malformedData`, `LanguageModelError.fileMissing`, `.unreadable`.
    package func samples() throws -> [JSONValue] {
        try Self.parts(of: file, place: place).first { $0.place == place }?.samples ?? []
    }

    /// A part of a file that has its own metrics.
    struct Part {
        var place: ResultPlace
        var samples: [JSONValue]
        var metrics: JSONValue?
        /// How many samples the file says were left out for their probabilities.
        var leftOut = 0
    }

    private static let settings = ["contextual", "decontextual"]

    /// The parts of a result file; none of a file that is something else.
    ///
    /// - Throws: `RemediError.malformedData`, `LanguageModelError.unreadable`.
    static func parts(of file: URL, place: ResultPlace) throws -> [Part] {
        let json = try read(file)
        let leftOut = SkippedSamples(json: json["skipped"]).count(of: .notFinite)
        func part(_ setting: String?, _ samples: [JSONValue], _ metrics: JSONValue?) -> Part {
            var place = place
            if let setting { place.setting = setting }
            return Part(place: place, samples: samples, metrics: metrics, leftOut: leftOut)
        }
        if let samples = json["samples"]?.array, let metrics = json["metrics"] {
            let split = settings.filter { metrics[$0]?.object != nil && Metric(json: metrics[$0]!) == nil }
            if split.isEmpty { return [part(nil, samples, metrics)] }
            return split.map { setting in
                part(setting, samples.map { inner(setting, of: $0) }, metrics[setting])
            }
        }
        let sections = (settings + ["both"]).filter { json[$0]?["metrics"]?.object != nil }
        return sections.map { part($0, json[$0]?["samples"]?.array ?? [], json[$0]?["metrics"]) }
    }

    private static func inner(_ setting: String, of sample: JSONValue) -> JSONValue {
        var object = sample[setting]?.object ?? JSONObject()
        object["id"] = sample["id"]
        return .object(object)
    }

    /// A JSON object.
    ///
    /// - Throws: `RemediError.malformedData`, `LanguageModelError.unreadable`.
    static func read(_ file: URL) throws -> JSONValue {
        let data = try RegularFile.data(file)
        do {
            let json = try JSONValue(parsing: data)
            if json.object == nil {
                throw RemediError.malformedData(path: file.path, reason: "not a JSON object")
            }
            return json
        } catch let error as JSONError {
            throw RemediError.malformedData(
                path: file.path, reason: "not JSON at byte \(error.byte): \(error.reason)")
        }
    }

    init(_ part: Part, file: URL) {
        place = part.place
        self.file = file
        sampleCount = part.samples.count
        metrics = StoredMetric.all(in: part.metrics, of: place.benchmark)
        let spoiled = part.samples.count(where: Self.isSpoiled)
        notFiniteCount = part.leftOut + spoiled
        if spoiled > 0 {
            for index in metrics.indices {
                metrics[index].value = .nan
                metrics[index].std = nil
                metrics[index].interval = nil
            }
        } else {
            complete(from: part.samples)
        }
    }

    /// Adds what the file does not say but its samples do: intervals, and how much entailment moves
    /// probabilities.
    private mutating func complete(from samples: [JSONValue]) {
        let reader = SampleReader(benchmark: place.benchmark)
        let bootstrap = Bootstrap(seed: Self.bootstrapSeed)
        for index in metrics.indices where metrics[index].interval == nil {
            let metric = metrics[index]
            let key = "\(place.benchmark).\(metric.name)"
            metrics[index].interval = reader.measure(metric, of: samples)?.interval(bootstrap, key: key)
        }
        for name in SampleReader.derivedMetrics(of: place.benchmark) where self[name] == nil {
            let values = reader.values(of: name, in: samples).map(\.mean)
            guard !values.isEmpty else { continue }
            let found = Metric(values: values, bootstrap: bootstrap, key: "\(place.benchmark).\(name)")
            metrics.append(StoredMetric(name, found))
        }
    }

    /// The keys of log-probabilities in samples, some of them lists.
    private static let probabilityNames: Set<String> = [
        "target_score", "comparator_score", "logp_target", "logp_comparator", "logp_pre", "logp_post",
        "logp_predictions", "model_top_k_logp",
    ]

    /// Whether a sample holds a log-probability that is no finite number, as earlier versions wrote them.
    private static func isSpoiled(_ value: JSONValue) -> Bool {
        if let array = value.array { return array.contains(where: isSpoiled) }
        guard let object = value.object else { return false }
        return object.members.contains { key, value in
            guard probabilityNames.contains(key) else { return isSpoiled(value) }
            return ([value] + (value.array ?? [])).contains { $0.double.map { !$0.isFinite } ?? false }
        }
    }

    static let bootstrapSeed: UInt64 = 123_456

    package var json: JSONValue {
        var object = place.json
        object["samples"] = .integer(sampleCount)
        if notFiniteCount > 0 { object["not_finite"] = .integer(notFiniteCount) }
        var numbers = JSONObject()
        for metric in metrics { numbers[metric.name] = metric.json }
        object["metrics"] = .object(numbers)
        object["file"] = .string(file.path)
        return .object(object)
    }
}
