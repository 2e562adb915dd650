import Foundation
import LanguageModels

/// How one kind of value is read from a command line and from JSON, and how it is shown.
package struct ValueKind<Value: Sendable>: Sendable {
    package let arity: ValueArity
    /// The value's name in a help page: `N`.
    package let placeholder: String
    package let expectation: Expectation
    /// Completions that a shell can offer.
    package let suggestions: Suggestions
    let read: @Sendable ([String]) throws(InvalidValue) -> Value
    let readJSON: @Sendable (JSONValue) throws(InvalidValue) -> Value
    let json: @Sendable (Value) -> JSONValue

    /// A value of one word.
    package init(
        placeholder: String, expectation: Expectation, text: @escaping @Sendable (String) -> Value?,
        fromJSON: @escaping @Sendable (JSONValue) -> Value?, json: @escaping @Sendable (Value) -> JSONValue
    ) {
        arity = .one
        self.placeholder = placeholder
        self.expectation = expectation
        suggestions = Suggestions(expectation, placeholder: placeholder)
        read = { words throws(InvalidValue) in
            guard let word = words.last, let value = text(word) else {
                throw InvalidValue(found: words.last ?? "", expectation: expectation)
            }
            return value
        }
        readJSON = { found throws(InvalidValue) in
            guard let value = fromJSON(found) else {
                throw InvalidValue(found: found.text(), expectation: expectation)
            }
            return value
        }
        self.json = json
    }

    init(
        arity: ValueArity, placeholder: String, expectation: Expectation, suggestions: Suggestions? = nil,
        read: @escaping @Sendable ([String]) throws(InvalidValue) -> Value,
        readJSON: @escaping @Sendable (JSONValue) throws(InvalidValue) -> Value,
        json: @escaping @Sendable (Value) -> JSONValue
    ) {
        self.arity = arity
        self.placeholder = placeholder
        self.expectation = expectation
        self.suggestions = suggestions ?? Suggestions(expectation, placeholder: placeholder)
        self.read = read
        self.readJSON = readJSON
        self.json = json
    }

    /// The same, with another word in help pages.
    package func shown(as placeholder: String) -> ValueKind {
        ValueKind(
            arity: arity, placeholder: placeholder, expectation: expectation, suggestions: suggestions,
            read: read, readJSON: readJSON, json: json)
    }

    /// The same, with other offers of a shell.
    package func suggesting(_ suggestions: Suggestions) -> ValueKind {
        ValueKind(
            arity: arity, placeholder: placeholder, expectation: expectation, suggestions: suggestions,
            read: read, readJSON: readJSON, json: json)
    }
}

// MARK: - Numbers

extension ValueKind where Value == Int {
    /// A whole number in a range whose bounds are part of it.
    package static func integer(minimum: Int, maximum: Int = NumberRange.largest) -> ValueKind {
        let fits: @Sendable (Int) -> Int? = { (minimum...maximum).contains($0) ? $0 : nil }
        return ValueKind(
            placeholder: "N", expectation: .integer(minimum: minimum, maximum: maximum),
            text: { Int($0).flatMap(fits) }, fromJSON: { $0.integer.flatMap(fits) }, json: { .integer($0) })
    }

    /// Bytes: a number, or one with K, M, G or T (of 1,024) after it.
    package static var size: ValueKind {
        ValueKind(
            placeholder: "SIZE", expectation: .size, text: { bytes($0) },
            fromJSON: { value in
                value.string.flatMap(bytes)
                    ?? value.integer.flatMap { (0...NumberRange.mostBytes).contains($0) ? $0 : nil }
            },
            json: { .integer($0) })
    }

