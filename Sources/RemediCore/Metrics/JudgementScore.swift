import LanguageModels

/// Numbers of a table of judgements that are no mean over samples.
package enum JudgementScore: String, Sendable, CaseIterable {
    case f1, mcc, accuracy

    func value(of judgements: [Judgement]) -> Double { value(of: BinaryClassification(judgements)) }

    func value(of table: BinaryClassification) -> Double {
        switch self {
        case .f1: table.f1
        case .mcc: table.mcc
        case .accuracy: table.accuracy
        }
    }

    /// The percentile bootstrap interval over samples; nil of none.
    func interval(of judgements: [Judgement], _ bootstrap: Bootstrap, key: String) -> Interval? {
        guard !judgements.isEmpty else { return nil }
        let values = bootstrap.resampled(categories: judgements.map(\.category), key: key) { counts in
            value(of: BinaryClassification { counts[$0] })
        }
        return bootstrap.interval(ofResampled: values)
    }

    /// How much larger the second run's number is over the same samples, with the interval of paired
    /// resamples, and how often swapping runs at random, sample by sample, gives a difference as large.
    func comparison(
        first: [Judgement], second: [Judgement], _ bootstrap: Bootstrap, key: String
    ) -> (difference: Double, interval: Interval, pValue: Double) {
        precondition(first.count == second.count && !first.isEmpty)
        let difference = value(of: second) - value(of: first)
        let pairs = zip(first, second).map { 4 * $0.category + $1.category }
        let resampled = bootstrap.resampled(categories: pairs, key: key, statistic: self.difference)
        let swapped = bootstrap.swapped(pairs: pairs, key: key) { abs(self.difference($0)) }
        let hits = 1 + swapped.count { $0 >= abs(difference) - 1e-12 }
        return (
            difference, bootstrap.interval(ofResampled: resampled),
            Double(hits) / Double(bootstrap.resamples + 1)
        )
    }

    /// Second minus first of pairs of categories.
    private func difference(_ pairs: CategoryCounts) -> Double {
        let first = BinaryClassification { first in (0..<4).reduce(0) { $0 + pairs[4 * first + $1] } }
        let second = BinaryClassification { second in (0..<4).reduce(0) { $0 + pairs[4 * $1 + second] } }
        return value(of: second) - value(of: first)
    }
}
