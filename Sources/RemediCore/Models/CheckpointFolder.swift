import Compute
import Foundation
import LanguageModels

/// A folder in which a checkpoint is made.  It has no `config.json`, and so is no checkpoint, before all
/// else is there.
struct CheckpointFolder {
    let url: URL
    /// Where the companions come from.
    let source: URL

    /// Whether the checkpoint is made of others in the same folder.
    var isInPlace: Bool { url.resolvingSymlinksInPath() == source.resolvingSymlinksInPath() }

    /// - Parameter replaces: whether a checkpoint that is there already may be replaced.
    /// - Throws: `ModelError.exists`.
    init(_ url: URL, source: URL, replaces: Bool) throws {
        self.url = url
        self.source = source
        let configuration = url.appendingPathComponent("config.json").path
        if !replaces, !isInPlace, SystemCall.status(configuration) != nil {
            throw ModelError.exists(path: url.path)
        }
    }

    /// Fills the folder.
    ///
    /// - Parameter configuration: replaces the source's `config.json`.
    /// - Throws: `ModelError.noRoom` before anything is written; `LanguageModelError`, and what `content` throws.
    func write(
        _ writer: CheckpointWriter, configuration: JSONObject,
        content: (TensorOutline, CheckpointWriter.Sink) throws -> Void
    ) throws {
        let available = SystemCall.availableBytes(at: url)
        if writer.byteCount > available {
            throw ModelError.noRoom(path: url.path, needed: writer.byteCount, available: available)
        }
        try AtomicFile.makeFolder(url)
        if !isInPlace { _ = unlink(url.appendingPathComponent("config.json").path) }
        try writer.write(to: url, content: content)
        try removeWeights(except: Set(writer.fileNames))
        for name in CheckpointFiles.companions where name != "config.json" && !isInPlace {
            let file = source.appendingPathComponent(name)
            guard SystemCall.status(file.path) != nil else { continue }
            let content = try MappedFile(file)
            try AtomicFile.write(to: url.appendingPathComponent(name)) { sink in
                try withExtendedLifetime(content) { try sink.append(content.bytes) }
            }
        }
        try AtomicFile.write(
            JSONValue.object(configuration).text(pretty: true) + "\n",
            to: url.appendingPathComponent("config.json"))
    }

    /// Removes the safetensors of an earlier checkpoint, which would be read in place of the new ones.
    private func removeWeights(except kept: Set<String>) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: url.path)
        for name in names where !kept.contains(name) {
            let isWeights = name.hasSuffix(".safetensors") || name == "model.safetensors.index.json"
            if name.hasPrefix("model"), isWeights { _ = unlink(url.appendingPathComponent(name).path) }
        }
    }

    /// A configuration that says in which type the weights are stored.
    static func configuration(_ original: JSONObject, storedAs type: ElementType) -> JSONObject {
        let name =
            switch type {
            case .float32: "float32"
            case .float16: "float16"
            case .bfloat16: "bfloat16"
            }
        var result = original
        let keys = ["dtype", "torch_dtype"].filter { original[$0] != nil }
        for key in keys.isEmpty ? ["torch_dtype"] : keys { result[key] = .string(name) }
        return result
    }
}
