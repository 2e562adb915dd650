import Foundation

/// Byte strings numbered from 0 in the order of their coming, and found by their bytes.
///
/// The strings lie end to end in one array.  A slot of the table of open addressing holds 32 bits of a hash
/// and number + 1, so that a string is hardly ever compared with another.
package struct ByteStringTable: Sendable {
    private var strings = ByteStrings()
    private var slots: [UInt64]

    /// Room for `capacity` strings; more may come.
    package init(capacity: Int = 0) { slots = Self.emptySlots(for: capacity) }

    package var count: Int { strings.count }

    package subscript(number: Int) -> ArraySlice<UInt8> { strings[number] }

    /// The number of `string`, which is added if it is new.
    package mutating func insert(_ string: UnsafeBufferPointer<UInt8>) -> (number: Int, isNew: Bool) {
        let hash = Self.hash(string)
        let slot = slot(of: string, hash: hash)
        if slots[slot] != 0 { return (Self.number(in: slots[slot]), false) }
        precondition(count < Int(UInt32.max), "too many strings")
        strings.append(string)
        slots[slot] = UInt64(hash) << 32 | UInt64(count)
        if count * 4 > slots.count * 3 { grow() }
        return (count - 1, true)
    }

    /// The number of `string`, nil if it is not here.
    package func find(_ string: UnsafeBufferPointer<UInt8>) -> Int? {
        let value = slots[slot(of: string, hash: Self.hash(string))]
        return value == 0 ? nil : Self.number(in: value)
    }

    private static func emptySlots(for count: Int) -> [UInt64] {
        var size = 16
        while size * 3 < count * 4 { size *= 2 }
        return [UInt64](repeating: 0, count: size)
    }

    private static func number(in slot: UInt64) -> Int { Int(slot & 0xFFFF_FFFF) - 1 }

    private static func hash(_ string: UnsafeBufferPointer<UInt8>) -> UInt32 {
        UInt32(
            truncatingIfNeeded: ByteHash.of(
                string.baseAddress ?? UnsafePointer(bitPattern: 1)!, string.count))
    }

    /// Where `string` is or would be.
    private func slot(of string: UnsafeBufferPointer<UInt8>, hash: UInt32) -> Int {
        slots.withUnsafeBufferPointer { slots in
            let mask = slots.count &- 1
            var slot = Int(hash) & mask
            while slots[slot] != 0 {
                if UInt32(slots[slot] >> 32) == hash, holds(string, Self.number(in: slots[slot])) { break }
                slot = (slot &+ 1) & mask
            }
            return slot
        }
    }

    private func holds(_ string: UnsafeBufferPointer<UInt8>, _ number: Int) -> Bool {
        let range = strings.range(number)
        guard range.count == string.count, let start = string.baseAddress else {
            return string.isEmpty && range.isEmpty
        }
        return strings.bytes.withUnsafeBufferPointer { all in
            range.isEmpty || memcmp(all.baseAddress! + range.lowerBound, start, range.count) == 0
        }
    }

    private mutating func grow() {
        let old = slots
        slots = [UInt64](repeating: 0, count: old.count * 2)
        let mask = slots.count - 1
        for value in old where value != 0 {
            var slot = Int(value >> 32) & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = value
        }
    }
}
