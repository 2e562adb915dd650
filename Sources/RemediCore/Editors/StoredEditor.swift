import Foundation
import LanguageModels

/// An editor's file, read but not yet matched with a model.
struct StoredEditor {
    let file: URL
    /// By the names that the editor itself gives them, without what wrappers add.
    let tensors: [String: StoredTensor]
    /// Tensors of types that no editor has.
    private let foreign: [String]
    let metadata: EditorMetadata
    /// nil in the reference's files, which do not say.
    let type: EditorType?
    let block: Int?

    /// Whether it is a file of the reference, which holds nothing but tensors.
    var isOfReference: Bool { Self.isOfReference(file) }

    static func isOfReference(_ file: URL) -> Bool { file.pathExtension == "pth" }

    /// An editor's identity in results: its file's hash, as if version 0.1.0 had trained it.  That version named
    /// models otherwise, and so the same editor trained today is another file.
    ///
    /// - Throws: `LanguageModelError.fileMissing`, `.unreadable`.
    static func hash(_ file: URL, for model: LanguageModel) throws -> String {
        guard !isOfReference(file), let former = model.formerFingerprint else {
            return try SHA256.hash(file: file)
        }
        return try SafeTensors.hash(file: file, replacing: model.fingerprint, with: former)
    }

    /// Reads `weights.safetensors`, or a torch file by its extension `pth`.
    ///
    /// - Throws: `LanguageModelError`, `RemediError.editorMismatch`.
    init(_ file: URL) throws {
        self.file = file
        if Self.isOfReference(file) {
            let records = try TorchFile.records(of: file)
            tensors = Self.byName(records.compactMap(\.stored))
            foreign = records.filter { $0.stored == nil }.map(\.name)
            metadata = EditorMetadata(model: "", modelFingerprint: nil, version: nil)
            type = nil
            block = nil
            return
        }
        let (records, strings) = try SafeTensors.records(of: file)
        tensors = Self.byName(records.compactMap(\.stored))
        foreign = records.filter { $0.stored == nil }.map(\.name)
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
        let named = Dictionary(tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let wrapped = tensors.map { (WrapperNames.stripped($0.name), $0) }
        return named.merging(wrapped) { first, _ in first }
    }

    /// Caveats for using the file as an editor of `type`, a sentence each.
    func remarks(on type: EditorType, shape: EditorShape) -> [String] {
        let names = type.parameters(shape).map(\.name)
        let used = names.compactMap { tensors[$0] }
        var remarks: [String] = []
        if let fingerprint = metadata.modelFingerprint, ModelFingerprint.isFormer(fingerprint) {
            remarks.append(
                "\(file.path): trained by version 0.1.0, which knew its model by the first and last 4 KiB of every"
                    + " tensor; whether the rest is this model's cannot be told")
        }
        let doubles = used.filter(\.isDouble).map(\.name)
        if !doubles.isEmpty {
            remarks.append(
                "\(file.path): stored as F64 and rounded to F32: \(doubles.joined(separator: ", "))")
        }
        let known = Set(used.map(\.name))
        let unused = Set(tensors.values.map(\.name) + foreign).subtracting(known).sorted()
        if !unused.isEmpty {
            remarks.append(
                "\(file.path): not used by \(type.rawValue) editors: \(unused.joined(separator: ", "))")
        }
        return remarks
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
    /// - Throws: `RemediError.editorMismatch` for a missing tensor or a wrong shape;
    ///   `LanguageModelError.beyondSingle`.
    func values(of type: EditorType, shape: EditorShape) throws -> [[Float]] {
        try type.parameters(shape).map { parameter in
            guard let tensor = tensors[parameter.name] else {
                throw RemediError.editorMismatch(
                    path: file.path, what: "tensors", expected: parameter.name,
                    found: tensors.keys.sorted().joined(separator: ", "))
            }
            if type == .random, tensor.shape == [shape.hiddenSize, shape.hiddenSize] {
                let matrix = try tensor.finiteFloats()
                return (0..<shape.hiddenSize).map { matrix[$0 * (shape.hiddenSize + 1)] }
            }
            guard tensor.shape == parameter.dimensions else {
                throw RemediError.editorMismatch(
                    path: file.path, what: "shape of \(parameter.name)",
                    expected: "\(parameter.dimensions)", found: "\(tensor.shape)")
            }
            return try tensor.finiteFloats()
        }
    }
}
