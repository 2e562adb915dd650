import Compute
import Foundation

/// An opened checkpoint folder: `config.json` and every tensor, mapped but not read.
package final class Checkpoint: Sendable {
    package let folder: URL
    /// `config.json`.
    package let configuration: JSONObject
    /// All tensors by name, in the order of their files and of their data in them.
    package let tensorNames: [String]
    private let records: [ExactString: TensorRecord]
    /// Names that were left out because their tensor is stored under another, and that other.
    let aliases: [String: String]
    /// The files of the tensors as they were when they were opened.
    let files: [(path: String, identity: FileIdentity)]

    /// Opens `model.safetensors`, the shards of `model.safetensors.index.json`, or others named like shards;
    /// or else `pytorch_model.bin`, the shards of `pytorch_model.bin.index.json`, any other `*.safetensors`,
    /// `pytorch_model*.bin` or `*.pth`.
    ///
    /// - Throws: `LanguageModelError.fileMissing`, `.unreadable`, `.malformed`.
    package init(folder: URL) throws {
        self.folder = folder
        configuration = try Self.object(of: folder.appendingPathComponent("config.json"))
        var names: [String] = []
        var records: [ExactString: TensorRecord] = [:]
        var claimed: Set<ExactString> = []
        var aliases: [String: String] = [:]
        var files: [(path: String, identity: FileIdentity)] = []
        for file in try CheckpointFiles(folder: folder).shards {
            let content = try file.content()
            aliases.merge(content.aliases) { first, _ in first }
            files.append((file.url.path, content.identity))
            for record in content.records {
                let name = ExactString(record.name)
                let isClaimed = file.names.contains(name)
                defer { if isClaimed { claimed.insert(name) } }
                guard records[name] != nil else {
                    records[name] = record
                    names.append(record.name)
                    continue
                }
                // The index says which of two files a tensor is read from.
                if claimed.contains(name) { continue }
                guard isClaimed else {
                    throw LanguageModelError.malformed(
                        path: file.url.path, reason: "tensor \"\(record.name)\" is in another file too")
                }
                records[name] = record
            }
        }
        tensorNames = names
        self.records = records
        self.aliases = aliases
        self.files = files
    }

    /// A checkpoint that was read by other means.
    ///
    /// - Parameter place: its folder or file, for messages.
    package init(
        place: URL, configuration: JSONObject, records: [TensorRecord],
        files: [(path: String, identity: FileIdentity)]
    ) {
        folder = place
        self.configuration = configuration
        tensorNames = records.map(\.name)
        self.records = Dictionary(
            records.map { (ExactString($0.name), $0) }, uniquingKeysWith: { first, _ in first })
        aliases = [:]
        self.files = files
    }

    /// The tensor `name`; nil if there is none or its elements are not F32, F16, BF16, F64 or blocks.
    package func tensor(_ name: String) -> StoredTensor? { records[ExactString(name)]?.stored }

    /// The checkpoint's entry under `name`, of whatever element type.
    package func record(_ name: String) -> TensorRecord? { records[ExactString(name)] }

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
    /// The fingerprint that version 0.1.0 gave this checkpoint: SHA-256, in hexadecimal, of the configuration
    /// and of every F32, F16 and BF16 tensor's name, type, shape, first and last 4 KiB.  Editors and results
    /// of that version name it.
    var formerFingerprint: String {
        var hash = SHA256()
        hash.update(Data(JSONValue.object(configuration).sortedByKey.text().utf8))
        let tensors = records.values.filter { !$0.isDouble }.compactMap(\.stored).sorted { $0.name < $1.name }
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
