import Foundation

/// What one row of logits is asked for, and the answers in float64.
struct DistributionRow {
    var target = -1
    var comparator = -1
    var targetWeight = 0.0
    var comparatorWeight = 0.0
    var divergenceWeight = 0.0

    static func logSoftmax(_ logits: [Double]) -> [Double] {
        let largest = logits.max() ?? 0
        let total = log(logits.reduce(0) { $0 + exp($1 - largest) }) + largest
        return logits.map { $0 - total }
    }

    /// log p(target), log(1 − p(comparator)), KL(p⁰ ‖ p); 0 for what is not asked.
    func values(_ logits: [Double], base: [Double]) -> [Double] {
        let p = Self.logSoftmax(logits)
        var result = [0.0, 0, 0]
        if target >= 0 { result[0] = p[target] }
        if comparator >= 0 {
            // The sum of the others, not 1 − p, which loses everything near p = 1.
            var others = p
            others.remove(at: comparator)
            let largest = others.max() ?? 0
            result[1] = log(others.reduce(0) { $0 + exp($1 - largest) }) + largest
        }
        if divergenceWeight != 0 {
            result[2] = zip(Self.logSoftmax(base), p).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
        }
        return result
    }

    func loss(_ logits: [Double], base: [Double]) -> Double {
        let values = values(logits, base: base)
        return -targetWeight * values[0] - comparatorWeight * values[1] + divergenceWeight * values[2]
    }

    /// d loss / d logits in closed form, and how large the terms are that it is the sum of.
    func gradient(_ logits: [Double], base: [Double]) -> [(slope: Double, size: Double)] {
        let p = Self.logSoftmax(logits)
        let p0 = Self.logSoftmax(base)
        let rest = comparator >= 0 ? values(logits, base: base)[1] : 0
        return logits.indices.map { index in
            var terms: [Double] = []
            if target >= 0 { terms += [targetWeight * exp(p[index]), index == target ? -targetWeight : 0] }
            if comparator >= 0 {
                let share = index == comparator ? 1 : -exp(p[index] - rest)
                terms.append(comparatorWeight * exp(p[comparator]) * share)
            }
            terms += [divergenceWeight * exp(p[index]), -divergenceWeight * exp(p0[index])]
            return (terms.reduce(0, +), terms.reduce(0) { $0 + abs($1) })
        }
    }
}
