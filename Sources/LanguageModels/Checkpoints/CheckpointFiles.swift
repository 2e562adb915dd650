import Foundation

/// Which files of a folder hold a checkpoint's tensors.
package struct CheckpointFiles {
    /// What belongs to a checkpoint beside its weights: configuration and tokenizer.
    package static let companions = [
        "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json",
        "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt",
    ]

    /// One weight file.
    struct Shard {
        enum Format { case safeTensors, torch }
        let url: URL
        let format: Format
        /// The names that the index puts into this file; nil without an index.
        let names: Set<ExactString>?

        /// The file's tensors; those that the index puts elsewhere are left out.
        ///
        /// - Throws: `LanguageModelError.fileMissing`, `.unreadable`, `.malformed`, `.tensorMissing`.
        func records() throws -> [TensorRecord] {
            let all =
                format == .torch ? try TorchFile.records(of: url) : try SafeTensors.records(of: url).records
            guard let names else { return all }
            let kept = all.filter { names.contains(ExactString($0.name)) }
            if kept.count < names.count {
                let found = Set(kept.map { ExactString($0.name) })
                let missing = names.subtracting(found).map(\.text).min() ?? ""
                throw LanguageModelError.tensorMissing(name: missing, path: url.path)
            }
            return kept
        }
    }

    let shards: [Shard]

    /// - Throws: `LanguageModelError.fileMissing`, `.unreadable`, `.malformed`.
    init(folder: URL) throws {
        let names = try Self.names(in: folder)
        func shards(_ files: [String], _ format: Shard.Format) -> [Shard] {
            files.map { Shard(url: folder.appendingPathComponent($0), format: format, names: nil) }
        }
        for (single, format, others) in Self.conventions {
            if names.contains(single) {
                self.shards = shards([single], format)
                return
            }
            let index = single + ".index.json"
            if names.contains(index) {
                self.shards = try Self.shards(index: folder.appendingPathComponent(index), format)
                return
            }
            if let found = others.lazy.map({ names.filter($0) }).first(where: { !$0.isEmpty }) {
                self.shards = shards(found, format)
                return
            }
        }
        throw LanguageModelError.fileMissing(path: folder.appendingPathComponent("model.safetensors").path)
    }

    /// In order of preference: the usual single file, its format, and what other names are taken for its
    /// parts.
    private static let conventions:
        [(single: String, format: Shard.Format, others: [@Sendable (String) -> Bool])] = [
            ("model.safetensors", .safeTensors, [{ $0.hasSuffix(".safetensors") }]),
            (
                "pytorch_model.bin", .torch,
                [{ $0.hasPrefix("pytorch_model") && $0.hasSuffix(".bin") }, { $0.hasSuffix(".pth") }]
            ),
        ]

    /// The folder's files, sorted.
    private static func names(in folder: URL) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        } catch {
            guard SystemCall.status(folder.path) != nil else {
                throw LanguageModelError.fileMissing(path: folder.path)
            }
            throw LanguageModelError.unreadable(path: folder.path, reason: "it is not a readable folder")
        }
    }

    /// The files of an index's `weight_map`, names to files, sorted by file.
    private static func shards(index: URL, _ format: Shard.Format) throws -> [Shard] {
        func malformed(_ reason: String) -> LanguageModelError {
            .malformed(path: index.path, reason: reason)
        }
        guard let map = try Checkpoint.object(of: index)["weight_map"]?.object, !map.isEmpty else {
            throw malformed("no weight_map")
        }
        var names: [String: Set<ExactString>] = [:]
        for (name, value) in map.members {
            guard let file = value.string else { throw malformed("no file name for tensor \"\(name)\"") }
            guard !file.isEmpty, !file.contains("/"), file != ".", file != ".." else {
                throw malformed("tensor \"\(name)\" is said to be in \"\(file)\", not a file of the folder")
            }
            names[file, default: []].insert(ExactString(name))
        }
        let folder = index.deletingLastPathComponent()
        return names.sorted { $0.key < $1.key }.map { file, names in
            Shard(url: folder.appendingPathComponent(file), format: format, names: names)
        }
    }
}
