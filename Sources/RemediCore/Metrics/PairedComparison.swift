import Foundation
import LanguageModels

/// Two runs on the same samples: how much the second is better, and whether that could be chance.
package struct PairedComparison: Sendable, Equatable {
    /// The mean of second − first.
    package var difference: Double
    package var interval: Interval
    /// Two-sided: how likely a difference of at least this size is if the runs do not differ, that is if
    /// each sample's difference could as well have had the other sign.
    package var pValue: Double
    /// Whether all signs were counted, or a random part of them.
    package var isExact: Bool
    package var count: Int

    /// Up to this many differing samples every assignment of signs is counted.
    static let enumerationLimit = 16

    /// - Parameters:
    ///   - first: one value a sample, not empty.
    ///   - second: the same samples in the same order.
    package init(first: [Double], second: [Double], bootstrap: Bootstrap, key: String) {
        precondition(first.count == second.count && !first.isEmpty)
        let differences = zip(first, second).map { $1 - $0 }
        count = differences.count
        difference = differences.mean
        interval = bootstrap.interval(of: differences, key: key) ?? Interval(lower: 0, upper: 0)
        let sizes = differences.filter { $0 != 0 }
        let total = abs(sizes.reduce(0, +))
        if let size = sizes.first.map(abs), sizes.allSatisfy({ abs($0) == size }) {
            isExact = true
            pValue = Self.binomial(trials: sizes.count, atLeast: Int((total / size).rounded()))
        } else if sizes.count <= Self.enumerationLimit {
            isExact = true
            pValue = Self.enumerated(sizes, total: total)
        } else {
            isExact = false
            pValue = Self.sampled(sizes, total: total, bootstrap: bootstrap, key: key)
        }
    }

    /// Of equal sizes only the number of plus signs counts: the sign test, McNemar's exact test where the
    /// values are 0 and 1.  The likelihood of |plus − minus| ≥ `excess`.
    private static func binomial(trials: Int, atLeast excess: Int) -> Double {
        guard trials > 0 else { return 1 }
        let logFactorials = (0...trials).reduce(into: [0.0]) { $0.append($0.last! + log(Double($1 + 1))) }
        var sum = 0.0
        for plus in 0...trials where abs(2 * plus - trials) >= excess {
            sum += exp(
                logFactorials[trials] - logFactorials[plus] - logFactorials[trials - plus]
                    - Double(trials) * log(2))
        }
        return min(1, sum)
    }

    /// Sums that differ by rounding alone are equal.
    private static func reaches(_ sum: Double, _ total: Double) -> Bool {
        abs(sum) >= total - 1e-12 * max(1, total)
    }

    private static func enumerated(_ sizes: [Double], total: Double) -> Double {
        var hits = 0
        for signs in 0..<(1 << sizes.count) {
            var sum = 0.0
            for (index, size) in sizes.enumerated() { sum += signs >> index & 1 == 1 ? size : -size }
            if reaches(sum, total) { hits += 1 }
        }
        return Double(hits) / Double(1 << sizes.count)
    }

    /// The assignment at hand counts as one of those drawn, so that p is never 0.
    private static func sampled(_ sizes: [Double], total: Double, bootstrap: Bootstrap, key: String) -> Double
    {
        let hits = 1 + bootstrap.signedSums(of: sizes, key: key).count { reaches($0, total) }
        return Double(hits) / Double(bootstrap.resamples + 1)
    }
}
