import LanguageModels

/// A number of a result file: a mean over samples, or a share such as F1.
package struct StoredMetric: Sendable, Equatable {
    /// As in `NamedMetric`.
    package var name: String
    package var value: Double
    package var std: Double?
    package var interval: Interval?

    init(_ name: String, _ metric: Metric) {
        self.name = name
        value = metric.mean
        std = metric.std.isNaN ? nil : metric.std
        interval = metric.interval
    }

    /// All numbers of a file's `metrics`, in its order, but those that only say how it was measured.
    static func all(in json: JSONValue?) -> [StoredMetric] {
        NamedMetric.all(in: json ?? .null).filter { !settings.contains($0.name) }
            .map { StoredMetric($0.name, $0.metric) }
    }

    private static let settings = ["k"]

    /// Whether the value is a share or a coefficient, and between what it lies.
    package static func bounds(of name: String) -> ClosedRange<Double>? {
        let last = name.split(separator: " ").last.map(String.init) ?? name
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
