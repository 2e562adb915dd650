import Foundation

/// The data sets of the paper.
package enum DatasetName: String, Sendable, CaseIterable {
    case counterfact, winoventi, biosbias, mcrae
}

/// The samples of a data set in file order, and what was left out.
package struct Dataset: Sendable {
    package var name: DatasetName
    package var samples: [Sample]
    /// Dropped records by reason, in order of first appearance.
    package var dropped: [(reason: String, ids: [String])]
    /// SHA-256 of the file, hexadecimal.
    package var fileHash: String

    /// Reads `file`, in the raw form or as sample objects (JSON Lines or objects without separators).
    ///
    /// - Throws: `SampleError`.
    package static func load(_ name: DatasetName, file: URL) throws -> Dataset {
        fatalError("replaced by the samples work")
    }
}

/// Which samples a run uses (SEMANTICS 2).
package enum Split: Sendable, Equatable {
    /// 0 ..< 5,000
    case training
    /// 5,000 ..< 10,000; small: to 6,000.
    case evaluation(small: Bool)
    /// 5,000 ..< 5,000 + size.
    case dump(size: Int)
    case all

    /// The range, cut at the data's end.  A data set without samples from 5,000 on gives an empty range.
    package func range(of count: Int) -> Range<Int> { fatalError() }
}
