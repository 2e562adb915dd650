/// PyTorch's CPU random generator, as `torch.manual_seed` starts it: MT19937 with the 32-bit initialisation.
/// Its single-precision uniform numbers agree with PyTorch's to the bit.
struct TorchGenerator: Sendable {
    private var twister: MersenneTwister

    /// Only the seed's low 32 bits count, as in PyTorch.
    init(seed: UInt64) { twister = MersenneTwister(word: UInt32(truncatingIfNeeded: seed)) }

    mutating func nextWord() -> UInt32 { twister.next() }

    /// Uniform in [low, high), computed in single precision from 24 bits with a fused multiply-add, as
    /// PyTorch's vector kernels do.
    mutating func uniform(_ low: Float, _ high: Float) -> Float {
        low.addingProduct(Float(nextWord() & 0xff_ffff) * 0x1p-24, high - low)
    }

    /// Passes over `count` words.
    mutating func skip(_ count: Int) { twister.skip(count) }
}
