import LanguageModels

/// The mean of one value a sample, its population standard deviation, and how sure the mean is.
package struct Metric: Sendable, Equatable {
    package var mean: Double
    package var std: Double
    package var count: Int
    /// 95 % bootstrap interval of the mean; nil in files that hold none.
    package var interval: Interval?

    /// Of no values everything is not-a-number.
    package init(values: [Double], bootstrap: Bootstrap, key: String) {
        let count = Double(values.count)
        let mean = values.mean
        self.mean = mean
        std = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
        self.count = values.count
        interval = bootstrap.interval(of: values, key: key)
    }

    /// A number that is no mean, such as a correlation over all samples: without a deviation or a count.
    package init(value: Double, interval: Interval? = nil) {
        mean = value
        std = .nan
        count = 0
        self.interval = interval
    }

    /// The reference's keys first; `values` is always null there.  A number that is no mean has null as `std`.
    package var json: JSONValue {
        let hasNone = std.isNaN && !mean.isNaN
        var object: JSONObject = [
            "mean": .number(mean), "std": hasNone ? .null : .number(std), "values": .null,
        ]
        object["interval"] = interval.map { [.number($0.lower), .number($0.upper)] } ?? .null
        object["count"] = .integer(count)
        return .object(object)
    }

    /// Reads a metric of a result file, ours or the reference's; nil if it is none.
    package init?(json: JSONValue) {
        guard let mean = json["mean"]?.double, let std = json["std"], std == .null || std.double != nil
        else { return nil }
        self.mean = mean
        self.std = std.double ?? .nan
        count = json["count"]?.integer ?? 0
        interval = Interval(json["interval"])
    }
}
