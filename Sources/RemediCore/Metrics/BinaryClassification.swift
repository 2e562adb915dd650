/// How well yes-or-no predictions agree with the truth, by scikit-learn's definitions: whatever would be a
/// division by zero is 0.
struct BinaryClassification: Sendable, Equatable {
    let truePositives: Int
    let falsePositives: Int
    let falseNegatives: Int
    let trueNegatives: Int

    /// - Parameter count: how many judgements are of a category.
    init(count: (Int) -> Int) {
        (trueNegatives, falseNegatives) = (count(0), count(1))
        (falsePositives, truePositives) = (count(2), count(3))
    }

    /// True is positive.
    init(_ judgements: [Judgement]) {
        var counts = [0, 0, 0, 0]
        for judgement in judgements { counts[Int(judgement.category)] += 1 }
        self.init { counts[$0] }
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

/// A yes or no that was predicted, and what it really was.
package struct Judgement: Sendable, Equatable {
    var truth: Bool
    var prediction: Bool

    /// 0 to 3, one for each cell of the table.
    var category: UInt8 { (prediction ? 2 : 0) + (truth ? 1 : 0) }
}
