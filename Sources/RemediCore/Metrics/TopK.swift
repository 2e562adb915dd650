/// Whether a label is among the k with the highest scores; of equal scores the lower index comes first.
package enum TopK {
    /// How many labels come before `label`: 0 is the best.
    package static func rank<Score: Comparable>(of label: Int, in scores: [Score]) -> Int {
        let score = scores[label]
        return scores.enumerated().reduce(0) { rank, other in
            rank + (other.element > score || other.element == score && other.offset < label ? 1 : 0)
        }
    }

    package static func contains<Score: Comparable>(_ label: Int, k: Int, in scores: [Score]) -> Bool {
        rank(of: label, in: scores) < k
    }

    /// The share of samples whose label is among the k best (recall at k; accuracy for k = 1), or nil of no
    /// samples.
    ///
    /// - Parameters:
    ///   - labels: one a sample.
    ///   - scores: of the same samples in the same order, one score a label.
    package static func recall<Score: Comparable>(labels: [Int], scores: [[Score]], k: Int) -> Double? {
        precondition(labels.count == scores.count)
        if labels.isEmpty { return nil }
        let hits = zip(labels, scores).filter { contains($0, k: k, in: $1) }.count
        return Double(hits) / Double(labels.count)
    }
}
