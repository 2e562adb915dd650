import Foundation
import LanguageModels

extension StoredEditor {
    /// Writes the editor as the state dict that the reference loads: names and shapes as ours, but the random
    /// editor's variance is a diagonal matrix there.
    ///
    /// - Throws: `RemediError.editorMismatch`, `LanguageModelError`.
    func writeStateDict(of type: EditorType, to file: URL) throws {
        let shape = try shape(of: type)
        let outputs = zip(type.parameters(shape), try values(of: type, shape: shape)).map {
            type == .random && $0.name == "variance"
                ? Self.diagonal($1, name: $0.name)
                : SafeTensors.Output(name: $0.name, shape: $0.dimensions, values: $1)
        }
        try TorchFile.write(outputs, to: file)
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
