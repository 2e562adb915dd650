/// A value of a GGUF file's metadata.
package enum GGUFValue: Sendable {
    case integer(Int)
    case number(Double)
    case bool(Bool)
    case string(String)
    case integers([Int])
    case numbers([Double])
    case bools([Bool])
    case strings(GGUFStrings)

    package var integer: Int? { if case .integer(let value) = self { value } else { nil } }
    package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    package var string: String? { if case .string(let value) = self { value } else { nil } }
    package var integers: [Int]? { if case .integers(let values) = self { values } else { nil } }
    package var strings: GGUFStrings? { if case .strings(let values) = self { values } else { nil } }

    /// A whole number or another one.
    package var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// Numbers of either kind.
    package var numbers: [Double]? {
        switch self {
        case .integers(let values): values.map(Double.init)
        case .numbers(let values): values
        default: nil
        }
    }
}

/// A list of texts, which are bytes: pieces of a vocabulary need not be UTF-8.
package struct GGUFStrings: Sendable {
    let bytes: ByteStrings

    package var count: Int { bytes.count }
    package subscript(index: Int) -> String { String(decoding: bytes[index], as: UTF8.self) }
}
