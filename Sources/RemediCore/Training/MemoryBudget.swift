import Foundation

/// How much memory may go to things that could be computed again.
enum MemoryBudget {
    /// A quarter of what the system can still give, in bytes.
    static func automatic() -> Int { availableBytes() / 4 }

    private static func availableBytes() -> Int {
        let total = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        guard let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8) else {
            return total / 2
        }
        return availableBytes(meminfo: text) ?? total / 2
    }

    /// The `MemAvailable` of Linux's `/proc/meminfo`.
    static func availableBytes(meminfo text: String) -> Int? {
        for line in text.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
            let words = line.split(separator: " ")
            guard words.count == 3, words[2] == "kB", let count = Int(words[1]) else { return nil }
            return count.multipliedReportingOverflow(by: 1024).partialValue
        }
        return nil
    }
}