    private static func bytes(_ text: String) -> Int? {
        var digits = text.lowercased()
        if digits.hasSuffix("ib") {
            digits.removeLast(2)
        } else if digits.hasSuffix("b") {
            digits.removeLast()
        }
        var factor = 1.0
        if let last = digits.last, let power = ["k", "m", "g", "t"].firstIndex(of: String(last)) {
            factor = pow(1024, Double(power + 1))
            digits.removeLast()
        }
        guard let number = Double(digits), number >= 0, number * factor <= Double(NumberRange.mostBytes)
        else { return nil }
        return Int(number * factor)
    }
}

extension ValueKind where Value == UInt64 {
    package static var seed: ValueKind {
        ValueKind(
            placeholder: "N", expectation: .seed, text: { UInt64($0) },
            fromJSON: { found in
                found.integer.flatMap { UInt64(exactly: $0) } ?? found.string.flatMap { UInt64($0) }
            },
            json: { Int(exactly: $0).map { .integer($0) } ?? .string(String($0)) })
    }
}

extension ValueKind where Value == Double {
    /// A number in a range whose bounds are part of it.
    package static func number(
        minimum: Double = -NumberRange.largestFactor, maximum: Double = NumberRange.largestFactor
    ) -> ValueKind {
        let fits: @Sendable (Double) -> Double? = { (minimum...maximum).contains($0) ? $0 : nil }
        return ValueKind(
            placeholder: "X", expectation: .number(minimum: minimum, maximum: maximum),
            text: { word in
                // Hexadecimal numbers are none that anybody means here.
                word.contains { "xX".contains($0) } ? nil : Double(word).flatMap(fits)
            }, fromJSON: { $0.double.flatMap(fits) }, json: { .number($0) })
    }
}

extension ValueKind where Value == Float {
    /// The same, as float32 holds it.
    package static func number(
        minimum: Double = -NumberRange.largestFactor, maximum: Double = NumberRange.largestFactor
    ) -> ValueKind {
        let wide = ValueKind<Double>.number(minimum: minimum, maximum: maximum)
        return ValueKind(
            placeholder: wide.placeholder, expectation: wide.expectation,
            text: { (try? wide.read([$0])).map { Float($0) } },
            fromJSON: { (try? wide.readJSON($0)).map { Float($0) } },
            // Through text, so that 0.001 stays 0.001.
            json: { .number(Double("\($0)") ?? Double($0)) })
    }
}

// MARK: - Words

extension ValueKind where Value == String {
    package static func text(_ placeholder: String, mayBeEmpty: Bool = false) -> ValueKind {
        let read: @Sendable (String) -> String? = { $0.isEmpty && !mayBeEmpty ? nil : $0 }
        return ValueKind(
            placeholder: placeholder, expectation: .text, text: read, fromJSON: { $0.string.flatMap(read) },
            json: { .string($0) })
    }

    /// A text in one line, without control characters.
    package static func line(_ placeholder: String) -> ValueKind {
        checked(placeholder, .line) { !$0.isEmpty && !$0.hasControls }
    }

    /// The plain name of a file that does not end in a dot and `ending`.
    static func fileName(notEndingIn ending: String) -> ValueKind {
        checked("FILE", .fileName(notEndingIn: ending)) { name in
            !name.isEmpty && !name.contains("/") && !name.hasControls && name != "." && name != ".."
                && !name.lowercased().hasSuffix("." + ending)
        }
    }

    /// A text that fits.
    package static func checked(
        _ placeholder: String, _ expectation: Expectation, _ fits: @escaping @Sendable (String) -> Bool
    ) -> ValueKind {
        let read: @Sendable (String) -> String? = { fits($0) ? $0 : nil }
        return ValueKind(
            placeholder: placeholder, expectation: expectation, text: read,
            fromJSON: { $0.string.flatMap(read) }, json: { .string($0) })
    }

    /// One of a list of words.
    package static func word(_ placeholder: String, of words: [String]) -> ValueKind {
        ValueKind(
            placeholder: placeholder, expectation: .choice(words),
            text: { words.contains($0) ? $0 : nil },
            fromJSON: { $0.string.flatMap { words.contains($0) ? $0 : nil } }, json: { .string($0) })
    }
}

