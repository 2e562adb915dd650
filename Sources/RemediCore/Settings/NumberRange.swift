/// How large numbers of options and configurations may be: far beyond any use, and small enough that sums and
/// products of them and of a model's sizes do not overflow.
package enum NumberRange {
    /// Of samples, epochs and everything else that has no range of its own.
    package static let largest = 1_000_000_000
    /// Samples that are computed at once.
    package static let largestBatch = 65_536
    /// Tokens of a text.
    package static let mostTokens = 1_000_000
    /// Samples that memory is planned for.
    package static let mostPlannedSamples = 1_000_000
    /// Threads, far beyond the cores of a machine.
    package static let mostThreads = 1_024
    /// Dimensions of a low-rank editor; the model's hidden size is another limit.
    package static let largestRank = 65_536
    /// A pebibyte.
    package static let mostBytes = 1 << 50
    /// Factors and weights, which float32 must hold with room for products.
    package static let largestFactor = 1e9
    /// The least of a number that must be positive, in float32 too.
    package static let leastPositive = 1e-30
    package static let largestLearningRate = 1_000.0
    package static let largestDevice = 1_023
}
