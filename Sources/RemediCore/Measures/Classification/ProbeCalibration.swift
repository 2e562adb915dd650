/// The calibration of a probe's scores at one block: how they were spread over the training split, for the attributes
/// that the model believes (it finds their target the likelier of two) and for those that it does not.
package struct ProbeCalibration: Sendable, Equatable {
    /// Q quantiles from the least to the greatest score.
    package let believed: [Double]
    package let notBelieved: [Double]
    /// The score above which an attribute is taken for believed: it tells the two kinds apart best.
    package let threshold: Double
    /// How often that is right, averaged over both kinds.
    package let balancedAccuracy: Double
    /// How often, of the two attributes of a sample, the one with the higher score is the one believed.
    package let pairAccuracy: Double

    static let quantileCount = 201

    init(
        believed: [Double], notBelieved: [Double], threshold: Double, balancedAccuracy: Double,
        pairAccuracy: Double
    ) {
        self.believed = believed
        self.notBelieved = notBelieved
        self.threshold = threshold
        self.balancedAccuracy = balancedAccuracy
        self.pairAccuracy = pairAccuracy
    }

    /// - Parameters:
    ///   - scores: of both attributes of every sample; at least one sample.
    ///   - believesMediated: whether the model finds target_mediated the likelier.
    init(_ scores: [FactScore], believesMediated: [Bool]) {
        precondition(!scores.isEmpty && scores.count == believesMediated.count)
        let pairs = zip(scores, believesMediated)
        let yes = pairs.map { $1 ? $0.mediated : $0.unmediated }
        let no = pairs.map { $1 ? $0.unmediated : $0.mediated }
        believed = Self.quantiles(yes)
        notBelieved = Self.quantiles(no)
        (threshold, balancedAccuracy) = Self.bestThreshold(yes: yes, no: no)
        pairAccuracy = Double(zip(yes, no).count { $0 > $1 }) / Double(yes.count)
    }

    private static func quantiles(_ values: [Double]) -> [Double] {
        let sorted = values.sorted()
        return (0..<quantileCount).map {
            Bootstrap.quantile(Double($0) / Double(quantileCount - 1), ofSorted: sorted)
        }
    }

    /// Halfway between two neighbouring scores, or below all of them; the least of equally good thresholds.
    private static func bestThreshold(yes: [Double], no: [Double]) -> (Double, Double) {
        let all = (yes.map { ($0, true) } + no.map { ($0, false) }).sorted { $0.0 < $1.0 }
        var (yesBelow, noBelow) = (0, 0)
        var best = (threshold: all[0].0 - 1, accuracy: 0.5)
        for (index, (score, isYes)) in all.enumerated() {
            if isYes { yesBelow += 1 } else { noBelow += 1 }
            let next = index + 1 < all.count ? all[index + 1].0 : score + 1
            if next == score { continue }
            let accuracy =
                (Double(noBelow) / Double(no.count) + 1 - Double(yesBelow) / Double(yes.count)) / 2
            if accuracy > best.accuracy { best = ((score + next) / 2, accuracy) }
        }
        return best
    }

    /// The share of scores of one kind that lie below `score`, from 0 to 1, linear between quantiles.
    static func share(below score: Double, quantiles: [Double]) -> Double {
        guard let above = quantiles.firstIndex(where: { $0 >= score }) else { return 1 }
        if above == 0 { return 0 }
        let (low, high) = (quantiles[above - 1], quantiles[above])
        return (Double(above - 1) + (score - low) / (high - low)) / Double(quantiles.count - 1)
    }
}
