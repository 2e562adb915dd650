import LanguageModels

/// Which files of a repository make a checkpoint that can be read here.
enum CheckpointSelection {
    /// The weights in the format that is read first, and all that goes with them; nil without weights.
    static func files(of all: [Hub.File]) -> [Hub.File]? {
        let top = all.filter { !$0.path.contains("/") }
        for (single, suffix) in [("model.safetensors", ".safetensors"), ("pytorch_model.bin", ".bin")] {
            let weights = weights(in: top, single: single, suffix: suffix)
            if !weights.isEmpty {
                return top.filter { CheckpointFiles.companions.contains($0.path) } + weights
            }
        }
        return nil
    }

    /// A GGUF file with its other parts; nil where it is not there.
    static func files(of all: [Hub.File], for file: String) -> [Hub.File]? {
        let found = all.filter { GGUFPart.areOfOneModel($0.path, file) }
        return found.contains { $0.path == file } ? found : nil
    }

    /// One file; or an index and its shards; or whatever else has the suffix.
    private static func weights(in files: [Hub.File], single: String, suffix: String) -> [Hub.File] {
        if let whole = files.first(where: { $0.path == single }) { return [whole] }
        let stem = String(single.dropLast(suffix.count))
        let shards = files.filter {
            $0.path.hasPrefix(stem + "-") && $0.path.contains("-of-") && $0.path.hasSuffix(suffix)
        }
        if let index = files.first(where: { $0.path == single + ".index.json" }), !shards.isEmpty {
            return [index] + shards
        }
        if suffix == ".safetensors" { return files.filter { $0.path.hasSuffix(suffix) } }
        return files.filter { $0.path.hasPrefix(stem) && $0.path.hasSuffix(suffix) }
    }
}
