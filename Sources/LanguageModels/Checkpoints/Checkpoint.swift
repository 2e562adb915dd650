import Compute
import Foundation
import Synchronization

/// An opened checkpoint folder: `config.json` and every tensor, mapped but not read.
package final class Checkpoint: Sendable {
    package let folder: URL
    /// `config.json`.
    package let configuration: JSONObject
    /// All tensors by name, in the order of their files and of their data in them.
    package let tensorNames: [String]
    private let records: [ExactString: TensorRecord]
    private let knownFingerprint = Mutex<String?>(nil)

    /// Opens `model.safetensors`, the shards of `model.safetensors.index.json`, or any other
    /// `*.safetensors`; or else `pytorch_model.bin`, the shards of `pytorch_model.bin.index.json`, or any
    /// other `pytorch_model*.bin` or `*.pth`.
    ///
    /// - Throws: `LanguageModelError.fileMissing`, `.unreadable`, `.malformed`, `.tensorMissing`.
    package init(folder: URL) throws {
        self.folder = folder
        configuration = try Self.object(of: folder.appendingPathComponent("config.json"))
        var names: [String] = []
        var records: [ExactString: TensorRecord] = [:]
        for file in try CheckpointFiles(folder: folder).shards {
            for record in try file.records() {
                guard records.updateValue(record, forKey: ExactString(record.name)) == nil else {
                    throw LanguageModelError.malformed(
                        path: file.url.path, reason: "tensor \"\(record.name)\" is in another file too")
                }
                names.append(record.name)
            }
        }
        tensorNames = names
        self.records = records
    }

    /// The tensor `name`; nil if there is none or its elements are not F32, F16 or BF16.
    package func tensor(_ name: String) -> StoredTensor? { records[ExactString(name)]?.stored }

    /// What the checkpoint lists under `name`, of whatever element type.
    package func record(_ name: String) -> TensorRecord? { records[ExactString(name)] }

    /// The tensor `name` of `shape`; the system starts to read it.
    ///
    /// - Throws: `LanguageModelError.tensorMissing`, `.elementType`, `.tensorShape`.
    package func tensor(_ name: String, shape: [Int]) throws -> StoredTensor {
        guard let record = record(name) else {
            throw LanguageModelError.tensorMissing(name: name, path: folder.path)
        }
        guard let tensor = record.stored else {
            throw LanguageModelError.elementType(name: name, found: record.typeName)
        }
        guard tensor.shape == shape else {
            throw LanguageModelError.tensorShape(name: name, expected: shape, found: tensor.shape)
        }
        tensor.prefetch()
        return tensor
    }

    /// A file that holds one JSON object.
    ///
    /// - Throws: `LanguageModelError.fileMissing`, `.unreadable`, `.malformed`.
    package static func object(of url: URL) throws -> JSONObject {
        let file = try MappedFile(url)
        do {
            guard let object = try JSONValue(parsing: file.bytes).object else {
                throw LanguageModelError.malformed(path: file.path, reason: "not a JSON object")
            }
            return object
        } catch let error as JSONError {
            throw LanguageModelError.malformed(
                path: file.path, reason: "byte \(error.byte): \(error.reason)")
        }
    }
}

extension Checkpoint {
    /// SHA-256, in hexadecimal, of the configuration and of every F32, F16 and BF16 tensor's name, type,
    /// shape, first and last 4 KiB: cheap, and different for any two trained models.
    ///
    /// It does not depend on the files' format, the order of tensors or the layout of `config.json`.
    package var fingerprint: String {
        knownFingerprint.withLock { known in
            if let known { return known }
            let result = computedFingerprint()
            known = result
            return result
        }
    }

    private func computedFingerprint() -> String {
        var hash = SHA256()
        hash.update(Data(JSONValue.object(configuration).sortedByKey.text().utf8))
        let tensors = records.values.compactMap(\.stored).sorted { $0.name < $1.name }
        for tensor in tensors {
            let line = "\n\(tensor.name) \(tensor.elementType.rawValue) \(tensor.shape)\n"
            hash.update(Data(line.utf8))
            let bytes = tensor.bytes
            hash.update(UnsafeRawBufferPointer(rebasing: bytes.prefix(4096)))
            hash.update(UnsafeRawBufferPointer(rebasing: bytes.suffix(4096)))
        }
        return hash.finish()
    }
}
