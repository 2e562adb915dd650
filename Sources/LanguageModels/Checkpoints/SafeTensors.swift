import Compute
import Foundation

/// The safetensors format: read by memory map, written atomically.
package enum SafeTensors {
    /// What to write: float32 values, row-major.
    package struct Output: Sendable {
        package var name: String
        package var shape: [Int]
        package var values: [Float]
        package init(name: String, shape: [Int], values: [Float]) {
            self.name = name
            self.shape = shape
            self.values = values
        }
    }

    /// Tensors by name, and the `__metadata__` strings.
    package static func read(_ file: URL) throws -> (tensors: [StoredTensor], metadata: [String: String]) {
        fatalError("replaced by the checkpoints work")
    }

    /// Deterministic: the same input gives the same bytes; metadata keys are sorted.
    package static func write(_ tensors: [Output], metadata: [String: String], to file: URL) throws {
        fatalError("replaced by the checkpoints work")
    }
}

/// torch's zip-and-pickle and legacy formats, read without ever executing anything.
package enum TorchFile {
    package static func read(_ file: URL) throws -> [StoredTensor] { fatalError("replaced by the checkpoints work") }
}

extension StoredTensor {
    /// All elements as float32, row-major.
    package func floats() -> [Float] { fatalError("replaced by the checkpoints work") }
}
