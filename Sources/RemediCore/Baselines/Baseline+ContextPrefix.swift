extension Baseline {
    /// The sample's context is put in front of every text.
    package static let prefix = Baseline(
        name: "prefix", words: "with the context in front of every prompt", color: 1,
        note: "Prefix: the fact stands in front of the prompt."
    ) { samples, _, _ in
        { index, text in samples[index].inContext(text).text }
    }
}
