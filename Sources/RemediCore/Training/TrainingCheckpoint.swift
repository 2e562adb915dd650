import Compute
import Foundation
import LanguageModels

/// Everything that a training needs to go on where it stood, in one file.
struct TrainingCheckpoint {
    private static let formatName = "remedi training checkpoint 1"

    /// What decides the result; see `TrainingManifest.inputs`.
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
        try SafeTensors.write(outputs, metadata: metadata, to: Self.file(in: folder))
    }

    /// The inputs of the checkpoint in `folder`, nil if there is none.
    ///
    /// - Throws: `LanguageModelError`.
    static func inputs(in folder: URL) throws -> JSONObject? {
        let file = file(in: folder)
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        return try inputs(of: try SafeTensors.read(file).metadata, file: file)
    }

    /// How many epochs the training in `folder` has behind it.
    ///
    /// - Throws: `LanguageModelError`.
    static func epoch(in folder: URL) throws -> Int {
        let state = try SafeTensors.read(file(in: folder)).metadata["state"]
        return try state.map { try JSONValue(parsing: $0) }?["epoch"]?.integer ?? 0
    }

    private static func inputs(of metadata: [String: String], file: URL) throws -> JSONObject {
        guard metadata["format"] == formatName,
            let inputs = metadata["inputs"].flatMap({ try? JSONValue(parsing: $0).object })
        else {
            throw LanguageModelError.malformed(
                path: file.path, reason: "its metadata is not that of a training checkpoint")
        }
        return inputs
    }

    /// Reads the checkpoint in `folder`.
    ///
    /// - Throws: `LanguageModelError`.
    init(folder: URL, shapes: [EditorParameterShape]) throws {
        let file = Self.file(in: folder)
        let (tensors, metadata) = try SafeTensors.read(file)
        inputs = try Self.inputs(of: metadata, file: file)
        guard
            let state = metadata["state"].flatMap({ try? JSONValue(parsing: $0) })
                .flatMap(TrainingState.init(json:))
        else {
            throw LanguageModelError.malformed(path: file.path, reason: "its training state is incomplete")
        }
        self.state = state
        let byName = Dictionary(tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        func group(_ name: String) throws -> [[Float]] {
            try shapes.map { shape in
                guard let tensor = byName["\(name)/\(shape.name)"] else {
                    throw LanguageModelError.tensorMissing(name: "\(name)/\(shape.name)", path: file.path)
                }
                guard tensor.shape == shape.dimensions else {
                    throw LanguageModelError.tensorShape(
                        name: tensor.name, expected: shape.dimensions, found: tensor.shape)
                }
                return tensor.floats()
            }
        }
        parameters = try group("parameters")
        best = try group("best")
        firstMoments = try group("first")
        secondMoments = try group("second")
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
