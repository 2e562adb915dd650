import Foundation

/// A stream of random numbers keyed by (seed, purpose, sample): what one sample draws depends neither on
/// its batch nor on what was drawn before.  SplitMix64 over a FNV-1a key.
package struct RandomStream: Sendable, RandomNumberGenerator {
    /// SplitMix64's; loops in C go on from it.
    package var state: UInt64

    package init(seed: UInt64, purpose: String, sample: String = "") {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func absorb(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        for shift in stride(from: 0, to: 64, by: 8) {
            absorb(UInt8(truncatingIfNeeded: seed >> UInt64(shift)))
        }
        for byte in purpose.utf8 { absorb(byte) }
        absorb(0xFF)
        for byte in sample.utf8 { absorb(byte) }
        state = hash
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// Uniform in [0, 1) with 53 bits.
    package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Standard normal, by Box and Muller.
    package mutating func normal() -> Double {
        let u = 1 - uniform()
        let v = uniform()
        return (-2 * log(u)).squareRoot() * cos(2 * .pi * v)
    }
}
