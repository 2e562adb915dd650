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
}
