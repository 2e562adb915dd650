import Foundation
import LanguageModels

/// A saved editor described without loading its model.
package struct EditorSummary: Sendable {
    /// One tensor's figures.
    package struct Parameter: Sendable, Equatable {
        package let name: String
        package let shape: [Int]
        /// √Σx².
        package let norm: Double
        package let mean: Double
        /// Of the population.
        package let deviation: Double
        package let largestMagnitude: Double
        /// How many elements are not finite numbers.
        package let nonFiniteCount: Int
    }

    package let file: URL
    package let type: EditorType
    package let block: Int
    package let shape: EditorShape
    package let metadata: EditorMetadata
    package let parameters: [Parameter]
    /// Caveats about the file, a sentence each.
    package let remarks: [String]

    /// Reads `<directory>/<type>/<block>/weights.*`.
    ///
    /// - Throws: `RemediError.editorMissing`, `RemediError.editorMismatch`, `LanguageModelError`.
    package init(type: EditorType, block: Int, directory: URL) throws {
        let folder = Editor.folder(type: type, block: block, directory: directory)
        guard let file = Editor.weightsFile(in: folder) else {
            throw RemediError.editorMissing(
                path: folder.appendingPathComponent("weights.safetensors").path)
        }
        let stored = try StoredEditor(file)
        try stored.check("type", expected: type.rawValue, found: stored.type?.rawValue)
        try stored.check("layer", expected: String(block), found: stored.block.map(String.init))
        let shape = try stored.shape(of: type)
        self.file = file
        self.type = type
        self.block = block
        self.shape = shape
        metadata = stored.metadata
        remarks = stored.remarks(on: type, shape: shape)
        parameters = zip(type.parameters(shape), try stored.values(of: type, shape: shape)).map {
            Parameter(name: $0.name, shape: $0.dimensions, values: $1)
        }
    }
}

extension EditorSummary.Parameter {
    init(name: String, shape: [Int], values: [Float]) {
        var sum = 0.0
        var squares = 0.0
        var largest = 0.0
        var nonFinite = 0
        values.withUnsafeBufferPointer { buffer in
            for element in buffer {
                let value = Double(element)
                sum += value
                squares += value * value
                largest = max(largest, abs(value))
                if !value.isFinite { nonFinite += 1 }
            }
        }
        let count = Double(max(values.count, 1))
        self.name = name
        self.shape = shape
        norm = squares.squareRoot()
        mean = sum / count
        deviation = max(squares / count - mean * mean, 0).squareRoot()
        largestMagnitude = largest
        nonFiniteCount = nonFinite
    }
}
