import LanguageModels

/// Numbers of a table of judgements that are no mean over samples.
enum JudgementScore: String, Sendable, CaseIterable {
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
        let values = judgements.withUnsafeBufferPointer { judgements in
            bootstrap.resampled(count: judgements.count, key: key) { drawn in
                value(of: Self.table(of: judgements, drawn))
            }
        }
        return bootstrap.interval(ofResampled: values)
    }

    private static func table(
        of judgements: UnsafeBufferPointer<Judgement>, _ drawn: UnsafeBufferPointer<Int>
    ) -> BinaryClassification {
        var table = BinaryClassification()
        var index = 0
        while index < drawn.count {
            table.count(judgements[drawn[index]])
            index &+= 1
        }
        return table
    }

    /// How much larger the second run's number is over the same samples, with the interval of paired
    /// resamples, and how often swapping runs at random, sample by sample, gives a difference as large.
    func comparison(
        first: [Judgement], second: [Judgement], _ bootstrap: Bootstrap, key: String
    ) -> (difference: Double, interval: Interval, pValue: Double) {
        precondition(first.count == second.count && !first.isEmpty)
        let difference = value(of: second) - value(of: first)
        let resampled = first.withUnsafeBufferPointer { first in
            second.withUnsafeBufferPointer { second in
                bootstrap.resampled(count: first.count, key: key) { drawn in
                    value(of: Self.table(of: second, drawn)) - value(of: Self.table(of: first, drawn))
                }
            }
        }
        var stream = RandomStream(seed: bootstrap.seed, purpose: "signs", sample: key)
        let swapped = (0..<bootstrap.resamples).map { _ in
            abs(swappedDifference(first, second, &stream))
        }
        let hits = 1 + swapped.count { $0 >= abs(difference) - 1e-12 }
        return (
            difference, bootstrap.interval(ofResampled: resampled),
            Double(hits) / Double(bootstrap.resamples + 1)
        )
    }

    private func swappedDifference(
        _ first: [Judgement], _ second: [Judgement], _ stream: inout RandomStream
    ) -> Double {
        var (ofFirst, ofSecond) = (BinaryClassification(), BinaryClassification())
        for index in first.indices {
            let isSwapped = stream.next() & 1 == 1
            ofFirst.count(isSwapped ? second[index] : first[index])
            ofSecond.count(isSwapped ? first[index] : second[index])
        }
        return value(of: ofSecond) - value(of: ofFirst)
    }
}
