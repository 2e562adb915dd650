import Foundation
import LanguageModels

extension ModelName {
    /// The summary of a checkpoint; where its weights are not there yet, of what `config.json` or the configuration
    /// as published says of them.
    ///
    /// - Throws: `PlaceError.modelNotFound`, `LanguageModelError`.
    package func summarized(
        prefersHalf: Bool, in workplace: Workplace
    ) throws -> (ModelSummary, ModelFingerprint?) {
        let folder: URL
        do {
            folder = try locate(in: workplace, prefersHalf: prefersHalf)
        } catch let error as PlaceError {
            guard let reader = PublishedConfiguration.reader(of: self) else { throw error }
            return (try ModelSummary(withoutWeights: reader), nil)
        }
        do {
            let checkpoint = try Checkpoint.open(folder)
            let tensors = try ModelTensors(checkpoint)
            return (
                try ModelSummary(tensors),
                try ModelFingerprint(checkpoint, tensors, memory: workplace.fingerprints)
            )
        } catch let error as LanguageModelError {
            let file = folder.appendingPathComponent("config.json")
            guard case .fileMissing(let path) = error, path != file.path else { throw error }
            let reader = ConfigurationReader(try Checkpoint.object(of: file), path: file.path)
            return (try ModelSummary(withoutWeights: reader), nil)
        }
    }
}
