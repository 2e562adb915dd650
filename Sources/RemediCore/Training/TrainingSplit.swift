import LanguageModels

/// Which samples train and which validate, by index, in order.
struct TrainingSplit: Sendable, Equatable {
    let training: [Int]
    let validation: [Int]

    /// One seeded permutation of all places: its first ⌈holdOut · count⌉ validate, the rest train, in that
    /// order (Semantics.md §2.2).  Places without a sample are passed over.
    init(_ places: SamplePlaces, holdOut: Double, seed: UInt64) {
        var generator = NumPyGenerator(seed: seed)
        let order = generator.permutation(places.count)
        let held = min(Int((holdOut * Double(places.count)).rounded(.up)), places.count)
        var sampleAt = [Int?](repeating: nil, count: places.count)
        for (sample, place) in places.occupied.enumerated() { sampleAt[place] = sample }
        validation = order[..<held].compactMap { sampleAt[$0] }
        training = order[held...].compactMap { sampleAt[$0] }
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

/// Where samples stand in a list from which some may have been dropped before.  Splitting by places keeps
/// every other sample on its side.
package struct SamplePlaces: Sendable, Equatable {
    /// The place of every sample, ascending.
    package let occupied: [Int]
    package let count: Int

    package init(occupied: [Int], count: Int) {
        precondition(zip(occupied, occupied.dropFirst()).allSatisfy { $0 < $1 }, "places ascend")
        precondition(occupied.allSatisfy { (0..<count).contains($0) }, "places lie in the list")
        self.occupied = occupied
        self.count = count
    }

    /// Every place has its sample.
    package init(count: Int) { self.init(occupied: Array(0..<count), count: count) }

    /// The places of the first `samples` samples alone; the list ends where the next would stand.
    package func prefix(_ samples: Int) -> SamplePlaces {
        guard samples < occupied.count else { return self }
        return SamplePlaces(occupied: Array(occupied.prefix(samples)), count: occupied[samples])
    }
}

extension Dataset {
    /// The places of `self[split]` within the split.
    package func places(in split: Split) -> SamplePlaces {
        let range = range(of: split)
        return SamplePlaces(
            occupied: indices(of: split).map { places[$0] - range.lowerBound }, count: range.count)
    }
}
