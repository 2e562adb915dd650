import LanguageModels

/// A yes or no that was predicted, and what it really was.
struct Judgement: Sendable, Equatable {
    var truth: Bool
    var prediction: Bool

    /// True positive 0, false positive 1, false negative 2, true negative 3.
    fileprivate var cell: Int {
        (prediction ? 0 : 2) + (truth == prediction ? (prediction ? 0 : 1) : (prediction ? 1 : 0))
    }
}

/// Numbers of a table of judgements that are no mean over samples.  Those that divide by nothing are 0, as in
/// scikit-learn.
enum JudgementScore: String, Sendable, CaseIterable {
    case f1, mcc, accuracy

    func value(of judgements: [Judgement]) -> Double {
        var cells = [0, 0, 0, 0]
        for judgement in judgements { cells[judgement.cell] += 1 }
        return value(ofCells: cells)
    }

    func value(ofCells cells: [Int]) -> Double {
        let (tp, fp, fn, tn) = (Double(cells[0]), Double(cells[1]), Double(cells[2]), Double(cells[3]))
        func ratio(_ above: Double, _ below: Double) -> Double { below == 0 ? 0 : above / below }
        switch self {
        case .accuracy: return ratio(tp + tn, tp + fp + fn + tn)
        case .f1: return ratio(2 * tp, 2 * tp + fp + fn)
        case .mcc:
            return ratio(tp * tn - fp * fn, ((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)).squareRoot())
        }
    }

    /// So many resamples, each of which counts anew.
    private static let resamples = 2_000

    /// The percentile bootstrap interval over samples; nil of none.
    func interval(of judgements: [Judgement], _ bootstrap: Bootstrap, key: String) -> Interval? {
        guard !judgements.isEmpty else { return nil }
        return Self.interval(bootstrap, key: key, kinds: judgements.map(\.cell)) { value(ofCells: $0) }
    }

    /// The interval of a statistic of how many samples are of each kind, 0 to 15.
    private static func interval(
        _ bootstrap: Bootstrap, key: String, kinds: [Int], _ statistic: ([Int]) -> Double
    ) -> Interval {
        var stream = RandomStream(seed: bootstrap.seed, purpose: "bootstrap", sample: key)
        let kinds = kinds.map { UInt8($0) }
        let count = UInt64(kinds.count)
        let found = (0..<resamples).map { _ -> Double in
            var counts = [Int](repeating: 0, count: 16)
            counts.withUnsafeMutableBufferPointer { counts in
                kinds.withUnsafeBufferPointer { kinds in
                    for _ in kinds.indices {
                        let place = Int(((stream.next() >> 32) &* count) >> 32)
                        counts[Int(kinds[place])] &+= 1
                    }
                }
            }
            return statistic(counts)
        }.sorted()
        let tail = (1 - bootstrap.confidence) / 2
        return Interval(
            lower: Bootstrap.quantile(tail, ofSorted: found),
            upper: Bootstrap.quantile(1 - tail, ofSorted: found))
    }

    /// How much larger the second run's number is over the same samples, with the interval of paired
    /// resamples, and how often swapping runs at random, sample by sample, gives a difference as large.
    func comparison(
        first: [Judgement], second: [Judgement], _ bootstrap: Bootstrap, key: String
    ) -> (difference: Double, interval: Interval, pValue: Double) {
        precondition(first.count == second.count && !first.isEmpty)
        let (a, b) = (first.map(\.cell), second.map(\.cell))
        let difference = value(of: second) - value(of: first)
        let interval = Self.interval(bootstrap, key: key, kinds: zip(a, b).map { $0 * 4 + $1 }) { counts in
            let ofFirst = (0..<4).map { cell in (0..<4).reduce(0) { $0 + counts[cell * 4 + $1] } }
            let ofSecond = (0..<4).map { cell in (0..<4).reduce(0) { $0 + counts[$1 * 4 + cell] } }
            return value(ofCells: ofSecond) - value(ofCells: ofFirst)
        }
        var stream = RandomStream(seed: bootstrap.seed, purpose: "signs", sample: key)
        var hits = 1
        for _ in 0..<Self.resamples {
            var (ofFirst, ofSecond) = ([0, 0, 0, 0], [0, 0, 0, 0])
            for index in a.indices {
                let isSwapped = stream.next() & 1 == 1
                ofFirst[isSwapped ? b[index] : a[index]] += 1
                ofSecond[isSwapped ? a[index] : b[index]] += 1
            }
            if abs(value(ofCells: ofSecond) - value(ofCells: ofFirst)) >= abs(difference) - 1e-12 {
                hits += 1
            }
        }
        return (difference, interval, Double(hits) / Double(Self.resamples + 1))
    }
}
