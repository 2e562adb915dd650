import Foundation
import LanguageModels

/// An editor's file, read but not yet matched with a model.
struct StoredEditor {
    let file: URL
    let tensors: [String: StoredTensor]
    let metadata: EditorMetadata
    /// nil in the reference's files, which do not say.
    let type: EditorType?
    let block: Int?

    /// Whether it is a file of the reference, which holds nothing but tensors.
    var isOfReference: Bool { Self.isOfReference(file) }

    static func isOfReference(_ file: URL) -> Bool { file.pathExtension == "pth" }

    /// Reads `weights.safetensors`, or a torch file by its extension `pth`.
    ///
    /// - Throws: `LanguageModelError`, `RemediError.editorMismatch`.
    init(_ file: URL) throws {
        self.file = file
        if Self.isOfReference(file) {
            tensors = Self.byName(try TorchFile.read(file))
            metadata = EditorMetadata(model: "", modelFingerprint: nil, version: nil)
            type = nil
            block = nil
            return
        }
        let (stored, strings) = try SafeTensors.read(file)
        tensors = Self.byName(stored)
        guard strings["format"] == Editor.formatName else {
            throw RemediError.editorMismatch(
                path: file.path, what: "format", expected: Editor.formatName,
                found: strings["format"] ?? "none")
        }
        func required<Value>(_ key: String, _ convert: (String) -> Value?) throws -> Value {
            guard let text = strings[key], let value = convert(text) else {
                throw LanguageModelError.malformed(
                    path: file.path,
                    reason: "the metadata \(key) is \(strings[key].map { "\"\($0)\"" } ?? "missing")")
            }
            return value
        }
        type = try required("type") { EditorType(rawValue: $0) }
        block = try required("layer") { Int($0) }
        var tokens = TokenOptions()
        tokens.useAllEntityTokens = try required("use_all_entity_tokens") { Bool($0) }
        tokens.firstByteToken = try required("first_byte_token") { Bool($0) }
        tokens.attributeWithoutEntity = try required("attribute_no_entity") { Bool($0) }
        if strings["mentions"] != nil {
            tokens.mentions = try required("mentions") { MentionRule(rawValue: $0) }
        }
        metadata = EditorMetadata(
            model: try required("model") { $0 }, modelFingerprint: strings["model_fingerprint"],
            tokens: tokens,
            hyperparameters: try required("hyperparameters") { try? JSONValue(parsing: $0).object },
            seed: try required("seed") { UInt64($0) }, version: try required("version") { $0 })
    }

    private static func byName(_ tensors: [StoredTensor]) -> [String: StoredTensor] {
        Dictionary(tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Refuses the file if it says something else; what it does not say is accepted.
    ///
    /// - Throws: `RemediError.editorMismatch`.
    func check(_ what: String, expected: String, found: String?) throws {
        guard let found, found != expected else { return }
        throw RemediError.editorMismatch(path: file.path, what: what, expected: expected, found: found)
    }

    /// The shape that the tensors have as an editor of `type`.
    ///
    /// - Throws: `RemediError.editorMismatch` if a tensor is missing.
    func shape(of type: EditorType) throws -> EditorShape {
        guard let shape = type.shape(of: tensors.mapValues(\.shape)) else {
            throw RemediError.editorMismatch(
                path: file.path, what: "tensors", expected: "those of a \(type.rawValue) editor",
                found: tensors.keys.sorted().joined(separator: ", "))
        }
        return shape
    }

    /// The parameters in the order of `EditorType.parameters`.
    ///
    /// - Throws: `RemediError.editorMismatch` for a missing tensor or a wrong shape.
    func values(of type: EditorType, shape: EditorShape) throws -> [[Float]] {
        try type.parameters(shape).map { parameter in
            guard let tensor = tensors[parameter.name] else {
                throw RemediError.editorMismatch(
                    path: file.path, what: "tensors", expected: parameter.name,
                    found: tensors.keys.sorted().joined(separator: ", "))
            }
            if type == .random, tensor.shape == [shape.hiddenSize, shape.hiddenSize] {
                let matrix = tensor.floats()
                return (0..<shape.hiddenSize).map { matrix[$0 * (shape.hiddenSize + 1)] }
            }
            guard tensor.shape == parameter.dimensions else {
                throw RemediError.editorMismatch(
                    path: file.path, what: "shape of \(parameter.name)",
                    expected: "\(parameter.dimensions)", found: "\(tensor.shape)")
            }
            return tensor.floats()
        }
    }
}
