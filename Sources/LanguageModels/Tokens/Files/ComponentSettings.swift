/// The members of one JSON object of a tokenizer file, read with their kinds checked.
struct ComponentSettings {
    /// Where in the file the object is ("pre_tokenizer.pretokenizers.0").
    let place: String
    let object: JSONObject
    let path: String

    /// - Throws: `LanguageModelError.malformed` unless `value` is an object.
    init(_ value: JSONValue, place: String, path: String) throws {
        guard let object = value.object else {
            throw LanguageModelError.malformed(path: path, reason: "\(place) is not an object")
        }
        self.place = place
        self.object = object
        self.path = path
    }

    init(_ object: JSONObject, place: String, path: String) {
        self.place = place
        self.object = object
        self.path = path
    }

    func malformed(_ key: String, _ expected: String) -> LanguageModelError {
        .malformed(path: path, reason: "\(name(key)) is not \(expected)")
    }

    /// The full name of a member.
    func name(_ key: String) -> String { place.isEmpty ? key : "\(place).\(key)" }

    func unsupported(_ key: String) -> LanguageModelError {
        .unsupportedSetting(key: name(key), value: (object[key] ?? .null).text(), path: path)
    }

    /// A member that is neither absent nor null.
    func present(_ key: String) -> JSONValue? {
        guard let value = object[key], !value.isNull else { return nil }
        return value
    }

    func string(_ key: String) throws -> String {
        guard let value = object[key]?.string else { throw malformed(key, "a string") }
        return value
    }

    func bool(_ key: String, default fallback: Bool) throws -> Bool {
        guard let value = present(key) else { return fallback }
        guard let bool = value.bool else { throw malformed(key, "true or false") }
        return bool
    }

    /// A number that is not negative.
    func count(_ key: String) throws -> Int {
        guard let value = object[key]?.integer, value >= 0 else { throw malformed(key, "a number from 0 up") }
        return value
    }

    func array(_ key: String) throws -> [JSONValue] {
        guard let value = object[key]?.array else { throw malformed(key, "a list") }
        return value
    }

    /// A string of exactly one scalar.
    func scalar(_ key: String) throws -> Unicode.Scalar {
        let scalars = try string(key).unicodeScalars
        guard let first = scalars.first, scalars.count == 1 else { throw malformed(key, "one character") }
        return first
    }

    /// The objects of a list.
    func components(_ key: String) throws -> [ComponentSettings] {
        try array(key).enumerated().map { index, value in
            try ComponentSettings(value, place: "\(name(key)).\(index)", path: path)
        }
    }

    /// The object at `key`, nil if it is absent or null.
    func component(_ key: String) throws -> ComponentSettings? {
        try present(key).map { try ComponentSettings($0, place: name(key), path: path) }
    }
}
