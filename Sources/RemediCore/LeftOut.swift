/// Samples that training cannot use, for one reason.
package struct LeftOut: Equatable, Sendable {
    package let reason: String
    package let ids: [String]

    package init(reason: String, ids: [String]) {
        self.reason = reason
        self.ids = ids
    }

    /// How many, why, and which, the first five by name.
    package var words: String {
        let shown = ids.prefix(5).joined(separator: ", ") + (ids.count > 5 ? ", …" : "")
        return "\(ids.count) (\(reason)): \(shown)"
    }
}
