import Foundation
import LanguageModels

/// One benchmark's numbers under one condition, and where its samples can be read.
package struct StoredResult: Sendable {
    package let place: ResultPlace
    package let file: URL
    package let sampleCount: Int
    package internal(set) var metrics: [StoredMetric]

    package subscript(metric: String) -> StoredMetric? { metrics.first { $0.name == metric } }

    /// The file's samples as objects that hold their values directly, also where the file keeps a contextual
    /// and a decontextual part.
    ///
    /// - Throws: `RemediError.malformedData`, `LanguageModelError.unreadable`.
    package func samples() throws -> [JSONValue] {
        try Self.parts(of: file, place: place).first { $0.place == place }?.samples ?? []
    }

    /// A part of a file that has its own metrics.
    struct Part {
        var place: ResultPlace
        var samples: [JSONValue]
        var metrics: JSONValue?
    }

    private static let settings = ["contextual", "decontextual"]

    /// The parts of a result file; none of a file that is something else.
    ///
    /// - Throws: `RemediError.malformedData`, `LanguageModelError.unreadable`.
    static func parts(of file: URL, place: ResultPlace) throws -> [Part] {
        let json = try read(file)
        func part(_ setting: String?, _ samples: [JSONValue], _ metrics: JSONValue?) -> Part {
            var place = place
            if let setting { place.setting = setting }
            return Part(place: place, samples: samples, metrics: metrics)
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
        let data: Data
        do {
            data = try Data(contentsOf: file)
        } catch {
            throw LanguageModelError.unreadable(path: file.path, reason: error.localizedDescription)
        }
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
        metrics = StoredMetric.all(in: part.metrics)
        complete(from: part.samples)
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

    static let bootstrapSeed: UInt64 = 123_456

    package var json: JSONValue {
        var object = place.json
        object["samples"] = .integer(sampleCount)
        var numbers = JSONObject()
        for metric in metrics { numbers[metric.name] = metric.json }
        object["metrics"] = .object(numbers)
        object["file"] = .string(file.path)
        return .object(object)
    }
}
