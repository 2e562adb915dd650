/// PyTorch's CPU random generator, as `torch.manual_seed` starts it: MT19937 (Matsumoto and Nishimura, 1998)
/// with the 32-bit initialisation.  Its single-precision uniform numbers agree with PyTorch's to the bit.
struct TorchGenerator: Sendable {
    private static let size = 624
    private static let middle = 397
    private var words: [UInt32]
    private var next: Int

    /// Only the seed's low 32 bits count, as in PyTorch.
    init(seed: UInt64) {
        words = [UInt32](repeating: 0, count: Self.size)
        words[0] = UInt32(truncatingIfNeeded: seed)
        for index in 1..<Self.size {
            let previous = words[index - 1]
            words[index] = 1_812_433_253 &* (previous ^ (previous >> 30)) &+ UInt32(index)
        }
        next = Self.size
    }

    mutating func nextWord() -> UInt32 {
        if next == Self.size { renew() }
        var word = words[next]
        next += 1
        word ^= word >> 11
        word ^= (word << 7) & 0x9d2c_5680
        word ^= (word << 15) & 0xefc6_0000
        return word ^ (word >> 18)
    }

    /// Uniform in [low, high), computed in single precision from 24 bits with a fused multiply-add, as
    /// PyTorch's vector kernels do.
    mutating func uniform(_ low: Float, _ high: Float) -> Float {
        low.addingProduct(Float(nextWord() & 0xff_ffff) * 0x1p-24, high - low)
    }

    /// Passes over `count` words.
    mutating func skip(_ count: Int) {
        var left = count
        while left > 0 {
            if next == Self.size { renew() }
            let step = min(left, Self.size - next)
            next += step
            left -= step
        }
    }

    private mutating func renew() {
        for index in 0..<Self.size {
            let joined =
                (words[index] & 0x8000_0000) | (words[(index + 1) % Self.size] & 0x7fff_ffff)
            var word = words[(index + Self.middle) % Self.size] ^ (joined >> 1)
            if joined & 1 == 1 { word ^= 0x9908_b0df }
            words[index] = word
        }
        next = 0
    }
}
