/// Which samples a run uses (SEMANTICS 2).
package indirect enum Split: Sendable, Equatable {
    /// 0 ..< 5,000
    case training
    /// 5,000 ..< 10,000; small: to 6,000.
    case evaluation(small: Bool)
    /// 5,000 ..< 5,000 + size.
    case dump(size: Int)
    case all
    /// The first samples of another split.
    case first(Int, of: Split)

    /// The range that is asked for; nil for `all`, which has no end of its own.
    package var requested: Range<Int>? {
        switch self {
        case .training: 0..<5_000
        case .evaluation(let small): 5_000..<(small ? 6_000 : 10_000)
        case .dump(let size): 5_000..<(5_000 + max(0, size))
        case .all: nil
        case .first(let count, let split):
            split.requested.map { $0.prefix(count) } ?? 0..<max(0, count)
        }
    }

    /// The range, cut at the data's end.  A data set without samples from 5,000 on gives an empty range.
    package func range(of count: Int) -> Range<Int> { (requested ?? 0..<count).clamped(to: 0..<count) }
}

extension Split: CustomStringConvertible {
    package var description: String {
        switch self {
        case .training: "training"
        case .evaluation(let small): small ? "evaluation (small)" : "evaluation"
        case .dump(let size): "dump of \(size)"
        case .all: "all"
        case .first(let count, let split): "\(split), first \(count)"
        }
    }
}
