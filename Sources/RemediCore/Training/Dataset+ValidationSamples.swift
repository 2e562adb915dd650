import Foundation
import LanguageModels

extension Dataset {
    /// The samples that validated while an editor was trained: they chose its epoch, but no parameter saw
    /// them, so they may also choose its layer.
    ///
    /// The editor's manifest says how the training split was cut, and a hash proves that it was cut from
    /// these samples.  Of the reference's editors, which have none, its rule is taken: a tenth of the whole
    /// split by seed 123456.
    ///
    /// - Parameter folder: holds the editor's weights and its manifest.
    /// - Throws: `RemediError.malformedData` for a missing or damaged manifest, `.noSamples` where nothing
    ///   validated, `.otherSamples` if the editor was trained on something else.
    package func validationSamples(ofEditorIn folder: URL) throws -> Dataset {
        let places = self.places(in: .training)
        guard let inputs = try TrainingManifest.inputs(in: folder),
            let trained = try TrainingManifest.sampleCount(in: folder)
        else {
            let file = TrainingManifest.file(in: folder)
            guard let weights = Editor.weightsFile(in: folder), StoredEditor.isOfReference(weights) else {
                throw RemediError.malformedData(path: file.path, reason: "there is no such manifest")
            }
            let ours = TrainingOptions()
            return try validationSamples(places, holdOut: ours.holdOut, seed: ours.seed)
        }
        guard let holdOut = inputs["hold_out"]?.double, let seed = inputs["seed"]?.string.flatMap(UInt64.init)
        else {
            throw RemediError.malformedData(
                path: TrainingManifest.file(in: folder).path, reason: "\"inputs\" is incomplete")
        }
        let samples = Array(self[.training])
        for count in [places.occupied.count, trained] where count <= samples.count {
            let first = places.prefix(count)
            if TrainingData.hash(Array(samples.prefix(count)), first, nil) == inputs["samples"]?.string {
                return try validationSamples(first, holdOut: holdOut, seed: seed)
            }
        }
        throw RemediError.otherSamples(editor: folder.path)
    }

    private func validationSamples(_ places: SamplePlaces, holdOut: Double, seed: UInt64) throws -> Dataset {
        let training = Array(self[.training])
        let held = TrainingSplit(places, holdOut: holdOut, seed: seed).validation
        guard !held.isEmpty else {
            throw RemediError.noSamples(dataset: name.rawValue, split: "validation", count: training.count)
        }
        return Dataset(
            name: name, samples: held.map { training[$0] },
            fileHash: "\(identity), \(held.count) validation samples of \(places.count), seed \(seed)")
    }
}
