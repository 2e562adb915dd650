import CKernels
import LanguageModels

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
        var sorted = values
        ck_sort(&sorted, sorted.count)
        let tail = (1 - confidence) / 2
        return Interval(
            lower: Self.quantile(tail, ofSorted: sorted), upper: Self.quantile(1 - tail, ofSorted: sorted))
    }

    /// The values of `statistic` for every resample of samples that fall into categories 0 to 15, given how many of
    /// each category were drawn.  The samples drawn are those that the interval of a mean draws under the
    /// same key.
    ///
    /// - Parameter categories: not empty.
    package func resampled<Value>(
        categories: [UInt8], key: String, statistic: (CategoryCounts) -> Value
    ) -> [Value] {
        var state = state(key)
        return counted(categories, statistic) { ck_resampled_counts(categories, $1, &state, $0, resamples) }
    }

    /// The values of `statistic` for pairs of categories 0 to 3, 4 · first + second, when every pair is swapped or
    /// not at random.
    ///
    /// - Parameter pairs: not empty.
    package func swapped<Value>(
        pairs: [UInt8], key: String, statistic: (CategoryCounts) -> Value
    ) -> [Value] {
        var stream = RandomStream(seed: seed, purpose: "signs", sample: key)
        return counted(pairs, statistic) { ck_swapped_counts(pairs, $1, &stream.state, $0, resamples) }
    }

    /// The sums of `values` with random signs.
    package func signedSums(of values: [Double], key: String) -> [Double] {
        var stream = RandomStream(seed: seed, purpose: "signs", sample: key)
        return [Double](unsafeUninitializedCapacity: resamples) { sums, initialized in
            ck_signed_sums(values, values.count, &stream.state, sums.baseAddress!, resamples)
            initialized = resamples
        }
    }

    private func state(_ key: String) -> UInt64 {
        var stream = RandomStream(seed: seed, purpose: "bootstrap", sample: key)
        return stream.next()
    }

    private func counted<Value>(
        _ categories: [UInt8], _ statistic: (CategoryCounts) -> Value,
        _ count: (UnsafeMutablePointer<UInt32>, Int) -> Void
    ) -> [Value] {
        precondition(!categories.isEmpty && categories.count < 1 << 32)
        precondition(categories.allSatisfy { $0 < ck_categories })
        let width = Int(ck_categories)
        return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: resamples * width) { counts in
            count(counts.baseAddress!, categories.count)
            return (0..<resamples).map { statistic(CategoryCounts(counts: counts.baseAddress! + $0 * width)) }
        }
    }

    private func resampledMeans(of values: [Double], key: String) -> [Double] {
        precondition(values.count < 1 << 32)
        var state = state(key)
        return [Double](unsafeUninitializedCapacity: resamples) { means, initialized in
            ck_resampled_means(values, values.count, &state, means.baseAddress!, resamples)
            initialized = resamples
        }
    }

    /// The `fraction` quantile, linear between neighbours (NumPy's default).
    static func quantile(_ fraction: Double, ofSorted values: [Double]) -> Double {
        let place = fraction * Double(values.count - 1)
        let lower = Int(place.rounded(.down))
        let upper = min(lower + 1, values.count - 1)
        return values[lower] + (values[upper] - values[lower]) * (place - Double(lower))
    }
}

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

/// How many samples fall into each of the categories 0 to 15, while they are being looked at.
package struct CategoryCounts {
    fileprivate let counts: UnsafePointer<UInt32>

    package subscript(category: Int) -> Int {
        precondition(category >= 0 && category < ck_categories)
        return Int(counts[category])
    }
}
