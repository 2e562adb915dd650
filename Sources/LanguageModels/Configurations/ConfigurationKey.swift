/// A key of `config.json` and what is done with it; `ConfigurationKey+Table.swift` has all of them.
package struct ConfigurationKey: Sendable {
    package enum Treatment: Sendable, Equatable {
        /// It decides what is computed, or is checked where its family is read.
        case honored
        /// It changes no number.
        case harmless
        /// It would change numbers: every value but these is refused.
        case refused(unless: [JSONValue])
        /// `transformers` does not read it for the family either; every value but these and the value of
        /// key `like` is warned of, because its writer meant something by it.
        case ignored(unless: [JSONValue], like: String?)
    }

    package let name: String
    package let treatment: Treatment

    /// Whether `value` is one of `accepted`.  A list of one stands for lists of any length of that element.
    static func accepts(_ value: JSONValue, _ accepted: [JSONValue]) -> Bool {
        accepted.contains { item in
            if let element = item.array?.first, let values = value.array {
                return values.allSatisfy { isEqual($0, element) }
            }
            return isEqual(value, item)
        }
    }

    /// Equality of JSON values in which 1 and 1.0 are the same number.
    static func isEqual(_ a: JSONValue, _ b: JSONValue) -> Bool {
        if let a = a.double, let b = b.double { return a == b }
        return a == b
    }
}

/// Notes on a `config.json` that can be used.  Cases carry facts; the binary words them.
package enum ConfigurationWarning: Equatable, Sendable {
    /// Keys that no table lists.
    case unknownKeys([String], path: String)
    /// A key that models of this type do not read.
    case ignoredKey(key: String, value: String, modelType: String, path: String)
    /// `model_type` is missing and was taken from `architectures`.
    case typeOfArchitecture(architecture: String, modelType: String, path: String)
    /// Settings of `generation_config.json` that are not followed.
    case unfollowedGeneration([String], path: String)
}

extension ConfigurationReader {
    /// Refuses keys that change numbers and are not honored.
    ///
    /// - Throws: `LanguageModelError.unsupportedSetting`.
    func refuseUnsupported(_ modelType: String) throws {
        let table = ConfigurationKey.table(of: modelType)
        for (key, value) in object.members {
            guard case .refused(let accepted) = table[key], !ConfigurationKey.accepts(value, accepted) else {
                continue
            }
            throw unsupported(key, value["quant_method"] ?? value)
        }
    }

    /// Keys that are passed over although their writer meant something by them, each once.
    func warnings(_ modelType: String) -> [ConfigurationWarning] {
        let table = ConfigurationKey.table(of: modelType)
        var warnings: [ConfigurationWarning] = []
        var unknown: [String] = []
        for (key, value) in object.members where !value.isEmptyOrNull {
            switch table[key] {
            case nil: unknown.append(key)
            case .ignored(let accepted, let other):
                if ConfigurationKey.accepts(value, accepted) { continue }
                if let other, let twin = object[other], ConfigurationKey.isEqual(value, twin) { continue }
                warnings.append(
                    .ignoredKey(key: key, value: value.text(), modelType: modelType, path: path))
            default: continue
            }
        }
        for (key, members) in rotaryMembers(table) {
            unknown += members.keys.filter { !ConfigurationKey.rotary.contains($0) }.map { "\(key).\($0)" }
        }
        if !unknown.isEmpty { warnings.append(.unknownKeys(unknown, path: path)) }
        return warnings
    }

    /// The object that describes the rotary embedding: the one that counts, where any does.
    private func rotaryMembers(
        _ table: [String: ConfigurationKey.Treatment]
    ) -> [(key: String, members: JSONObject)] {
        guard table["rope_parameters"] == .honored else { return [] }
        for key in ["rope_scaling", "rope_parameters"] {
            guard let members = object[key]?.object, !members.isEmpty else { continue }
            let kinds = members.members.compactMap { kind, value in
                value.object.map { (key: "\(key).\(kind)", members: $0) }
            }
            return kinds.isEmpty ? [(key, members)] : kinds
        }
        return []
    }
}

extension JSONValue {
    /// Whether it says nothing: null, or a list or an object without members.
    var isEmptyOrNull: Bool {
        switch self {
        case .null: true
        case .array(let elements): elements.isEmpty
        case .object(let object): object.isEmpty
        default: false
        }
    }
}
