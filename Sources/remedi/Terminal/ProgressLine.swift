import Foundation

/// One line that says how far a stage is.
package struct ProgressLine: Sendable, Equatable {
    package var stage: String
    package var done: Int
    package var total: Int
    /// The latest figure worth seeing.
    package var note: String?
    package var elapsed: Double
    /// Samples a second; nil where it is not known yet.
    package var speed: Double?
    package var isFinished: Bool
    /// Whether `done`, `total` and `speed` count bytes.
    package var countsBytes: Bool
    /// Whether `total` may never be reached.
    package var mayEndEarlier: Bool

    package init(
        stage: String, done: Int, total: Int, note: String?, elapsed: Double, speed: Double?,
        isFinished: Bool, countsBytes: Bool = false, mayEndEarlier: Bool = false
    ) {
        self.stage = stage
        self.done = done
        self.total = total
        self.note = note
        self.elapsed = elapsed
        self.speed = speed
        self.isFinished = isFinished
        self.countsBytes = countsBytes
        self.mayEndEarlier = mayEndEarlier
    }

    /// `epoch 2: 640/900, loss 3.21, 41.2/s, 6 s left`
    package var text: String { parts.joined(separator: ", ") }

    /// The same, without its last parts where the line is too narrow for them.
    package func text(columns: Int) -> String {
        var parts = parts
        while parts.count > 1, parts.joined(separator: ", ").count > columns { parts.removeLast() }
        return String(parts.joined(separator: ", ").prefix(max(0, columns)))
    }

    private var parts: [String] {
        let amount = total > 0 ? "\(count(done))/\(count(total))" : done > 0 ? count(done) : nil
        var parts = [amount.map { "\(stage): \($0)" } ?? stage]
        if let note, !note.isEmpty { parts.append(note) }
        if let speed { parts.append(countsBytes ? count(Int(speed)) + "/s" : Self.speed(speed)) }
        if isFinished {
            if elapsed > 0 { parts.append("took " + Self.duration(elapsed)) }
        } else if let speed, speed > 0, total > done {
            let left = Self.duration(Double(total - done) / speed)
            parts.append((mayEndEarlier ? "at most " : "") + left + " left")
        }
        return parts
    }

    private func count(_ number: Int) -> String { countsBytes ? ByteCount.text(number) : String(number) }

    private static func speed(_ perSecond: Double) -> String {
        if perSecond >= 100 { return "\(Int(perSecond.rounded()))/s" }
        return String(format: perSecond >= 1 ? "%.1f/s" : "%.2f/s", perSecond)
    }

    /// `0.4 s`, `42 s`, `3 min 20 s`, `2 h 05 min`
    package static func duration(_ seconds: Double) -> String {
        if seconds < 9.95 { return String(format: "%.1f s", seconds) }
        let whole = Int(seconds.rounded())
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 { return "\(whole / 60) min \(String(format: "%02d", whole % 60)) s" }
        return "\(whole / 3600) h \(String(format: "%02d", whole % 3600 / 60)) min"
    }
}
