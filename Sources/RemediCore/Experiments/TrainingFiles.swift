import Foundation

/// The samples that a training reads from files.
package struct TrainingFiles: Sendable {
    package let samples: [Sample]
    /// Where they stand among all that the file has, dropped ones included.
    package let places: SamplePlaces
    /// Samples of a file of their own, if one was named.
    package let validation: [Sample]?
    /// SHA-256 of the data set's file.
    package let hash: String

    /// Reads the training split of a data set, at most `size` samples of it, and the validation file.
    ///
    /// - Parameter compatibility: by whose rules samples are made of McRae's raw norms.
    /// - Parameter model: the model that is trained with them.
    /// - Throws: `PlaceError.dataFileNotFound`, `RemediError`, `LanguageModelError`.
    package init(
        dataset name: DatasetName, file: String?, validationFile: String?, size: Int?,
        compatibility: Compatibility = .remedi, model: ModelName? = nil, workplace: Workplace,
        progress: any ProgressReporter
    ) throws {
        let url = try name.locate(file: file, for: model, in: workplace)
        let norms = McRae.Options(compatibility)
        let dataset = try Dataset.load(name, file: url, norms: norms)
        dataset.report(from: url, to: progress)
        let split = dataset[.training]
        guard !split.isEmpty else {
            throw RemediError.noSamples(
                dataset: url.path, split: Split.training.description, count: dataset.samples.count)
        }
        samples = Array(split.prefix(size ?? .max))
        places = dataset.places(in: .training).prefix(samples.count)
        let wanted = dataset.requested(.training)?.count ?? split.count
        if size == nil, split.count < wanted {
            progress.report(
                .message("\(url.path): \(split.count) samples for training, the split has room for \(wanted)")
            )
        }
        validation = try validationFile.map { file in
            let url = try name.locate(file: file, in: workplace)
            let dataset = try Dataset.load(name, file: url, norms: norms)
            dataset.report(from: url, to: progress)
            return dataset.samples
        }
        hash = dataset.identity
    }
}

extension Dataset {
    /// Says which file it comes from, which records were left out, and why.
    package func report(from file: URL, to progress: any ProgressReporter) {
        progress.report(.detail("\(name.rawValue): \(samples.count) samples of \(file.path)"))
        for (reason, ids) in dropped {
            let shown = ids.prefix(5).joined(separator: ", ") + (ids.count > 5 ? ", …" : "")
            progress.report(.message("\(name.rawValue): left out \(ids.count) (\(reason)): \(shown)"))
        }
    }
}
