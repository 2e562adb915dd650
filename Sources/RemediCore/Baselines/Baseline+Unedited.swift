extension Baseline {
    /// The model as it is.
    package static let unedited = Baseline(name: "unedited", words: "as it is", color: 0) { _, _, _ in
        { _, text in text }
    }
}
