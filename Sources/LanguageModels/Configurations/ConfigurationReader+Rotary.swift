import Compute

extension ConfigurationReader {
    /// Where a family has what its rotary embedding needs.
    package struct RotaryKeys: Sendable {
        /// The top-level spelling of the base.
        package var base = "rope_theta"
        /// The base where nothing says it.
        package var standardBase = 10000.0
        /// The top-level spelling of the share of a head that is rotated.
        package var part = "partial_rotary_factor"
        /// That share where nothing says it; nil: the whole head turns, and no other share is supported.
        package var standardPart: Double?

        package init() {}

        package init(base: String, part: String, standardPart: Double) {
            self.base = base
            self.part = part
            self.standardPart = standardPart
        }
    }

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
    /// - Throws: `LanguageModelError.unsupportedSetting` for scalings other than linear and llama3.
    package func rotary(
        headSize: Int, contextLength: Int, keys: RotaryKeys = RotaryKeys()
    ) throws -> TransformerConfiguration.Rotary {
        let parameters = try rotaryParameters()
        let nested = parameters?.values
        let outer = try positive(keys.base, standard: keys.standardBase)
        let base = try nested?.positive("rope_theta", standard: outer) ?? outer
        let scaling = try scaling(parameters, contextLength: contextLength)
        return .init(
            rotated: try rotated(headSize, keys, nested, scaling: scaling), pairing: .halves, base: base,
            scaling: scaling)
    }

    /// How many elements of a head turn.
    private func rotated(
        _ headSize: Int, _ keys: RotaryKeys, _ nested: ConfigurationReader?, scaling: RotaryScaling
    ) throws -> Int {
        let outer = try positive(keys.part, standard: keys.standardPart ?? 1)
        let part = try nested?.positive("partial_rotary_factor", standard: outer) ?? outer
        let source = nested?.object["partial_rotary_factor"].map { ("partial_rotary_factor", $0) }
        let (key, value) = source ?? (keys.part, object[keys.part] ?? .number(part))
        guard keys.standardPart != nil else {
            // These families turn whole heads unless scaled, whatever the share says; scaled and in part they
            // cannot be computed.
            guard part == 1 || scaling == .none else { throw unsupported(key, value) }
            return try even(headSize, of: headSize, key: "head_dim")
        }
        guard part <= 1 else { throw outOfRange(key, value) }
        return try even(Int(Double(headSize) * part), of: headSize, key: key)
    }

    private func even(_ rotated: Int, of headSize: Int, key: String) throws -> Int {
        guard rotated % 2 == 0 && rotated >= 2 && rotated <= headSize else {
            throw wrong(key, "\(rotated) elements of a head of \(headSize) cannot turn")
        }
        return rotated
    }

    private func scaling(
        _ parameters: (key: String, values: ConfigurationReader)?, contextLength: Int
    ) throws -> RotaryScaling {
        guard let (key, values) = parameters else { return .none }
        let kinds = ["rope_type", "type"].compactMap { values.object[$0] }.filter { !$0.isNull }
        let kind = kinds.first ?? "default"
        switch kind.string {
        case "default": return .none
        case "linear": return .linear(factor: try values.positive(required: "factor"))
        case "llama3":
            let low = try values.positive(required: "low_freq_factor")
            let high = try values.positive(required: "high_freq_factor")
            guard high > low else { throw wrong("high_freq_factor", "it must exceed low_freq_factor") }
            let name = "original_max_position_embeddings"
            let inner = try values.count(name, standard: contextLength, limit: Limit.positions)
            // The outer one wins in `transformers`, too.
            return .llama3(
                factor: try values.positive(required: "factor"), lowFactor: low, highFactor: high,
                originalContext: try count(name, standard: inner, limit: Limit.positions))
        default: throw unsupported(key, kind)
        }
    }

    private func positive(required key: String) throws -> Double {
        guard let value = object[key], !value.isNull else { throw wrong(key, "it is missing") }
        return try positive(key, standard: 1)
    }
}
