import Compute
import Foundation

/// A tensor as a checkpoint file holds it: row-major, possibly unaligned, read-only mapped memory.
package struct StoredTensor: Sendable {
    package let name: String
    package let shape: [Int]
    package let elementType: ElementType
    /// Keeps the file mapped.
    package let storage: DeviceStorage
    package let byteOffset: Int
}

/// An opened checkpoint folder: `config.json` and every tensor, mapped but not read.
package final class Checkpoint: Sendable {
    package let folder: URL
    /// `config.json`.
    package let configuration: JSONObject
    /// SHA-256, in hexadecimal, of the configuration and of every tensor's name, type, shape, first and
    /// last 4 KiB: cheap, and different for any two trained models.
    package var fingerprint: String { fatalError() }
    package var tensorNames: [String] { fatalError() }

    /// Opens `*.safetensors` (by `model.safetensors.index.json` if present) or else torch
    /// `pytorch_model*.bin` / `*.pth`.
    ///
    /// - Throws: `LanguageModelError`.
    package init(folder: URL) throws { fatalError("replaced by the checkpoints work") }

    /// The tensor `name`, or nil.
    package func tensor(_ name: String) -> StoredTensor? { fatalError() }
}
