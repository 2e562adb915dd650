/// A value of a GGUF file's metadata.
package enum GGUFValue: Sendable {
    case integer(Int)
    case number(Double)
    case bool(Bool)
    case string(String)
    case list(GGUFList)

    package var integer: Int? { if case .integer(let value) = self { value } else { nil } }
    package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    package var string: String? { if case .string(let value) = self { value } else { nil } }
    package var integers: [Int]? {
        if case .list(let list) = self { list.elements?.map(\.integer).whole() } else { nil }
    }
    package var strings: GGUFStrings? { if case .list(let list) = self { list.strings } else { nil } }

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
        if case .list(let list) = self { list.elements?.map(\.number).whole() } else { nil }
    }
}

/// A list in a GGUF file, whose bytes are checked but not taken apart until it is asked for: most are vocabularies.
package struct GGUFList: Sendable {
    static let text: UInt32 = 8
    /// The least bytes of an element, by the number of its type.
    static let sizes: [UInt32: Int] = [
        0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 8: 8, 10: 8, 11: 8, 12: 8,
    ]

    let file: MappedFile
    let type: UInt32
    package let count: Int
    let bytes: Range<Int>

    /// Elements other than texts; nil where one is too large.
    var elements: [GGUFValue]? {
        guard type != Self.text else { return nil }
        var cursor = GGUFCursor(file, at: bytes.lowerBound)
        return try? (0..<count).map { _ in try cursor.scalar(type) }
    }

    var strings: GGUFStrings? {
        guard type == Self.text else { return nil }
        var cursor = GGUFCursor(file, at: bytes.lowerBound)
        var strings = ByteStrings()
        for _ in 0..<count {
            guard let text = try? cursor.text() else { return nil }
            strings.append(text)
        }
        return GGUFStrings(bytes: strings)
    }
}

/// A list of texts, which are bytes: pieces of a vocabulary need not be UTF-8.
package struct GGUFStrings: Sendable {
    let bytes: ByteStrings

    package var count: Int { bytes.count }
    package subscript(index: Int) -> String { String(decoding: bytes[index], as: UTF8.self) }
}

extension Array {
    /// The elements if none is missing.
    fileprivate func whole<Value>() -> [Value]? where Element == Value? {
        let found = compactMap { $0 }
        return found.count == count ? found : nil
    }
}
