import Compute
import Foundation
import LanguageModels

/// Everything that a training needs to resume, in one file with a checksum.  One that is damaged, or was written
/// by a version without checksums, counts as none: what it held is computed again.
struct TrainingCheckpoint {
    private static let formatName = "remedi training checkpoint 2"

    /// The inputs that decide the result; see `TrainingManifest.inputs`.
    var inputs: JSONObject
    var state: TrainingState
    /// All in the order of `EditorType.parameters`, row-major.
    var parameters: [[Float]]
    var best: [[Float]]
    var firstMoments: [[Float]]
    var secondMoments: [[Float]]

    static func file(in folder: URL) -> URL { folder.appendingPathComponent("checkpoint.safetensors") }

    /// Writes the file whole or not at all.
    ///
    /// - Throws: `LanguageModelError.unwritable`.
    func write(to folder: URL, shapes: [EditorParameterShape], weights: LossWeights) throws {
        let groups = [
            ("parameters", parameters), ("best", best), ("first", firstMoments), ("second", secondMoments),
        ]
        let outputs = groups.flatMap { group, values in
            zip(shapes, values).map {
                SafeTensors.Output(name: "\(group)/\($0.name)", shape: $0.dimensions, values: $1)
            }
        }
        let metadata = [
            "format": Self.formatName, "inputs": JSONValue.object(inputs).text(),
            "state": state.json(weights).text(),
        ]
        try SafeTensors.writeSealed(outputs, metadata: metadata, to: Self.file(in: folder))
    }

    /// The inputs of the checkpoint in `folder`; nil if there is none, or none that is whole.
    ///
    /// - Throws: `LanguageModelError.unreadable`.
    static func inputs(in folder: URL) throws -> JSONObject? {
        try content(in: folder).flatMap { try? JSONValue(parsing: $0.metadata["inputs"] ?? "").object }
    }

    /// How many epochs the training in `folder` has done; 0 where the checkpoint is damaged.
    ///
    /// - Throws: `LanguageModelError.unreadable`.
    static func epoch(in folder: URL) throws -> Int {
        let state = try content(in: folder).flatMap { try? JSONValue(parsing: $0.metadata["state"] ?? "") }
        return state?["epoch"]?.integer ?? 0
    }

    /// What the file in `folder` holds; nil if there is none, or if it is not what was written: damaged, or of a
    /// version that wrote no checksum.
    private static func content(
        in folder: URL
    ) throws -> (tensors: [StoredTensor], metadata: [String: String])? {
        let file = file(in: folder)
        guard SystemCall.status(file.path) != nil else { return nil }
        do {
            let (tensors, metadata) = try SafeTensors.read(file)
            guard metadata["format"] == formatName,
                SafeTensors.isIntact(tensors, metadata: metadata) == true
            else { return nil }
            return (tensors, metadata)
        } catch LanguageModelError.malformed {
            return nil
        }
    }

    /// Reads the checkpoint in `folder`; nil if there is none, or none that is whole.
    ///
    /// - Throws: `LanguageModelError.unreadable`.
    init?(folder: URL, shapes: [EditorParameterShape]) throws {
        guard let (tensors, metadata) = try Self.content(in: folder),
            let inputs = try? JSONValue(parsing: metadata["inputs"] ?? "").object,
            let state = (try? JSONValue(parsing: metadata["state"] ?? "")).flatMap(TrainingState.init(json:))
        else { return nil }
        self.inputs = inputs
        self.state = state
        let byName = Dictionary(tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        func group(_ name: String) -> [[Float]]? {
            let found = shapes.compactMap { shape in
                byName["\(name)/\(shape.name)"].flatMap { $0.shape == shape.dimensions ? $0.floats() : nil }
            }
            return found.count == shapes.count ? found : nil
        }
        guard let parameters = group("parameters"), let best = group("best"),
            let firstMoments = group("first"), let secondMoments = group("second")
        else { return nil }
        self.parameters = parameters
        self.best = best
        self.firstMoments = firstMoments
        self.secondMoments = secondMoments
    }

    init(
        inputs: JSONObject, state: TrainingState, parameters: [[Float]], best: [[Float]],
        firstMoments: [[Float]], secondMoments: [[Float]]
    ) {
        self.inputs = inputs
        self.state = state
        self.parameters = parameters
        self.best = best
        self.firstMoments = firstMoments
        self.secondMoments = secondMoments
    }
}
