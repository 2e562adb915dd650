/// Under which names a family reads the tensors of a GGUF file, and how converters arranged them.
struct GGUFNames {
    private let architecture: GGUFArchitecture
    private let configuration: TransformerConfiguration
    private let names: WeightNames
    private let path: String
    /// GGML's name to the family's, neither with `.weight` or `.bias`.
    private let outer: [String: String]
    private let inner: [String: String]

    /// - Throws: `LanguageModelError`, as reading a `config.json` would.
    init(_ members: JSONObject, _ architecture: GGUFArchitecture, path: String) throws {
        self.architecture = architecture
        self.path = path
        let (configuration, names) = try ModelFamilies.read(ConfigurationReader(members, path: path))
        self.configuration = configuration
        self.names = names
        func stem(_ name: String?) -> String? {
            name.map { $0.hasSuffix(".weight") ? String($0.dropLast(7)) : $0 }
        }
        outer = [
            "token_embd": names.prefix + (stem(names.tokenEmbedding) ?? ""),
            "position_embd": stem(names.positionEmbedding).map { names.prefix + $0 },
            "output_norm": names.prefix + names.finalNorm, "output": names.head,
        ].compactMapValues { $0 }
        var inner: [String: String?] = [
            "attn_norm": names.attentionNorm, "attn_q_norm": names.queryNorm, "attn_k_norm": names.keyNorm,
            "attn_output": names.attentionOutput, "post_attention_norm": names.afterAttentionNorm,
            "ffn_norm": names.feedForwardNorm, "post_ffw_norm": names.afterFeedForwardNorm,
            "ffn_up": names.up,
            "ffn_gate": names.gate, "ffn_down": names.down,
        ]
        switch names.queryKeyValue {
        case .fused(let name): inner["attn_qkv"] = name
        case .separate(let query, let key, let value):
            inner.merge(["attn_q": query, "attn_k": key, "attn_v": value]) { $1 }
        }
        self.inner = inner.compactMapValues { $0 }
    }

    /// The tensors under the family's names.
    ///
    /// - Throws: `LanguageModelError.tensorShape`; `.unsupportedSetting` for a tensor that the model does not read:
    ///   converters write none without a purpose.
    func renamed(_ tensors: [TensorRecord]) throws -> [TensorRecord] {
        let read = Set(names.tensors(configuration).map(\.name) + [Self.rotaryFactors])
        return try tensors.flatMap { tensor in
            let found = try renamed(tensor)
            guard found.allSatisfy({ read.contains($0.name) }) else {
                throw LanguageModelError.unsupportedSetting(
                    key: "tensor \(tensor.name)", value: "\(tensor.shape)", path: path)
            }
            return found
        }
    }

    /// Read with the metadata.
    static let rotaryFactors = "rope_freqs.weight"

    private func renamed(_ tensor: TensorRecord) throws -> [TensorRecord] {
        var words = tensor.name.split(separator: ".").map(String.init)
        guard words.count > 1, let kind = words.popLast(), ["weight", "bias"].contains(kind) else {
            return [tensor]
        }
        if words.count == 1, let name = outer[words[0]] {
            return [try arranged(tensor, words[0], as: "\(name).\(kind)")]
        }
        guard words.count == 3, words[0] == "blk", let block = Int(words[1]) else { return [tensor] }
        let start = "\(names.prefix)\(names.block)\(block)."
        if let name = inner[words[2]] {
            return [try arranged(tensor, words[2], as: start + "\(name).\(kind)")]
        }
        guard words[2] == "attn_qkv", case .separate(let query, let key, let value) = names.queryKeyValue
        else {
            return [tensor]
        }
        let attention = configuration.attention
        let (queries, keys) = (
            attention.heads * attention.headSize, attention.keyValueHeads * attention.headSize
        )
        guard tensor.shape[0] == queries + 2 * keys else {
            throw LanguageModelError.tensorShape(
                name: tensor.name, expected: [queries + 2 * keys] + tensor.shape.dropFirst(),
                found: tensor.shape)
        }
        return zip(
            [query, key, value], [0..<queries, queries..<queries + keys, queries + keys..<tensor.shape[0]]
        )
        .map { tensor.rows($1, named: start + "\($0).\(kind)") }
    }

    private func arranged(_ tensor: TensorRecord, _ role: String, as name: String) throws -> TensorRecord {
        guard let arrangement = arrangement(of: role, isMatrix: tensor.shape.count > 1) else {
            return tensor.renamed(name)
        }
        var shape = tensor.shape
        if arrangement == .transposed { shape.reverse() }
        guard arrangement.fits(shape) else {
            throw LanguageModelError.tensorShape(name: tensor.name, expected: [], found: tensor.shape)
        }
        return TensorRecord(
            name: name, typeName: tensor.typeName, shape: shape, storage: tensor.storage,
            byteOffset: tensor.byteOffset, byteCount: tensor.byteCount, arrangement: arrangement)
    }

    private func arrangement(of role: String, isMatrix: Bool) -> TensorArrangement? {
        let attention = configuration.attention
        switch role {
        case "attn_q" where architecture.interleavesHeads: return .interleavedHeads(attention.heads)
        case "attn_k" where architecture.interleavesHeads: return .interleavedHeads(attention.keyValueHeads)
        case "attn_qkv" where architecture.cutsByParts: return .partsOfHeads(attention.heads)
        default: break
        }
        if role.hasSuffix("norm"), configuration.gainOffset != 0 {
            return .shifted(by: configuration.gainOffset)
        }
        let isProjection = !role.hasSuffix("norm") && !role.hasSuffix("embd") && role != "output"
        return isMatrix && isProjection && names.layout == .inputsByOutputs ? .transposed : nil
    }
}

extension TensorRecord {
    /// Some of the rows as a tensor of their own.
    fileprivate func rows(_ range: Range<Int>, named name: String) -> TensorRecord {
        let bytes = byteCount / shape[0]
        return TensorRecord(
            name: name, typeName: typeName, shape: [range.count] + shape.dropFirst(), storage: storage,
            byteOffset: byteOffset + range.lowerBound * bytes, byteCount: range.count * bytes)
    }
}
