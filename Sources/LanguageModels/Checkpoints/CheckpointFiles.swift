import Foundation

/// Which files of a folder hold a checkpoint's tensors.
package struct CheckpointFiles {
    /// The files beside a checkpoint's weights: configuration and tokenizer.
    package static let companions = [
        "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json",
        "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt",
    ]

    /// One weight file.
    struct Shard {
        enum Format { case safeTensors, torch }
        let url: URL
        let format: Format
        /// The names that the index puts into this file; none without an index.  It is a list of files and
        /// decides between two of them that hold one tensor, nothing else: real ones list tensors that were
        /// never stored and leave out some that were.
        let names: Set<ExactString>

        /// The file's tensors, and where it says so, names that were left out because their tensor is stored
        /// under another: `safetensors.torch.save_model` notes them in `__metadata__`.
        ///
        /// - Throws: `LanguageModelError.fileMissing`, `.unreadable`, `.malformed`.
        func content() throws -> Content {
            let file = try MappedFile(url)
            switch format {
            case .torch:
                return Content(
                    records: try TorchFile.records(of: file), aliases: [:], identity: file.identity)
            case .safeTensors:
                let (records, metadata) = try SafeTensors.records(of: file)
                return Content(records: records, aliases: metadata, identity: file.identity)
            }
        }

        /// Which of how many a file's name says it is.
        struct Number: Hashable {
            let index: Int
            let count: Int

            init(index: Int, count: Int) {
                self.index = index
                self.count = count
            }

            /// Of `model-00001-of-00002.safetensors`.
            init?(_ name: String) {
                guard name.hasPrefix("model-"), name.hasSuffix(".safetensors") else { return nil }
                let words = name.dropFirst(6).dropLast(12).split(separator: "-")
                guard words.count == 3, words[1] == "of", let index = Int(words[0]),
                    let count = Int(words[2]),
                    (1...CheckpointFiles.mostShards).contains(count)
                else { return nil }
                self.init(index: index, count: count)
            }
        }

        struct Content {
            let records: [TensorRecord]
            let aliases: [String: String]
            let identity: FileIdentity
        }
    }

    let shards: [Shard]

    /// - Throws: `LanguageModelError.fileMissing`, `.unreadable`, `.malformed`.
    init(folder: URL) throws {
        let names = try Self.names(in: folder)
        for candidate in Self.candidates {
            guard let found = try candidate.shards(names, folder), !found.isEmpty else { continue }
            shards = found
            return
        }
        throw LanguageModelError.fileMissing(path: folder.appendingPathComponent("model.safetensors").path)
    }

    /// Whether the weights that `folder` is read from are safetensors.
    ///
    /// - Throws: as `init(folder:)`.
    package static func areSafeTensors(in folder: URL) throws -> Bool {
        try CheckpointFiles(folder: folder).shards.contains { $0.format == .safeTensors }
    }

    /// A name, or names, that weights may be stored under.
    private enum Candidate {
        case file(String, Shard.Format)
        case index(String, Shard.Format)
        /// Other names that are taken for parts of a checkpoint: all that the first test accepts, if the
        /// second accepts them.
        case parts(
            Shard.Format, @Sendable (String) -> Bool, ifTold: @Sendable ([String]) -> Bool = { !$0.isEmpty })

        func shards(_ names: [String], _ folder: URL) throws -> [Shard]? {
            func shard(_ name: String, _ format: Shard.Format) -> Shard {
                Shard(url: folder.appendingPathComponent(name), format: format, names: [])
            }
            switch self {
            case .file(let name, let format): return names.contains(name) ? [shard(name, format)] : nil
            case .index(let name, let format):
                guard names.contains(name) else { return nil }
                return try CheckpointFiles.shards(index: folder.appendingPathComponent(name), format)
            case .parts(let format, let isPart, let isTelling):
                let parts = names.filter { isPart($0) && !CheckpointFiles.isStray($0) }
                return isTelling(parts) ? parts.map { shard($0, format) } : nil
            }
        }
    }

    /// In order of preference, as `transformers` prefers them; other safetensors come after torch's usual
    /// file unless they are named like shards.
    private static let candidates: [Candidate] = [
        .file("model.safetensors", .safeTensors),
        .index("model.safetensors.index.json", .safeTensors),
        .parts(.safeTensors, { $0.hasSuffix(".safetensors") }, ifTold: holdsAllShards),
        .file("pytorch_model.bin", .torch),
        .index("pytorch_model.bin.index.json", .torch),
        .parts(.safeTensors, { $0.hasSuffix(".safetensors") }),
        .parts(.torch, { $0.hasPrefix("pytorch_model") && $0.hasSuffix(".bin") }),
        .parts(.torch, { $0.hasSuffix(".pth") }),
    ]

    /// Whether all of `model-00001-of-00002.safetensors`, `model-00002-of-00002.safetensors` and so on are there, of
    /// any number of shards.
    private static func holdsAllShards(_ names: [String]) -> Bool {
        let shards = Set(names.compactMap(Shard.Number.init))
        return shards.contains { one in
            (1...one.count).allSatisfy { shards.contains(Shard.Number(index: $0, count: one.count)) }
        }
    }

    /// Files that training programs leave beside a model's weights in formats of weights.
    private static func isStray(_ name: String) -> Bool {
        strays.contains { name.hasPrefix($0) }
    }

    private static let mostShards = 100_000

    private static let strays = [
        "adapter_", "consolidated", "optimizer", "pytorch_lora_weights", "random_states", "rng_state",
        "scaler",
        "scheduler", "trainer_state", "training_args",
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
