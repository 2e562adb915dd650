import Compute
import LanguageModels

/// Turns h_entity and h_attr into directions at one block of one model.
///
/// Letters: B samples, D hidden size.  Parameters live on the model's device; training changes them in
/// place, everything else only reads them.
package final class Editor: @unchecked Sendable {
    package let type: EditorType
    package let block: Int
    package let shape: EditorShape
    package let metadata: EditorMetadata
    let backend: any ComputeBackend
    /// In the order of `EditorType.parameters`.
    let parameters: [Matrix]

    package var hiddenSize: Int { shape.hiddenSize }
    package var tokenOptions: TokenOptions { metadata.tokens }
    var parameterShapes: [EditorParameterShape] { type.parameters(shape) }

    /// `values` are row-major, in the order of `EditorType.parameters`.
    init(
        type: EditorType, block: Int, shape: EditorShape, values: [[Float]], metadata: EditorMetadata,
        backend: any ComputeBackend
    ) throws {
        let shapes = type.parameters(shape)
        precondition(shapes.map(\.count) == values.map(\.count), "parameters must fit the editor's shape")
        self.type = type
        self.block = block
        self.shape = shape
        self.metadata = metadata
        self.backend = backend
        parameters = try shapes.map { try backend.makeMatrix(rows: $0.rows, columns: $0.columns) }
        for (matrix, value) in zip(parameters, values) { backend.write(value, into: matrix) }
    }

    /// A fixed editor without parameters: identity or null.
    ///
    /// - Throws: `LanguageModelError.noSuchBlock`.
    package static func parameterless(
        _ type: EditorType, block: Int, model: LanguageModel, tokenOptions: TokenOptions = TokenOptions()
    ) throws -> Editor {
        precondition(type.isParameterless, "only identity and null have no parameters")
        try model.check(block: block)
        return try Editor(
            type: type, block: block, shape: EditorShape(hiddenSize: model.hiddenSize), values: [],
            metadata: EditorMetadata(
                model: model.name, modelFingerprint: model.fingerprint, tokens: tokenOptions),
            backend: model.backend)
    }

    /// Waits, then returns the parameters' values, row-major.
    func values() throws -> [[Float]] { try parameters.map { try backend.read($0) } }

    /// Replaces the parameters' values.
    func setValues(_ values: [[Float]]) {
        precondition(parameters.map { $0.rows * $0.columns } == values.map(\.count))
        for (matrix, value) in zip(parameters, values) { backend.write(value, into: matrix) }
    }

    /// Directions, [B, D].  `sampleIds` key the random editor's draws.
    package func directions(
        for representations: SampleRepresentations, sampleIds: [String]
    ) throws -> Matrix {
        precondition(sampleIds.count == representations.attribute.rows, "one id for every sample")
        return try forward(representations, sampleIds: sampleIds).directions
    }
}

extension LanguageModel {
    /// - Throws: `LanguageModelError.noSuchBlock`.
    func check(block: Int) throws {
        guard (0..<blocks).contains(block) else {
            throw LanguageModelError.noSuchBlock(block: block, blocks: blocks)
        }
    }
}
