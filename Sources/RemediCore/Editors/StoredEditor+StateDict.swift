import Compute
import Foundation
import LanguageModels

extension StoredEditor {
    /// Writes the editor as the state dict that the reference loads: names and shapes as ours, but the random
    /// editor's variance is a diagonal matrix there.  Tensors are float16 where the editor was trained in half
    /// precision, else float32.
    ///
    /// - Throws: `RemediError.editorMismatch`, `LanguageModelError`.
    func writeStateDict(of type: EditorType, to file: URL) throws {
        let shape = try shape(of: type)
        let outputs = zip(type.parameters(shape), try values(of: type, shape: shape)).map {
            type == .random && $0.name == "variance"
                ? Self.diagonal($1, name: $0.name)
                : SafeTensors.Output(name: $0.name, shape: $0.dimensions, values: $1)
        }
        try TorchFile.write(outputs, as: isHalfPrecision ? .float16 : .float32, to: file)
    }

    /// Whether the editor was trained in half precision, as its metadata or, in the reference's files, its tensors
    /// say.
    private var isHalfPrecision: Bool {
        if isOfReference { return tensors.values.allSatisfy { $0.elementType == .float16 } }
        return metadata.hyperparameters["editor_precision"]?.string == "float16"
    }

    /// The square matrix [D, D] with `values` [D] on its diagonal.
    private static func diagonal(_ values: [Float], name: String) -> SafeTensors.Output {
        let size = values.count
        var matrix = [Float](repeating: 0, count: size * size)
        for (index, value) in values.enumerated() { matrix[index * (size + 1)] = value }
        return SafeTensors.Output(name: name, shape: [size, size], values: matrix)
    }
}

extension EditorSummary {
    /// Writes the editor for `torch.load`, as the reference stores it.
    ///
    /// - Throws: `RemediError.editorMismatch`, `LanguageModelError`.
    package func writeStateDict(to file: URL) throws {
        try StoredEditor(self.file).writeStateDict(of: type, to: file)
    }
}
