/// A data set or helper file that REMEDI works with: how it is called, where it comes from and how its
/// bytes are known.
package struct DataFile: Sendable, Equatable {
    /// Where a file can be had.
    package enum Origin: Sendable, Equatable {
        case address(String, size: Int, sha256: String)
        /// It may not be passed on; `place` is where its authors offer it, `advice` how to make it of that.
        case authors(place: String, advice: String)
    }

    /// As commands call it.
    package let name: String
    package let fileName: String
    package let summary: String
    package let licence: String
    package let origin: Origin

    /// How to come by it; nil if it can be downloaded.
    package var advice: String? {
        if case .authors(_, let advice) = origin { advice } else { nil }
    }

    package init(name: String, fileName: String, summary: String, licence: String, origin: Origin) {
        self.name = name
        self.fileName = fileName
        self.summary = summary
        self.licence = licence
        self.origin = origin
    }
}
