import LanguageModels

/// One named value of a group of options: what a configuration key and a command-line option have in
/// common.  Names are written as options are (`lam-kl`); keys have underscores instead.
package struct Setting<Target>: Sendable {
    package let name: String
    package let arity: ValueArity
    package let placeholder: String
    package let expectation: Expectation
    package let suggestions: Suggestions
    private let fromWords: @Sendable (inout Target, [String]) throws(InvalidValue) -> Void
    private let fromJSON: @Sendable (inout Target, JSONValue) throws(InvalidValue) -> Void
    private let toJSON: @Sendable (Target) -> JSONValue

    package init<Value: Sendable>(
        _ name: String, _ value: WritableKeyPath<Target, Value> & Sendable, _ kind: ValueKind<Value>
    ) {
        self.name = name
        arity = kind.arity
        placeholder = kind.placeholder
        expectation = kind.expectation
        suggestions = kind.suggestions
        fromWords = { target, words throws(InvalidValue) in target[keyPath: value] = try kind.read(words) }
        fromJSON = { target, json throws(InvalidValue) in target[keyPath: value] = try kind.readJSON(json) }
        toJSON = { kind.json($0[keyPath: value]) }
    }

    /// A flag that sets `value` to `constant`.
    package init<Value: Sendable>(
        _ name: String, _ value: WritableKeyPath<Target, Value> & Sendable, constant: Value,
        shown: @escaping @Sendable (Value) -> JSONValue
    ) {
        self.name = name
        arity = .none
        placeholder = ""
        expectation = .boolean
        suggestions = .none
        fromWords = { target, words throws(InvalidValue) in
            if let word = words.first { throw InvalidValue(found: word, expectation: .boolean) }
            target[keyPath: value] = constant
        }
        fromJSON = { _, json throws(InvalidValue) in
            throw InvalidValue(found: json.text(), expectation: .boolean)
        }
        toJSON = { shown($0[keyPath: value]) }
    }

    private init<Inner>(_ inner: Setting<Inner>, at place: WritableKeyPath<Target, Inner> & Sendable) {
        name = inner.name
        arity = inner.arity
        placeholder = inner.placeholder
        expectation = inner.expectation
        suggestions = inner.suggestions
        fromWords = { target, words throws(InvalidValue) in
            try inner.assign(words: words, to: &target[keyPath: place])
        }
        fromJSON = { target, json throws(InvalidValue) in
            try inner.assign(json: json, to: &target[keyPath: place])
        }
        toJSON = { inner.json(of: $0[keyPath: place]) }
    }

    /// The same setting of a larger value that holds the target.
    package func inside<Outer>(_ place: WritableKeyPath<Outer, Target> & Sendable) -> Setting<Outer> {
        Setting<Outer>(self, at: place)
    }

    /// The key in configuration and argument files.
    package var key: String { name.replacing("-", with: "_") }

    package func assign(words: [String], to target: inout Target) throws(InvalidValue) {
        try fromWords(&target, words)
    }

    package func assign(json: JSONValue, to target: inout Target) throws(InvalidValue) {
        try fromJSON(&target, json)
    }

    package func json(of target: Target) -> JSONValue { toJSON(target) }
}
