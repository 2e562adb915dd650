/// How well yes-or-no predictions agree with the truth, by scikit-learn's definitions: whatever would be a
/// division by zero is 0.
package struct BinaryClassification: Sendable, Equatable {
    package enum Measure: String, Sendable, CaseIterable {
        case f1
        case mcc
        case accuracy
        case precision
        case recall
    }

    package private(set) var truePositives = 0
    package private(set) var falsePositives = 0
    package private(set) var falseNegatives = 0
    package private(set) var trueNegatives = 0

    /// - Parameters:
    ///   - predictions: one a sample; true is positive.
    ///   - truths: of the same samples in the same order.
    package init(predictions: [Bool], truths: [Bool]) {
        precondition(predictions.count == truths.count)
        for (prediction, truth) in zip(predictions, truths) {
            switch (prediction, truth) {
            case (true, true): truePositives += 1
            case (true, false): falsePositives += 1
            case (false, true): falseNegatives += 1
            case (false, false): trueNegatives += 1
            }
        }
    }

    package var count: Int { truePositives + falsePositives + falseNegatives + trueNegatives }

    package var accuracy: Double { Self.share(truePositives + trueNegatives, of: count) }
    package var precision: Double { Self.share(truePositives, of: truePositives + falsePositives) }
    package var recall: Double { Self.share(truePositives, of: truePositives + falseNegatives) }

    /// The harmonic mean of precision and recall.
    package var f1: Double {
        Self.share(2 * truePositives, of: 2 * truePositives + falsePositives + falseNegatives)
    }

    /// Matthews' correlation coefficient; 0 if all predictions or all truths are the same.
    package var mcc: Double {
        let positives = Double(truePositives + falseNegatives)
        let predicted = Double(truePositives + falsePositives)
        let total = Double(count)
        let spread = positives * (total - positives) * predicted * (total - predicted)
        if spread == 0 { return 0 }
        return (Double(truePositives) * total - positives * predicted) / spread.squareRoot()
    }

    package func value(of measure: Measure) -> Double {
        switch measure {
        case .f1: f1
        case .mcc: mcc
        case .accuracy: accuracy
        case .precision: precision
        case .recall: recall
        }
    }

    private static func share(_ part: Int, of whole: Int) -> Double {
        whole == 0 ? 0 : Double(part) / Double(whole)
    }

    /// Bootstrap intervals of all measures: samples are drawn anew, each with its prediction and its truth.
    /// Empty if there are no samples.  `key` names the stream of random numbers.
    package static func intervals(
        predictions: [Bool], truths: [Bool], bootstrap: Bootstrap, key: String
    ) -> [Measure: Interval] {
        precondition(predictions.count == truths.count)
        if predictions.isEmpty { return [:] }
        // 0…3: true negative, false positive, false negative, true positive.
        let kinds = zip(predictions, truths).map { ($0 ? 1 : 0) + ($1 ? 2 : 0) }
        let resamples = bootstrap.resampled(count: kinds.count, key: key) { drawn in
            Self(kinds: kinds, drawn: drawn)
        }
        return Measure.allCases.reduce(into: [:]) { intervals, measure in
            intervals[measure] = bootstrap.interval(ofResampled: resamples.map { $0.value(of: measure) })
        }
    }

    private init(kinds: [Int], drawn: UnsafeBufferPointer<Int>) {
        var truths = 0
        var hits = 0
        var positives = 0
        kinds.withUnsafeBufferPointer { kinds in
            let kinds = kinds.baseAddress!
            let size = drawn.count
            let drawn = drawn.baseAddress!
            var index = 0
            while index < size {
                let kind = kinds[drawn[index]]
                positives &+= kind & 1
                truths &+= kind >> 1
                hits &+= kind & (kind >> 1)
                index &+= 1
            }
        }
        truePositives = hits
        falsePositives = positives - hits
        falseNegatives = truths - hits
        trueNegatives = drawn.count - positives - truths + hits
    }
}
