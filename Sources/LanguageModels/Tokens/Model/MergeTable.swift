/// Which pairs of tokens merge into which, and in what order.
///
/// An open-addressing table over packed pairs of ids; immutable after its making.
final class MergeTable: @unchecked Sendable {
    /// A pair that does not merge; larger than every entry.
    static let none = UInt64.max

    /// Pairs `(left << 32 | right)` at even places, `(rank << 32 | merged id)` after them.
    private let entries: UnsafeMutablePointer<UInt64>
    private let shift: UInt64
    private let mask: Int

    /// `pairs` in order of rank; of a pair given twice the last counts.
    init(pairs: [(left: Int, right: Int, merged: Int)]) {
        var bits: UInt64 = 4
        while 1 << bits < 2 * pairs.count { bits += 1 }
        mask = 1 << Int(bits) - 1
        shift = 64 - bits
        entries = .allocate(capacity: 2 << Int(bits))
        entries.initialize(repeating: Self.none, count: 2 << Int(bits))
        for (rank, pair) in pairs.enumerated() {
            let key = UInt64(pair.left) << 32 | UInt64(pair.right)
            var slot = Int((key &* 0x9E37_79B9_7F4A_7C15) >> shift)
            while entries[2 * slot] != Self.none, entries[2 * slot] != key { slot = (slot + 1) & mask }
            entries[2 * slot] = key
            entries[2 * slot + 1] = UInt64(rank) << 32 | UInt64(pair.merged)
        }
    }

    deinit { entries.deallocate() }

    /// Rank and merged id of a pair, `rank << 32 | id`, or `none`.
    @inline(__always)
    func merge(_ left: UInt32, _ right: UInt32) -> UInt64 {
        let key = UInt64(left) << 32 | UInt64(right)
        var slot = Int((key &* 0x9E37_79B9_7F4A_7C15) >> shift)
        while true {
            let found = entries[2 * slot]
            if found == key { return entries[2 * slot + 1] }
            if found == Self.none { return Self.none }
            slot = (slot + 1) & mask
        }
    }
}
