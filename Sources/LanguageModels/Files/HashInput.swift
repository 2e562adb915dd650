import Foundation

/// The common part of hashes by blocks of 64 bytes (FIPS 180-4, section 5): gathering blocks and padding the
/// last one.
struct HashInput {
    /// The bytes of the block that is not full yet.
    private var pending: [UInt8] = []
    private var byteCount: UInt64 = 0

    init() { pending.reserveCapacity(64) }

    /// Hands whole blocks, one or many at a time, to `absorb` and keeps the rest.
    mutating func take(_ bytes: UnsafeRawBufferPointer, _ absorb: (UnsafeRawBufferPointer) -> Void) {
        byteCount += UInt64(bytes.count)
        var rest = bytes[...]
        if !pending.isEmpty {
            let taken = rest.prefix(64 - pending.count)
            pending.append(contentsOf: taken)
            rest = rest.dropFirst(taken.count)
            guard pending.count == 64 else { return }
            pending.withUnsafeBytes(absorb)
            pending.removeAll(keepingCapacity: true)
        }
        let whole = rest.count / 64 * 64
        if whole > 0 { absorb(UnsafeRawBufferPointer(rebasing: rest.prefix(whole))) }
        pending.append(contentsOf: rest.dropFirst(whole))
    }

    /// Hands over the last blocks: what is left, a bit, zeros and the length.
    mutating func finish(_ absorb: (UnsafeRawBufferPointer) -> Void) {
        var tail: [UInt8] = [0x80]
        let used = (pending.count + 1) % 64
        tail.append(contentsOf: repeatElement(0, count: used <= 56 ? 56 - used : 120 - used))
        let bits = byteCount * 8
        for shift in stride(from: 56, through: 0, by: -8) {
            tail.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift)))
        }
        tail.withUnsafeBytes { take($0, absorb) }
    }

    /// Words in hexadecimal, eight digits each.
    static func text(_ words: [UInt32]) -> String {
        words.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }
}
