import Compute
import Foundation
import LanguageModels

/// `<directory>/<type>/<block>/weights.safetensors`, and the reference's `weights.pth` in the same place.
extension Editor {
    static let formatName = "remedi editor 1"
    /// The reference's file: a state dict.
    static let stateDictName = "weights.pth"

    /// Where the editor's files lie.
    package static func folder(type: EditorType, block: Int, directory: URL) -> URL {
        directory.appendingPathComponent(type.rawValue, isDirectory: true)
            .appendingPathComponent(String(block), isDirectory: true)
    }

    /// The file in `folder` that holds an editor, ours before the reference's; nil if there is none.
    package static func weightsFile(in folder: URL) -> URL? {
        ["weights.safetensors", stateDictName].map { folder.appendingPathComponent($0) }
            .first { FileManager.default.fileExists(atPath: $0.path) }
    }

    /// The blocks for which `directory` holds editors of `type`, ascending.
    package static func savedBlocks(type: EditorType, directory: URL) -> [Int] {
        let folder = directory.appendingPathComponent(type.rawValue, isDirectory: true)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.compactMap(Int.init).filter { block in
            block >= 0 && weightsFile(in: Self.folder(type: type, block: block, directory: directory)) != nil
        }.sorted()
    }

    /// Reads `<directory>/<type>/<block>/weights.safetensors`, or the reference's `weights.pth`, and refuses
    /// an editor of another model.  Identity and null editors need no file.
    ///
    /// - Parameters:
    ///   - tokenOptions: for files of the reference, which do not say, and where there is no file.
    ///   - progress: hears what the file holds beside the editor, and what was rounded.
    /// - Throws: `RemediError.editorMissing`, `RemediError.editorMismatch`, `LanguageModelError`.
    package static func load(
        type: EditorType, block: Int, directory: URL, model: LanguageModel,
        tokenOptions: TokenOptions = TokenOptions(), progress: any ProgressReporter = SilentProgress()
    ) throws -> Editor {
        try model.check(block: block)
        let folder = Self.folder(type: type, block: block, directory: directory)
        guard let file = weightsFile(in: folder) else {
            if type.isParameterless {
                return try parameterless(type, block: block, model: model, tokenOptions: tokenOptions)
            }
            throw RemediError.editorMissing(
                path: folder.appendingPathComponent("weights.safetensors").path)
        }
        let stored = try StoredEditor(file)
        try stored.check("type", expected: type.rawValue, found: stored.type?.rawValue)
        try stored.check("layer", expected: String(block), found: stored.block.map(String.init))
        let shape = try stored.shape(of: type)
        try stored.check(
            "hidden size", expected: String(model.hiddenSize), found: String(shape.hiddenSize))
        if let fingerprint = stored.metadata.modelFingerprint, !model.isMeant(by: fingerprint) {
            throw RemediError.editorMismatch(
                path: file.path, what: "model", expected: "\(model.name) (\(model.fingerprint.prefix(12)))",
                found: "\(stored.metadata.model) (\(fingerprint.prefix(12)))")
        }
        for remark in stored.remarks(on: type, shape: shape) { progress.report(.warning(remark)) }
        var metadata = stored.metadata
        if stored.isOfReference { metadata.tokens = tokenOptions }
        return try Editor(
            type: type, block: block, shape: shape, values: try stored.values(of: type, shape: shape),
            metadata: metadata, backend: model.backend)
    }

    /// Writes `weights.safetensors` into `folder`, whole or not at all.
    ///
    /// - Throws: `LanguageModelError.unwritable`, `ComputeError`.
    package func save(to folder: URL) throws {
        try SafeTensors.write(
            try outputs(), metadata: fileMetadata(),
            to: folder.appendingPathComponent("weights.safetensors"))
    }

    /// The parameters under their stored names.
    func outputs() throws -> [SafeTensors.Output] {
        zip(parameterShapes, try values()).map {
            SafeTensors.Output(name: $0.name, shape: $0.dimensions, values: $1)
        }
    }

    private func fileMetadata() -> [String: String] {
        var result = [
            "format": Self.formatName,
            "type": type.rawValue,
            "layer": String(block),
            "hidden_size": String(hiddenSize),
            "use_entity": String(shape.useEntity),
            "model": metadata.model,
            "use_all_entity_tokens": String(tokenOptions.useAllEntityTokens),
            "first_byte_token": String(tokenOptions.firstByteToken),
            "attribute_no_entity": String(tokenOptions.attributeWithoutEntity),
            "hyperparameters": JSONValue.object(metadata.hyperparameters).text(),
            "seed": String(metadata.seed),
            "version": metadata.version ?? RemediVersion.current,
        ]
        if tokenOptions.mentions != .word { result["mentions"] = tokenOptions.mentions.rawValue }
        result["rank"] = shape.rank.map(String.init)
        result["model_fingerprint"] = metadata.modelFingerprint
        return result
    }
}