extension ValueKind where Value == URL {
    /// A file or folder; relative paths start at the working folder.
    package static func path(_ placeholder: String) -> ValueKind {
        ValueKind(
            placeholder: placeholder, expectation: .text,
            text: { $0.isEmpty ? nil : URL(fileURLWithPath: $0) },
            fromJSON: { $0.string.flatMap { $0.isEmpty ? nil : URL(fileURLWithPath: $0) } },
            json: { .string($0.relativePath) })
    }
}

extension ValueKind where Value == Bool {
    /// Off unless named; `--name=no` turns off what a configuration turned on.
    package static var flag: ValueKind {
        let word = truth
        return ValueKind(
            arity: .none, placeholder: "", expectation: .boolean,
            read: { words throws(InvalidValue) in words.isEmpty ? true : try word.read(words) },
            readJSON: word.readJSON, json: word.json)
    }

    /// `true` or `false` in any of the usual spellings.
    package static var truth: ValueKind {
        ValueKind(
            placeholder: "YES|NO", expectation: .boolean,
            text: { text in
                switch text.lowercased() {
                case "true", "yes", "on", "y", "t", "1": true
                case "false", "no", "off", "n", "f", "0": false
                default: nil
                }
            },
            fromJSON: { $0.bool }, json: { .bool($0) })
    }

    /// One of two words, the first of which means true.
    package static func either(_ yes: String, _ no: String) -> ValueKind {
        let read: @Sendable (String) -> Bool? = { $0 == yes ? true : $0 == no ? false : nil }
        return ValueKind(
            placeholder: "\(yes)|\(no)", expectation: .choice([yes, no]), text: read,
            fromJSON: { $0.string.flatMap(read) }, json: { .string($0 ? yes : no) })
    }
}

extension ValueKind where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the cases' raw values, or of some of them.
    package static func choice(
        _ placeholder: String? = nil, among cases: [Value] = Array(Value.allCases)
    ) -> ValueKind {
        let names = cases.map(\.rawValue)
        let read: @Sendable (String) -> Value? = { names.contains($0) ? Value(rawValue: $0) : nil }
        return ValueKind(
            placeholder: placeholder ?? names.joined(separator: "|"), expectation: .choice(names),
            text: read, fromJSON: { $0.string.flatMap(read) }, json: { .string($0.rawValue) })
    }
}

// MARK: - Kinds made of kinds

extension ValueKind {
    /// A value that may be missing: JSON's null.  A command line cannot unset it.
    package static func optional<Wrapped>(_ kind: ValueKind<Wrapped>) -> ValueKind where Value == Wrapped? {
        ValueKind<Wrapped?>(
            arity: kind.arity, placeholder: kind.placeholder, expectation: kind.expectation,
            suggestions: kind.suggestions,
            read: { words throws(InvalidValue) in try kind.read(words) },
            readJSON: { found throws(InvalidValue) in found.isNull ? nil : try kind.readJSON(found) },
            json: { value in
                guard let value else { return .null }
                return kind.json(value)
            })
    }

    /// One or more values; in JSON an array of them.
    package static func list<Element>(_ kind: ValueKind<Element>) -> ValueKind where Value == [Element] {
        ValueKind(
            arity: .oneOrMore, placeholder: kind.placeholder, expectation: kind.expectation,
            suggestions: kind.suggestions,
            read: { words throws(InvalidValue) in
                var values: [Element] = []
                for word in words { values.append(try kind.read([word])) }
                return values
            },
            readJSON: { found throws(InvalidValue) in
                guard let elements = found.array, !elements.isEmpty else {
                    throw InvalidValue(found: found.text(), expectation: .list)
                }
                var values: [Element] = []
                for element in elements { values.append(try kind.readJSON(element)) }
                return values
            },
            json: { .array($0.map(kind.json)) })
    }
}
