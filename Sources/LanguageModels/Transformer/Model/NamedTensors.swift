import Foundation

/// A checkpoint's tensors by the names that the wrapped model gives them; see `WrapperNames`.
struct NamedTensors {
    private var records: [ExactString: TensorRecord] = [:]
    private let path: String

    init(_ checkpoint: Checkpoint) {
        path = checkpoint.folder.path
        for name in checkpoint.tensorNames { records[ExactString(name)] = checkpoint.record(name) }
        // A name that is stored as it is comes before one that was wrapped.
        for name in checkpoint.tensorNames {
            alias(WrapperNames.stripped(name), for: name)
        }
        for (dropped, kept) in checkpoint.aliases.sorted(by: { $0.key < $1.key }) {
            alias(WrapperNames.stripped(dropped), for: WrapperNames.stripped(kept))
        }
    }

    subscript(name: String) -> TensorRecord? { records[ExactString(name)] }

    /// Finds the tensor `stored` under `name` too, unless there is another of that name.
    mutating func alias(_ name: String, for stored: String) {
        guard self[name] == nil, let record = self[stored] else { return }
        records[ExactString(name)] = record
    }

    /// `names` with the prefix and the head's name that the checkpoint uses: a bare transformer's tensors
    /// have no prefix, those of a model inside another have a longer one (`base_model.model.transformer.`).
    ///
    /// - Throws: `LanguageModelError.tensorMissing` naming the token embedding where no prefix fits,
    ///   `.malformed` where several fit equally well.
    func resolved(_ names: WeightNames, _ configuration: TransformerConfiguration) throws -> WeightNames {
        var result = names
        result.prefix = try prefix(of: names, configuration)
        let outer =
            result.prefix.hasSuffix(names.prefix)
            ? String(result.prefix.dropLast(names.prefix.count)) : result.prefix
        let heads = [outer, ""].flatMap { place in ([names.head] + names.otherHeads).map { place + $0 } }
        result.head = heads.first { self[$0 + ".weight"] != nil } ?? outer + names.head
        return result
    }

    private func prefix(
        of names: WeightNames, _ configuration: TransformerConfiguration
    ) throws -> String {
        var bare = names
        bare.prefix = ""
        let anchors = [bare.tokenEmbedding(configuration).name, bare.finalNorm(configuration).gain.name]
        var candidates: Set<String> = []
        for name in records.keys.map(\.text) where WrapperNames.stripped(name) == name {
            for anchor in anchors where name == anchor || name.hasSuffix("." + anchor) {
                candidates.insert(String(name.dropLast(anchor.count)))
            }
        }
        let usual = [names.prefix, ""]
        func found(_ prefix: String) -> Int {
            var tried = names
            tried.prefix = prefix
            return tried.tensors(configuration).count { self[$0.name] != nil }
        }
        let ranked = candidates.map { (prefix: $0, found: found($0)) }
        let most = ranked.map(\.found).max() ?? 0
        let best = ranked.filter { $0.found == most }.map(\.prefix).sorted()
        if let prefix = usual.first(where: best.contains) { return prefix }
        guard let prefix = best.first else {
            throw LanguageModelError.tensorMissing(
                name: names.tokenEmbedding(configuration).name, path: path)
        }
        guard best.count == 1 else {
            throw LanguageModelError.malformed(
                path: path, reason: "it holds several models: \(best.joined(separator: ", "))")
        }
        return prefix
    }
}
