import Foundation

extension Dataset {
    /// The samples of a split; where mentions are plain texts also those without an attribute, as the reference
    /// keeps them.
    ///
    /// - Throws: `RemediError.noSamples` if there are none.
    package func samples(
        of split: Split, from file: URL? = nil, mentions: MentionRule = .word
    ) throws -> [Sample] {
        let samples = mentions == .text ? Array(all[range(of: split)]) : Array(self[split])
        guard !samples.isEmpty else {
            throw RemediError.noSamples(
                dataset: file?.path ?? name.rawValue, split: split.description, count: placeCount)
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
