import Foundation

/// Byte strings numbered from 0 in the order of their coming, and found by their bytes.
///
/// The strings lie end to end in one array; a table of open addressing holds number + 1.
package struct ByteStringTable: Sendable {
    private var strings = ByteStrings()
    private var slots: [UInt32]

    /// Room for `capacity` strings; more may come.
    package init(capacity: Int = 0) { slots = Self.emptySlots(for: capacity) }

    package var count: Int { strings.count }

    package subscript(number: Int) -> ArraySlice<UInt8> { strings[number] }

    private static func emptySlots(for count: Int) -> [UInt32] {
        var size = 16
        while size * 3 < count * 4 { size *= 2 }
        return [UInt32](repeating: 0, count: size)
    }

    /// The number of `string`, which is added if it is new.
    package mutating func insert(_ string: UnsafeBufferPointer<UInt8>) -> (number: Int, isNew: Bool) {
        let slot = slot(of: string)
        if slots[slot] != 0 { return (Int(slots[slot]) - 1, false) }
        precondition(count < Int(UInt32.max), "too many strings")
        strings.append(string)
        slots[slot] = UInt32(count)
        if count * 4 > slots.count * 3 { grow() }
        return (count - 1, true)
    }

    /// The number of `string`, nil if it is not here.
    package func find(_ string: UnsafeBufferPointer<UInt8>) -> Int? {
        let value = slots[slot(of: string)]
        return value == 0 ? nil : Int(value) - 1
    }

    /// Where `string` is or would be.
    private func slot(of string: UnsafeBufferPointer<UInt8>) -> Int {
        let start = string.baseAddress ?? UnsafePointer(bitPattern: 1)!
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: ByteHash.of(start, string.count)) & mask
        return strings.bytes.withUnsafeBufferPointer { all in
            while slots[slot] != 0 {
                let range = strings.range(Int(slots[slot]) - 1)
                if range.count == string.count,
                    string.isEmpty || memcmp(all.baseAddress! + range.lowerBound, start, range.count) == 0
                {
                    break
                }
                slot = (slot + 1) & mask
            }
            return slot
        }
    }

    private mutating func grow() {
        slots = Self.emptySlots(for: count * 2)
        let mask = slots.count - 1
        for number in 0..<count {
            let hash = strings.bytes.withUnsafeBufferPointer { all in
                let range = strings.range(number)
                return ByteHash.of(
                    (all.baseAddress ?? UnsafePointer(bitPattern: 1)!) + range.lowerBound, range.count)
            }
            var slot = Int(truncatingIfNeeded: hash) & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = UInt32(number + 1)
        }
    }
}
