extension Dataset {
    /// The samples of a split.
    ///
    /// - Throws: `RemediError.noSamples` if there are none.
    func samples(of split: Split) throws -> [Sample] {
        let samples = Array(self[split])
        guard !samples.isEmpty else {
            throw RemediError.noSamples(
                dataset: name.rawValue, split: split.description, count: placeCount)
        }
        return samples
    }

    /// Says so if a split goes beyond the data.
    func reportCut(of split: Split, samples: [Sample], to progress: any ProgressReporter) {
        guard let wanted = requested(split), wanted.upperBound > placeCount else { return }
        progress.report(
            .message(
                "the \(split) split goes to sample \(wanted.upperBound), the data ends at "
                    + "\(placeCount): \(samples.count) samples"))
    }
}
