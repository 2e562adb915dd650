/// NumPy's `default_rng(seed)`: PCG64 (O'Neill's PCG XSL RR 128/64) seeded through `SeedSequence`, as far as
/// `permutation` needs it.  Agrees with NumPy number by number, hence gives the reference's split.
struct NumPyGenerator: Sendable {
    private static let multiplier: UInt128 = 0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645
    private var state: UInt128
    private let increment: UInt128
    /// The upper half of a number of which only the lower was used.
    private var kept: UInt32?

    init(seed: UInt64) {
        let words = Self.seedSequence(seed)
        let start = UInt128(words[0]) << 64 | UInt128(words[1])
        increment = (UInt128(words[2]) << 64 | UInt128(words[3])) << 1 | 1
        state = (increment &+ start) &* Self.multiplier &+ increment
    }

    mutating func next() -> UInt64 {
        state = state &* Self.multiplier &+ increment
        let folded = UInt64(truncatingIfNeeded: state >> 64) ^ UInt64(truncatingIfNeeded: state)
        let turn = UInt64(truncatingIfNeeded: state >> 122)
        return folded >> turn | folded << ((64 - turn) & 63)
    }

    private mutating func next32() -> UInt32 {
        if let word = kept {
            kept = nil
            return word
        }
        let number = next()
        kept = UInt32(truncatingIfNeeded: number >> 32)
        return UInt32(truncatingIfNeeded: number)
    }

    /// Uniform in 0 … bound: low bits of words until one is small enough.
    private mutating func bounded(_ bound: UInt32) -> UInt32 {
        let mask = UInt32.max >> UInt32(bound.leadingZeroBitCount)
        while true {
            let value = next32() & mask
            if value <= bound { return value }
        }
    }

    /// `permutation(count)`: 0 ..< count, shuffled from the end.
    mutating func permutation(_ count: Int) -> [Int] {
        precondition(count < Int(UInt32.max))
        var order = Array(0..<count)
        for last in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(last, Int(bounded(UInt32(last))))
        }
        return order
    }

    /// Four 64-bit words of `SeedSequence(seed).generate_state(4, uint64)`.
    private static func seedSequence(_ seed: UInt64) -> [UInt64] {
        var entropy = [UInt32(truncatingIfNeeded: seed)]
        if seed >> 32 != 0 { entropy.append(UInt32(seed >> 32)) }
        var constant: UInt32 = 0x43b0_d7e5
        func hash(_ value: UInt32) -> UInt32 {
            var value = value ^ constant
            constant = constant &* 0x931e_8875
            value = value &* constant
            return value ^ (value >> 16)
        }
        func mix(_ x: UInt32, _ y: UInt32) -> UInt32 {
            let value = x &* 0xca01_f9dd &- y &* 0x4973_f715
            return value ^ (value >> 16)
        }
        var pool = (0..<4).map { hash($0 < entropy.count ? entropy[$0] : 0) }
        for source in 0..<4 {
            for target in 0..<4 where target != source {
                pool[target] = mix(pool[target], hash(pool[source]))
            }
        }
        constant = 0x8b51_f9dd
        let words = (0..<8).map { index in
            var value = pool[index % 4] ^ constant
            constant = constant &* 0x58f3_8ded
            value = value &* constant
            return value ^ (value >> 16)
        }
        return (0..<4).map { UInt64(words[2 * $0]) | UInt64(words[2 * $0 + 1]) << 32 }
    }
}
