import Compute

/// Typed access to `config.json`.  Of several spellings of a key the first one present counts.
package struct ConfigurationReader: Sendable {
    package let object: JSONObject
    /// Where the configuration came from, for messages.
    package let path: String

    package init(_ object: JSONObject, path: String) {
        self.object = object
        self.path = path
    }

    /// The first spelling that is present, null included.
    private func find(_ keys: [String]) -> (key: String, value: JSONValue)? {
        for key in keys { if let value = object[key] { return (key, value) } }
        return nil
    }

    private func wrong(_ key: String, _ reason: String) -> LanguageModelError {
        .configuration(key: key, path: path, reason: reason)
    }

    /// A count of at least 1; `standard` where no spelling is present.
    package func count(_ keys: String..., standard: Int) throws -> Int {
        guard let (key, value) = find(keys) else { return standard }
        guard let number = value.integer else { throw wrong(key, "an integer is expected") }
        guard number >= 1 && number < 1 << 31 else { throw wrong(key, "\(number) is out of range") }
        return number
    }

    /// A count of at least 1; nil where the value is null, `standard` where no spelling is present.
    package func optionalCount(_ keys: String..., standard: Int?) throws -> Int? {
        guard let (key, value) = find(keys) else { return standard }
        if value.isNull { return nil }
        guard let number = value.integer else { throw wrong(key, "an integer or null is expected") }
        guard number >= 1 && number < 1 << 31 else { throw wrong(key, "\(number) is out of range") }
        return number
    }

    /// A number of blocks, 0 included; `standard` where it is absent or null.
    package func blockCount(_ key: String, standard: Int) throws -> Int {
        guard let value = object[key], !value.isNull else { return standard }
        guard let number = value.integer, number >= 0 else { throw wrong(key, "a count is expected") }
        return number
    }

    /// A finite positive number.
    package func positive(_ keys: String..., standard: Double) throws -> Double {
        guard let (key, value) = find(keys) else { return standard }
        guard let number = value.double else { throw wrong(key, "a number is expected") }
        guard number > 0 && number.isFinite else { throw wrong(key, "a positive number is expected") }
        return number
    }

    package func flag(_ keys: String..., standard: Bool) throws -> Bool {
        guard let (key, value) = find(keys) else { return standard }
        guard let flag = value.bool else { throw wrong(key, "true or false is expected") }
        return flag
    }

    /// An activation by the name that `transformers` gives it.
    package func activation(_ keys: String..., standard: Activation) throws -> Activation {
        guard let (key, value) = find(keys) else { return standard }
        guard let name = value.string else { throw wrong(key, "a name is expected") }
        switch name {
        case "gelu", "gelu_python": return .geluExact
        case "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "gelu_python_tanh", "gelu_accurate":
            return .geluTanh
        case "silu", "swish": return .silu
        case "relu": return .relu
        case "leaky_relu": return .leakyRelu
        default: throw LanguageModelError.unsupportedSetting(key: key, value: name, path: path)
        }
    }

    /// Names such as `layer_types`; nil where the key is absent or null.
    package func names(_ key: String) throws -> [String]? {
        guard let value = object[key], !value.isNull else { return nil }
        guard let array = value.array else { throw wrong(key, "a list of names is expected") }
        return try array.map { item in
            guard let name = item.string else { throw wrong(key, "a list of names is expected") }
            return name
        }
    }

    /// `eos_token_id`: none, one or several.
    package func endTokens() throws -> [Int] {
        guard let value = object["eos_token_id"], !value.isNull else { return [] }
        let items = value.array ?? [value]
        return try items.map { item in
            guard let id = item.integer, id >= 0 else {
                throw wrong("eos_token_id", "token ids are expected")
            }
            return id
        }
    }

    /// Refuses a setting whose value is not the only one supported.
    package func require(_ key: String, _ expected: JSONValue) throws {
        guard let value = object[key], !value.isNull, value != expected else { return }
        throw unsupported(key, value)
    }

    package func unsupported(_ key: String, _ value: JSONValue) -> LanguageModelError {
        .unsupportedSetting(key: key, value: value.text(), path: path)
    }

    /// - Throws: when the configuration asks for something that no family here supports.
    package func refuseQuantisation() throws {
        if let value = object["quantization_config"], !value.isNull {
            throw unsupported("quantization_config", value["quant_method"] ?? value)
        }
    }
}

extension ConfigurationReader {
    /// The members of `rope_scaling` or `rope_parameters`, if any.
    private func rotaryParameters() throws -> (key: String, values: ConfigurationReader)? {
        for key in ["rope_scaling", "rope_parameters"] {
            guard let value = object[key], !value.isNull else { continue }
            guard let members = value.object else { throw wrong(key, "an object is expected") }
            if members.isEmpty { continue }
            if members.members.contains(where: { $0.value.object != nil }) {
                throw unsupported(key, value)
            }
            return (key, ConfigurationReader(members, path: path))
        }
        return nil
    }

    /// The rotary embedding of heads of `headSize` elements, in its old and new spellings.
    ///
    /// - Parameters:
    ///   - baseKeys: top-level spellings of the base.
    ///   - partKey: the old top-level spelling of the share of a head that is rotated; nil: the whole head.
    ///   - standardPart: that share where nothing says it.
    /// - Throws: `LanguageModelError.unsupportedSetting` for scalings other than linear and llama3.
    package func rotary(
        headSize: Int, contextLength: Int, baseKeys: [String], partKey: String? = nil,
        standardPart: Double = 1
    ) throws -> TransformerConfiguration.Rotary {
        let parameters = try rotaryParameters()
        let nested = parameters?.values
        var base = 10000.0
        for key in baseKeys.reversed() { base = try positive(key, standard: base) }
        base = try nested?.positive("rope_theta", standard: base) ?? base
        var part = 1.0
        if let partKey {
            part = try positive(partKey, "partial_rotary_factor", standard: standardPart)
            part = try nested?.positive("partial_rotary_factor", standard: part) ?? part
        }
        let rotated = Int(Double(headSize) * part)
        guard rotated % 2 == 0 && rotated >= 2 && rotated <= headSize else {
            throw wrong(partKey ?? "head_dim", "\(rotated) elements of a head of \(headSize) cannot turn")
        }
        return .init(
            rotated: rotated, pairing: .halves, base: base,
            scaling: try scaling(parameters, contextLength: contextLength))
    }

    private func scaling(
        _ parameters: (key: String, values: ConfigurationReader)?, contextLength: Int
    ) throws -> RotaryScaling {
        guard let (key, values) = parameters else { return .none }
        let kind = values.object["rope_type"] ?? values.object["type"] ?? "default"
        switch kind.string {
        case "default": return .none
        case "linear": return .linear(factor: try values.positive(required: "factor"))
        case "llama3":
            let low = try values.positive(required: "low_freq_factor")
            let high = try values.positive(required: "high_freq_factor")
            guard high > low else { throw wrong("high_freq_factor", "it must exceed low_freq_factor") }
            return .llama3(
                factor: try values.positive(required: "factor"), lowFactor: low, highFactor: high,
                originalContext: try values.count(
                    "original_max_position_embeddings",
                    standard: try count("original_max_position_embeddings", standard: contextLength)))
        default: throw unsupported(key, kind)
        }
    }

    private func positive(required key: String) throws -> Double {
        guard object[key] != nil else { throw wrong(key, "it is missing") }
        return try positive(key, standard: 1)
    }
}
