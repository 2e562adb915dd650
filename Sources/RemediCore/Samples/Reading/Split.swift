/// Which samples a run uses (Semantics.md §2.2).
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

    /// How many samples of a data set are for training, if it does not say so itself.
    package static let usualBoundary = 5_000

    /// The range that is asked for; nil for `all`, which has no end of its own.
    package var requested: Range<Int>? { requested(boundary: Self.usualBoundary) }

    /// The same of a data set whose first `boundary` samples are for training.
    package func requested(boundary: Int) -> Range<Int>? {
        switch self {
        case .training: 0..<boundary
        case .evaluation(let small): Self.range(from: boundary, count: small ? 1_000 : 5_000)
        case .dump(let size): Self.range(from: boundary, count: max(0, size))
        case .all: nil
        case .first(let count, let split):
            split.requested(boundary: boundary).map { $0.prefix(count) } ?? 0..<max(0, count)
        }
    }

    /// A range that ends at the largest number, if not before.
    private static func range(from start: Int, count: Int) -> Range<Int> {
        let (end, overflows) = start.addingReportingOverflow(count)
        return start..<(overflows ? .max : end)
    }

    /// The range, cut at the data's end.  A data set without samples after the boundary gives an empty range.
    package func range(of count: Int, boundary: Int = usualBoundary) -> Range<Int> {
        (requested(boundary: boundary) ?? 0..<count).clamped(to: 0..<count)
    }
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
