import LanguageModels

/// The control task: how much a probe finds where there is nothing to find.
enum ControlTask {
    /// Truths in an order that the seed and the task decide (Fisher and Yates).
    static func shuffled(_ truths: [Bool], seed: UInt64, task: String) -> [Bool] {
        var stream = RandomStream(seed: seed, purpose: "control task", sample: task)
        var truths = truths
        for last in stride(from: truths.count - 1, to: 0, by: -1) {
            truths.swapAt(last, Int(stream.next().multipliedFullWidth(by: UInt64(last + 1)).high))
        }
        return truths
    }

    /// Truths as Python's `random.shuffle` leaves them after `random.seed(seed)` and as many shuffles of lists
    /// as long as this one as `earlier` says.
    static func shuffledByPython(_ truths: [Bool], seed: UInt64, earlier: Int) -> [Bool] {
        var random = PythonRandom(seed: seed)
        for _ in 0..<earlier {
            var other = truths
            random.shuffle(&other)
        }
        var truths = truths
        random.shuffle(&truths)
        return truths
    }
}

/// The order in which a control task hands out truths: one of its own for every probe, so that chance does not
/// favour or harm all layers alike.
struct TruthShuffle {
    let seed: UInt64
    /// Tells probes apart: `linear/8 28`.
    let probe: String
    /// How many probes drew before from the one stream of the reference's program; nil: streams are apart.
    var earlierProbes: Int?

    /// - Parameters:
    ///   - part: tells lists of truths of one result apart.
    ///   - number: which of the result's `parts` lists it is.
    func shuffled(_ truths: [Bool], part: String, number: Int = 0, of parts: Int = 1) -> [Bool] {
        guard let earlierProbes else {
            return ControlTask.shuffled(truths, seed: seed, task: "\(part) \(probe)")
        }
        return ControlTask.shuffledByPython(truths, seed: seed, earlier: earlierProbes * parts + number)
    }
}
