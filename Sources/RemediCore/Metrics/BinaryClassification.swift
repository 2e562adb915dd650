/// A yes or no that was predicted, and what it really was.
struct Judgement: Sendable, Equatable {
    var truth: Bool
    var prediction: Bool
}

/// How well yes-or-no predictions agree with the truth, by scikit-learn's definitions: whatever would be a
/// division by zero is 0.
struct BinaryClassification: Sendable, Equatable {
    private(set) var truePositives = 0
    private(set) var falsePositives = 0
    private(set) var falseNegatives = 0
    private(set) var trueNegatives = 0

    init() {}

    /// True is positive.
    init(_ judgements: [Judgement]) {
        for judgement in judgements { count(judgement) }
    }

    @inline(__always)
    mutating func count(_ judgement: Judgement) {
        switch (judgement.prediction, judgement.truth) {
        case (true, true): truePositives &+= 1
        case (true, false): falsePositives &+= 1
        case (false, true): falseNegatives &+= 1
        case (false, false): trueNegatives &+= 1
        }
    }

    var count: Int { truePositives + falsePositives + falseNegatives + trueNegatives }

    var accuracy: Double { Self.share(truePositives + trueNegatives, of: count) }

    /// The harmonic mean of precision and recall.
    var f1: Double {
        Self.share(2 * truePositives, of: 2 * truePositives + falsePositives + falseNegatives)
    }

    /// Matthews' correlation coefficient; 0 if all predictions or all truths are the same.
    var mcc: Double {
        let (tp, fp) = (Double(truePositives), Double(falsePositives))
        let (fn, tn) = (Double(falseNegatives), Double(trueNegatives))
        let spread = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
        return spread == 0 ? 0 : (tp * tn - fp * fn) / spread.squareRoot()
    }

    private static func share(_ part: Int, of whole: Int) -> Double {
        whole == 0 ? 0 : Double(part) / Double(whole)
    }
}
