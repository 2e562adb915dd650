import LanguageModels

/// A number of a result file: a mean over samples, or a share such as F1.
package struct StoredMetric: Sendable, Equatable {
    /// `score`; below an object of the file, `probe.recall`.
    package var name: String
    package var value: Double
    package var std: Double?
    package var interval: Interval?

    /// All numbers of a file's `metrics`, in its order.  What says how it was measured (`k`), and null,
    /// are none.
    static func all(in json: JSONValue?) -> [StoredMetric] { flattened(json?.object ?? [:], prefix: "") }

    private static let settings = ["k"]

    private static func flattened(_ object: JSONObject, prefix: String) -> [StoredMetric] {
        object.members.flatMap { key, value -> [StoredMetric] in
            let name = prefix + key
            if let metric = Metric(json: value) {
                return [
                    StoredMetric(name: name, value: metric.mean, std: metric.std, interval: metric.interval)
                ]
            }
            if let inner = value.object { return flattened(inner, prefix: name + ".") }
            guard let number = value.double, !settings.contains(key) else { return [] }
            let bounds = object[key + "_interval"]?.array?.compactMap(\.double) ?? []
            let interval = bounds.count == 2 ? Interval(lower: bounds[0], upper: bounds[1]) : nil
            return [StoredMetric(name: name, value: number, std: nil, interval: interval)]
        }
    }

    /// Whether the value is a share or a coefficient, and between what it lies.
    package static func bounds(of name: String) -> ClosedRange<Double>? {
        let last = name.split(separator: ".").last.map(String.init) ?? name
        if last.contains("corr") || last.contains("mcc") || last.contains("magnitude")
            || last.contains("delta_p")
        {
            return -1...1
        }
        let shares = ["score", "accuracy", "f1", "recall", "consistency", "essence"]
        return shares.contains { last.contains($0) } ? 0...1 : nil
    }

    package var json: JSONValue {
        [
            "value": .number(value), "std": std.map { .number($0) } ?? .null,
            "interval": interval.map { [.number($0.lower), .number($0.upper)] } ?? .null,
        ]
    }
}
