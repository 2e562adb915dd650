import Foundation

/// The members of a JSON object in order.  Of a repeated key the last value counts, as in Python.
///
/// Keys are compared by their UTF-8 bytes.  Few members are searched one by one; many by a table of open
/// addressing over their seeded hashes, in which a slot holds hash and member number + 1.
package struct JSONObject: Sendable, ExpressibleByDictionaryLiteral {
    package private(set) var members: [(key: String, value: JSONValue)] = []
    private var slots: [UInt64] = []

    /// Up to so many members need no table.
    private static let searchedCount = 8

    package init() {}

    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        for (key, value) in elements { self[key] = value }
    }

    package subscript(key: String) -> JSONValue? {
        get { find(key, hash: slots.isEmpty ? 0 : Self.hash(key)).map { members[$0].value } }
        set {
            if let newValue {
                _ = set(key, newValue)
            } else if let index = find(key, hash: slots.isEmpty ? 0 : Self.hash(key)) {
                members.remove(at: index)
                slots = []
                if members.count > Self.searchedCount { rebuild(capacity: members.count) }
            }
        }
    }

    package var keys: [String] { members.map(\.key) }
    package var count: Int { members.count }
    package var isEmpty: Bool { members.isEmpty }

    /// Sets a member; false if the key was there already.
    mutating func set(_ key: String, _ value: JSONValue) -> Bool {
        let hash = slots.isEmpty ? 0 : Self.hash(key)
        if let index = find(key, hash: hash) {
            members[index].value = value
            return false
        }
        members.append((key, value))
        if !slots.isEmpty, members.count * 4 <= slots.count * 3 {
            place(members.count, hash: hash)
        } else if members.count > Self.searchedCount {
            rebuild(capacity: members.count)
        }
        return true
    }

    private static func hash(_ key: String) -> UInt32 {
        UInt32(truncatingIfNeeded: ExactString(key).hashValue)
    }

    private func find(_ key: String, hash: UInt32) -> Int? {
        if slots.isEmpty { return members.firstIndex { ExactString($0.key) == ExactString(key) } }
        let mask = slots.count &- 1
        var slot = Int(hash) & mask
        while slots[slot] != 0 {
            let index = Int(slots[slot] & 0xFFFF_FFFF) &- 1
            if UInt32(slots[slot] >> 32) == hash, ExactString(members[index].key) == ExactString(key) {
                return index
            }
            slot = (slot &+ 1) & mask
        }
        return nil
    }

    /// Puts member `number` (counted from 1) into the first free slot from its hash on.
    private mutating func place(_ number: Int, hash: UInt32) {
        let mask = slots.count &- 1
        var slot = Int(hash) & mask
        while slots[slot] != 0 { slot = (slot &+ 1) & mask }
        slots[slot] = UInt64(hash) << 32 | UInt64(number)
    }

    private mutating func rebuild(capacity: Int) {
        var size = 32
        while size * 3 < capacity * 4 { size *= 2 }
        let old = slots
        slots = [UInt64](repeating: 0, count: size * 2)
        if old.isEmpty {
            for (index, member) in members.enumerated() { place(index + 1, hash: Self.hash(member.key)) }
        } else {
            for slot in old where slot != 0 {
                place(Int(slot & 0xFFFF_FFFF), hash: UInt32(slot >> 32))
            }
            place(members.count, hash: Self.hash(members[members.count - 1].key))
        }
    }
}

extension JSONObject: Equatable {
    /// Equal objects have equal members in the same order.
    package static func == (a: JSONObject, b: JSONObject) -> Bool {
        a.members.elementsEqual(b.members) {
            ExactString($0.key) == ExactString($1.key) && $0.value == $1.value
        }
    }
}

/// A string compared by its UTF-8 bytes.  `String` itself holds canonically equivalent texts for equal,
/// which would merge different tokens of a vocabulary.
package struct ExactString: Hashable, Sendable {
    package let text: String

    @inline(__always)
    package init(_ text: String) { self.text = text }

    package static func == (a: ExactString, b: ExactString) -> Bool {
        let (a, b) = (a.text.utf8, b.text.utf8)
        guard a.count == b.count else { return false }
        let result = a.withContiguousStorageIfAvailable { a in
            b.withContiguousStorageIfAvailable { b in
                memcmp(a.baseAddress!, b.baseAddress!, a.count) == 0
            }
        }
        return (result ?? nil) ?? a.elementsEqual(b)
    }

    package func hash(into hasher: inout Hasher) {
        var copy = text
        copy.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
