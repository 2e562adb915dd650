import Foundation

/// The metadata of a model's GGUF file as its architecture reads them.
struct GGUFHead: Sendable {
    let file: GGUFFile
    let architecture: GGUFArchitecture
    private let tensorNames: Set<String>

    init(_ file: GGUFFile, tensors: [TensorRecord]) throws {
        self.file = file
        architecture = try GGUFArchitecture.of(file)
        tensorNames = Set(tensors.map(\.name))
    }

    func hasTensor(_ name: String) -> Bool { tensorNames.contains(name) }

    private func value(_ key: String) -> GGUFValue? { file["\(architecture.name).\(key)"] }

    /// A whole number, or a list in which it is the only one.
    func integer(_ key: String) -> Int? {
        switch value(key) {
        case .integer(let value): value
        case .list(let list) where list.count < 100_000:
            value(key)?.integers.flatMap { Set($0).count == 1 ? $0[0] : nil }
        default: nil
        }
    }

    /// The share of each head's elements that rotate.
    ///
    /// - Throws: `LanguageModelError.malformed`.
    func rotatedShare() throws -> JSONValue {
        guard let rotated = integer("rope.dimension_count") else { return 1 }
        guard let width = integer("embedding_length"), let heads = integer("attention.head_count"), heads > 0,
            case let size = integer("attention.key_length") ?? width / heads, size > 0
        else { throw LanguageModelError.malformed(path: file.path, reason: "the size of heads is not told") }
        return .number(Double(rotated) / Double(size))
    }

    /// `config.json` as the file's metadata tell it.
    ///
    /// - Throws: `LanguageModelError.malformed`; `.unsupportedSetting` for metadata that would change numbers and are
    ///   not honored.
    func configuration(vocabularySize: Int) throws -> JSONObject {
        var object = architecture.constants
        object["model_type"] = .string(architecture.modelType)
        object["vocab_size"] = .integer(vocabularySize)
        object["tie_word_embeddings"] = .bool(!hasTensor("output.weight"))
        object["eos_token_id"] = endTokens
        for (member, key) in architecture.members {
            guard let value = value(key) else { continue }
            if let integer = integer(key) {
                object[member] = .integer(integer)
            } else if let number = value.number {
                object[member] = .number(number)
            } else if let flag = value.bool {
                object[member] = .bool(flag)
            } else {
                throw unsupported(key, value)
            }
        }
        let (derived, keys) = try architecture.derived(self)
        for (member, value) in derived.members { object[member] = value }
        if let scaling = try rotaryScaling() { object["rope_scaling"] = scaling }
        try refuseOthers(known: keys + architecture.members.map(\.key))
        return object
    }

    private var endTokens: JSONValue {
        let ids = ["eos", "eot"].compactMap { file["tokenizer.ggml.\($0)_token_id"]?.integer }
        return ids.isEmpty
            ? .null
            : .array(ids.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }.map { .integer($0) })
    }

    /// Refuses what the file says of the architecture and nothing here reads, unless it changes nothing.
    private func refuseOthers(known: [String]) throws {
        let prefix = architecture.name + "."
        for (name, value) in file.metadata where name.hasPrefix(prefix) {
            let key = String(name.dropFirst(prefix.count))
            if known.contains(key) || Self.harmless.contains(key) || isNeutral(key, value) { continue }
            throw unsupported(key, value)
        }
        for name in ["rope_factors_long.weight", "rope_factors_short.weight"] where hasTensor(name) {
            throw LanguageModelError.unsupportedSetting(key: name, value: "long context", path: file.path)
        }
    }

    private static let harmless: Set<String> = ["vocab_size", "rope.scaling.finetuned", "attention.causal"]

    /// Whether a value is what a model without it has.
    private func isNeutral(_ key: String, _ value: GGUFValue) -> Bool {
        let width = integer("embedding_length") ?? 0
        let size = integer("attention.key_length") ?? width / max(integer("attention.head_count") ?? 1, 1)
        switch key {
        case "attention.key_length", "attention.value_length": return value.integer == size
        case "rope.dimension_count":
            let share = ["partial_rotary_factor", "rotary_pct"]
            let isRead =
                (try? architecture.derived(self).members.members.contains { share.contains($0.key) }) == true
            return isRead || value.integer == size
        case "rope.scaling.type", "rope.scaling.factor", "rope.scaling.original_context_length":
            return scalingType == "none" || scalingType == "linear"
        case "rope.scaling.attn_factor": return value.number == 1
        case "attention.head_count_kv": return value.integer == integer("attention.head_count")
        case "expert_count", "expert_used_count": return value.integer == 0
        case "attention.max_alibi_bias", "attention.clamp_kqv": return value.number == 0
        case "attention.scale":
            return value.number.map { abs($0 * Double(size).squareRoot() - 1) < 1e-6 } == true
        case "logit_scale", "residual_scale", "embedding_scale": return value.number == 1
        case "use_parallel_residual": return value.bool == true
        case "attention.sliding_window":
            return (value.integer ?? 0) == 0 || (value.integer ?? 0) >= (integer("context_length") ?? .max)
        case "feed_forward_length": return architecture.modelType == "gpt2"
        case "rope.freq_base": return architecture.modelType == "gpt2"
        default: return false
        }
    }

    private var scalingType: String { value("rope.scaling.type")?.string ?? "none" }

    private func rotaryScaling() throws -> JSONValue? {
        if scalingType == "linear", let factor = value("rope.scaling.factor")?.number, factor != 1 {
            return ["rope_type": "linear", "factor": .number(factor)]
        }
        return nil
    }

    private func unsupported(_ key: String, _ value: GGUFValue) -> LanguageModelError {
        .unsupportedSetting(key: "\(architecture.name).\(key)", value: value.summary, path: file.path)
    }
}

extension GGUFValue {
    /// For messages.
    var summary: String {
        switch self {
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .bool(let value): "\(value)"
        case .string(let value): String(value.prefix(80))
        case .list(let list): "a list of \(list.count)"
        }
    }
}
