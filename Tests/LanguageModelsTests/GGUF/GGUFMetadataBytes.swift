import Foundation

/// The bytes of a GGUF file without tensors, written by hand.
struct GGUFMetadataBytes {
    private var members: [(key: String, value: Data)] = []

    private static func number<Value: FixedWidthInteger>(_ value: Value) -> Data {
        withUnsafeBytes(of: value.littleEndian) { Data($0) }
    }

    private static func text(_ text: String) -> Data { number(UInt64(text.utf8.count)) + Data(text.utf8) }

    mutating func add(_ key: String, _ value: UInt32) {
        members.append((key, Self.number(UInt32(4)) + Self.number(value)))
    }

    mutating func add(_ key: String, _ value: String) {
        members.append((key, Self.number(UInt32(8)) + Self.text(value)))
    }

    mutating func add(_ key: String, _ values: [String]) { addList(key, kind: 8, values.map(Self.text)) }

    mutating func add(_ key: String, _ values: [UInt32]) {
        addList(key, kind: 4, values.map { Self.number($0) })
    }

    mutating func add(_ key: String, _ value: Bool) {
        members.append((key, Self.number(UInt32(7)) + Self.number(UInt8(value ? 1 : 0))))
    }

    mutating func add(_ key: String, _ values: [Float]) {
        addList(key, kind: 6, values.map { Self.number($0.bitPattern) })
    }

    mutating func add(_ key: String, _ values: [Int32]) {
        addList(key, kind: 5, values.map { Self.number($0) })
    }

    private mutating func addList(_ key: String, kind: UInt32, _ elements: [Data]) {
        let start = Self.number(UInt32(9)) + Self.number(kind) + Self.number(UInt64(elements.count))
        members.append((key, elements.reduce(into: start) { $0 += $1 }))
    }

    mutating func remove(_ key: String) { members.removeAll { $0.key == key } }

    var data: Data {
        let start =
            Data("GGUF".utf8) + Self.number(UInt32(3)) + Self.number(UInt64(0))
            + Self.number(UInt64(members.count))
        return members.reduce(into: start) { $0 += Self.text($1.key) + $1.value }
    }
}
