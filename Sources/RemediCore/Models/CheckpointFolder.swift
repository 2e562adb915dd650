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

    /// Whether what is there already may be replaced.
    private let replaces: Bool

    /// Stands in a folder while a checkpoint is made there.  If it is found, its maker was killed, and what is
    /// there is nobody's.
    /// Written as `tokenizer.json` where the source has no such file.
    var tokenizer: String?
    private static let markName = ".remedi-unfinished"

    private var mark: URL { url.appendingPathComponent(Self.markName) }
    private var configuration: URL { url.appendingPathComponent("config.json") }

    /// - Parameter replaces: whether a checkpoint or weights that are there already may be replaced.
    /// - Throws: `ModelError.exists`, `.foreignWeights`.
    init(_ url: URL, source: URL, replaces: Bool) throws {
        self.url = url
        self.source = source
        self.replaces = replaces
        try check()
    }

    private func check() throws {
        if replaces || isInPlace { return }
        if SystemCall.status(configuration.path) != nil { throw ModelError.exists(path: url.path) }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
        if names.contains(Self.markName) { return }
        let weights = [".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".gguf", ".h5", ".msgpack"]
        if let name = names.sorted().first(where: { name in weights.contains(where: name.hasSuffix) }) {
            throw ModelError.foreignWeights(path: url.path, file: name)
        }
    }

    /// Fills the folder, after another process that fills it, if there is one.  What a stop or a failure leaves
    /// half done is removed.
    ///
    /// - Parameter configuration: replaces the source's `config.json`.
    /// - Throws: `ModelError.noRoom` before anything is written; `.exists` if another process made it;
    ///   `LanguageModelError`; `RemediError.interrupted`; what `content` throws.
    func write(
        _ writer: CheckpointWriter, configuration: JSONObject, progress: any ProgressReporter,
        content: (TensorOutline, CheckpointWriter.Sink) throws -> Void
    ) throws {
        let available = SystemCall.availableBytes(at: url)
        if writer.byteCount > available {
            throw ModelError.noRoom(path: url.path, needed: writer.byteCount, available: available)
        }
        var isNew = SystemCall.status(url.path) == nil
        var isWaiting = false
        do {
            let lock = try FolderLock(folder: url) { owner in
                if !isWaiting { progress.report(.message("waiting for \(owner), which makes \(url.path)")) }
                isWaiting = true
                isNew = false
                try progress.abandonIfAsked()
            }
            defer { withExtendedLifetime(lock) {} }
            try check()
            try fill(writer, configuration, progress: progress, content)
        } catch {
            if isNew { _ = rmdir(url.path) }
            throw error
        }
    }

    private func fill(
        _ writer: CheckpointWriter, _ configuration: JSONObject, progress: any ProgressReporter,
        _ content: (TensorOutline, CheckpointWriter.Sink) throws -> Void
    ) throws {
        removeLeftovers()
        guard !isInPlace else {
            try writer.write(to: url, finishing: { try progress.abandonIfAsked() }, content: content)
            try removeWeights(except: Set(writer.fileNames))
            return try writeConfiguration(configuration)
        }
        try AtomicFile.write("", to: mark)
        _ = unlink(self.configuration.path)
        do {
            try writer.write(to: url, finishing: { try progress.abandonIfAsked() }, content: content)
            try removeWeights(except: Set(writer.fileNames))
            try copyCompanions()
            try progress.abandonIfAsked()
        } catch {
            for name in writer.fileNames { _ = unlink(url.appendingPathComponent(name).path) }
            _ = unlink(mark.path)
            throw error
        }
        try writeConfiguration(configuration)
        _ = unlink(mark.path)
    }

    private func writeConfiguration(_ object: JSONObject) throws {
        try AtomicFile.write(JSONValue.object(object).text(pretty: true) + "\n", to: configuration)
    }

    /// The files copied from the source.
    private static var companions: [String] { CheckpointFiles.companions.filter { $0 != "config.json" } }

    private func copyCompanions() throws {
        if let tokenizer { try AtomicFile.write(tokenizer, to: url.appendingPathComponent("tokenizer.json")) }
        for name in Self.companions {
            let file = source.appendingPathComponent(name)
            guard SystemCall.status(file.path) != nil else { continue }
            let content = try MappedFile(file)
            try AtomicFile.write(to: url.appendingPathComponent(name)) { sink in
                try withExtendedLifetime(content) { try sink.append(content.bytes) }
            }
        }
    }

    /// Removes what killed processes did not finish; the folder is locked.
    private func removeLeftovers() {
        AtomicFile.removeLeftovers(in: url.path) { _ in true }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
        for name in names
        where name.hasPrefix("model") && name.hasSuffix(".safetensors." + CheckpointWriter.incomplete) {
            _ = unlink(url.appendingPathComponent(name).path)
        }
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
