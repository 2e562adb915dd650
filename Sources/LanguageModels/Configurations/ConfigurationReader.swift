import Compute

/// Typed access to `config.json`.  Several spellings of a key must agree; null counts as absent.
package struct ConfigurationReader: Sendable {
    package let object: JSONObject
    /// Where the configuration came from, for messages.
    package let path: String

    package init(_ object: JSONObject, path: String) {
        self.object = object
        self.path = path
    }

    /// The largest numbers of blocks, elements of the residual stream and of other rows, tokens of a vocabulary,
    /// positions and elements of a head that are taken for meant.
    package enum Limit {
        package static let blocks = 1 << 16
        package static let hiddenSize = 1 << 16
        package static let width = 1 << 22
        package static let vocabulary = 1 << 26
        package static let positions = 1 << 31 - 1
        package static let headSize = 1 << 16
        /// Parameters of all tensors together.
        package static let parameters = 1 << 46
    }

    /// The first spelling that is there; null counts as absent.
    ///
    /// - Throws: `LanguageModelError.configuration` where two spellings disagree.
    private func find(_ keys: [String]) throws -> (key: String, value: JSONValue)? {
        let found = keys.compactMap { key in object[key].map { (key: key, value: $0) } }
            .filter { !$0.value.isNull }
        guard let first = found.first else { return nil }
        for other in found where !ConfigurationKey.isEqual(other.value, first.value) {
            throw wrong(
                first.key, "\(first.value.text()) contradicts \(other.key) = \(other.value.text())")
        }
        return first
    }

    func wrong(_ key: String, _ reason: String) -> LanguageModelError {
        .configuration(key: key, path: path, reason: reason)
    }

    func outOfRange(_ key: String, _ value: JSONValue) -> LanguageModelError {
        .outOfRange(key: key, value: value.text(), path: path)
    }

    /// A count from 1 to `limit`; `standard` where no spelling is there.
    package func count(_ keys: String..., standard: Int, limit: Int = Limit.width) throws -> Int {
        try count(keys, limit: limit) ?? standard
    }

    /// A count from 1 to `limit`; nil where the first spelling is null, `standard` where none is there.
    package func optionalCount(
        _ keys: String..., standard: Int?, limit: Int = Limit.width
    ) throws -> Int? {
        if let number = try count(keys, limit: limit) { return number }
        return keys.contains { object[$0]?.isNull ?? false } ? nil : standard
    }

    private func count(_ keys: [String], limit: Int) throws -> Int? {
        guard let (key, value) = try find(keys) else { return nil }
        guard let number = value.integer else {
            guard let number = value.double, !(abs(number) < 0x1p63) else {
                throw wrong(key, "an integer is expected")
            }
            throw outOfRange(key, value)
        }
        guard number >= 1 && number <= limit else { throw outOfRange(key, value) }
        return number
    }

    /// A number of blocks, 0 included; `standard` where it is absent or null.
    package func blockCount(_ key: String, standard: Int) throws -> Int {
        guard let value = object[key], !value.isNull else { return standard }
        guard let number = value.integer, number >= 0 else { throw wrong(key, "a count is expected") }
        return number
    }

    /// A positive number that float32 can hold.
    package func positive(_ keys: String..., standard: Double) throws -> Double {
        guard let (key, value) = try find(keys) else { return standard }
        guard let number = value.double else { throw wrong(key, "a number is expected") }
        guard number > 0 && !number.isNaN else { throw wrong(key, "a positive number is expected") }
        guard Float(number).isNormal else { throw outOfRange(key, value) }
        return number
    }

    /// Blocks, of which there is at least one.
    func blocks(_ keys: String..., standard: Int) throws -> Int {
        try count(keys, limit: Limit.blocks) ?? standard
    }

    /// D.
    func hiddenSize(_ keys: String..., standard: Int) throws -> Int {
        try count(keys, limit: Limit.hiddenSize) ?? standard
    }

    /// V.
    func vocabularySize(standard: Int) throws -> Int {
        try count(["vocab_size"], limit: Limit.vocabulary) ?? standard
    }

    /// The longest text.
    func positions(_ keys: String..., standard: Int) throws -> Int {
        try count(keys, limit: Limit.positions) ?? standard
    }

    package func flag(_ keys: String..., standard: Bool) throws -> Bool {
        guard let (key, value) = try find(keys) else { return standard }
        guard let flag = value.bool else { throw wrong(key, "true or false is expected") }
        return flag
    }

    /// An activation by the name that `transformers` gives it.
    package func activation(_ keys: String..., standard: Activation) throws -> Activation {
        guard let (key, value) = try find(keys) else { return standard }
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

    package func unsupported(_ key: String, _ value: JSONValue) -> LanguageModelError {
        .unsupportedSetting(key: key, value: value.text(), path: path)
    }
}
