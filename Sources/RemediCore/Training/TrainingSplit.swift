import LanguageModels

/// Which samples train and which validate, by index, in order.
struct TrainingSplit: Sendable, Equatable {
    let training: [Int]
    let validation: [Int]

    /// One seeded permutation of `count` samples: its first ⌈holdOut · count⌉ validate, the rest train, in
    /// that order (SEMANTICS-DETAILS 5).
    init(count: Int, holdOut: Double, seed: UInt64) {
        var generator = NumPyGenerator(seed: seed)
        let order = generator.permutation(count)
        let held = min(Int((holdOut * Double(count)).rounded(.up)), count)
        validation = Array(order[..<held])
        training = Array(order[held...])
    }

    /// The order in which `count` training samples come in `epoch`: the same every time, or shuffled anew.
    static func order(count: Int, epoch: Int, shuffle: Bool, seed: UInt64) -> [Int] {
        var order = Array(0..<count)
        guard shuffle else { return order }
        var stream = RandomStream(seed: seed, purpose: "shuffle", sample: String(epoch))
        for last in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(last, Int(stream.uniform() * Double(last + 1)))
        }
        return order
    }

    /// Indices `order` in batches of `size`; the last may be shorter.
    static func batches(_ order: [Int], size: Int) -> [[Int]] {
        stride(from: 0, to: order.count, by: size).map { Array(order[$0..<min($0 + size, order.count)]) }
    }
}
