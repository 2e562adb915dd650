import LanguageModels

/// A range that holds the true mean with some confidence.
package struct Interval: Sendable, Equatable {
    package var lower: Double
    package var upper: Double

    package init(lower: Double, upper: Double) {
        self.lower = lower
        self.upper = upper
    }

    /// Reads `[lower, upper]`; nil if it is something else.
    package init?(_ json: JSONValue?) {
        guard let bounds = json?.array, bounds.count == 2, let lower = bounds[0].double,
            let upper = bounds[1].double
        else { return nil }
        self.init(lower: lower, upper: upper)
    }

    package var json: JSONValue { [.number(lower), .number(upper)] }
}

/// Percentile bootstrap intervals of a mean: the values are drawn anew with replacement, many times, and
/// the middle part of the means so found is the interval (Efron, 1979).
package struct Bootstrap: Sendable {
    package static let defaultResamples = 10_000

    package var seed: UInt64
    package var resamples: Int
    package var confidence: Double

    package init(seed: UInt64, resamples: Int = Bootstrap.defaultResamples, confidence: Double = 0.95) {
        precondition(resamples > 0 && confidence > 0 && confidence < 1)
        self.seed = seed
        self.resamples = resamples
        self.confidence = confidence
    }

    /// The interval of the mean of `values`, or nil of none.  `key` names the stream of random numbers, so
    /// every metric of a run has its own.  Time: resamples · values.
    package func interval(of values: [Double], key: String) -> Interval? {
        guard let first = values.first else { return nil }
        // Of a constant every resample has the same mean.
        if values.allSatisfy({ $0 == first }) { return Interval(lower: first, upper: first) }
        return interval(ofResampled: resampledMeans(of: values, key: key))
    }

    /// The middle part of what a statistic gave for the resamples, not empty.
    package func interval(ofResampled values: [Double]) -> Interval {
        let sorted = values.sorted()
        let tail = (1 - confidence) / 2
        return Interval(
            lower: Self.quantile(tail, ofSorted: sorted), upper: Self.quantile(1 - tail, ofSorted: sorted))
    }

    /// What `statistic` makes of every resample of `count` samples, given the indices drawn: those that the
    /// interval of a mean draws under the same key.
    package func resampled<Value>(
        count: Int, key: String, statistic: (UnsafeBufferPointer<Int>) -> Value
    ) -> [Value] {
        precondition(count > 0 && count < 1 << 32)
        var stream = RandomStream(seed: seed, purpose: "bootstrap", sample: key)
        var state = stream.next()
        return withUnsafeTemporaryAllocation(of: Int.self, capacity: count) { drawn in
            (0..<resamples).map { _ in
                Self.draw(drawn.baseAddress!, count: count, state: &state)
                return statistic(UnsafeBufferPointer(drawn))
            }
        }
    }

    /// One draw of 64 bits gives two indices.
    private static func draw(_ drawn: UnsafeMutablePointer<Int>, count: Int, state: inout UInt64) {
        let scale = UInt64(count)
        var index = 0
        while index < count {
            let draw = next(&state)
            (drawn + index).initialize(to: Int(((draw & 0xFFFF_FFFF) &* scale) >> 32))
            if index &+ 1 < count { (drawn + index + 1).initialize(to: Int(((draw >> 32) &* scale) >> 32)) }
            index &+= 2
        }
    }

    /// The means of all resamples.  One draw of 64 bits gives two indices.
    private func resampledMeans(of values: [Double], key: String) -> [Double] {
        precondition(values.count < 1 << 32)
        var stream = RandomStream(seed: seed, purpose: "bootstrap", sample: key)
        var state = stream.next()
        let count = UInt64(values.count)
        let pairs = values.count / 2
        let isOdd = values.count % 2 == 1
        return [Double](unsafeUninitializedCapacity: resamples) { means, initialized in
            values.withUnsafeBufferPointer { buffer in
                let values = buffer.baseAddress!
                let means = means.baseAddress!
                for resample in 0..<resamples {
                    var sum = 0.0
                    var pair = 0
                    while pair < pairs {
                        let draw = Self.next(&state)
                        sum += values[Int(((draw & 0xFFFF_FFFF) &* count) >> 32)]
                        sum += values[Int(((draw >> 32) &* count) >> 32)]
                        pair &+= 1
                    }
                    if isOdd { sum += values[Int(((Self.next(&state) & 0xFFFF_FFFF) &* count) >> 32)] }
                    (means + resample).initialize(to: sum / Double(count))
                }
            }
            initialized = resamples
        }
    }

    /// SplitMix64, here so that it is inlined into the loop.
    @inline(__always)
    private static func next(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// The `fraction` quantile, linear between neighbours (NumPy's default).
    static func quantile(_ fraction: Double, ofSorted values: [Double]) -> Double {
        let place = fraction * Double(values.count - 1)
        let lower = Int(place.rounded(.down))
        let upper = min(lower + 1, values.count - 1)
        return values[lower] + (values[upper] - values[lower]) * (place - Double(lower))
    }
}
