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
    static func all(in json: JSONValue?, of measure: String) -> [StoredMetric] {
        NamedMetric.all(in: json ?? .null).filter { metric in
            if case .setting = Measures.form(of: metric.name, in: measure).source { false } else { true }
        }.map { StoredMetric($0.name, $0.metric) }
    }

    package var json: JSONValue {
        [
            "value": .number(value), "std": std.map { .number($0) } ?? .null,
            "interval": interval.map { [.number($0.lower), .number($0.upper)] } ?? .null,
        ]
    }
}
