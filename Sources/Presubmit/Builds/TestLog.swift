import Foundation

/// The output of a run of XCTest.
struct TestLog: Equatable {
    struct EndedTest: Equatable {
        /// `ClassTests/testMethod`.
        var name: String
        /// The output while it ran.
        var text: String
    }

    private(set) var passed: [String] = []
    private(set) var skipped: [EndedTest] = []
    /// The last of them may not have ended: the program broke down inside it.
    private(set) var failed: [EndedTest] = []
    /// Of each class.
    private(set) var seconds: [String: Double] = [:]

    var count: Int { passed.count + skipped.count + failed.count }

    init(_ output: String) {
        var current: EndedTest?
        for line in output.split(separator: "\n", omittingEmptySubsequences: false) {
            // A test may leave a line unfinished.
            let start = line.range(of: "Test Case '")?.lowerBound
            guard let start, let event = Self.event(line[start...]) else {
                current?.text += line + "\n"
                continue
            }
            if start > line.startIndex { current?.text += line[..<start] + "\n" }
            switch event.kind {
            case "started": current = EndedTest(name: event.name, text: "")
            case "passed": passed.append(event.name)
            case "skipped": skipped.append(EndedTest(name: event.name, text: current?.text ?? ""))
            default: failed.append(EndedTest(name: event.name, text: current?.text ?? ""))
            }
            if let time = event.seconds {
                current = nil
                seconds[event.name.split(separator: "/").first.map(String.init) ?? "", default: 0] += time
            }
        }
        if let current { failed.append(current) }
    }

    /// `Test Case 'ClassTests.testMethod' passed (0.3 seconds)`
    private static func event(
        _ line: Substring
    ) -> (name: String, kind: String, seconds: Double?)? {
        let parts = line.split(separator: "'", maxSplits: 2)
        guard parts.count == 3 else { return nil }
        let words = parts[2].split(separator: " ")
        guard let kind = words.first, ["started", "passed", "skipped", "failed"].contains(kind) else {
            return nil
        }
        let name = parts[1].split(separator: ".").joined(separator: "/")
        guard kind != "started" else { return (name, "started", nil) }
        guard words.count > 1, let seconds = Double(words[1].dropFirst()) else { return nil }
        return (name, String(kind), seconds)
    }

    /// A line for each test that was skipped, with its reason.
    var skipLines: [String] {
        skipped.map { skip in
            let mark = skip.text.range(of: "Test skipped - ")
            let reason = mark.map { skip.text[$0.upperBound...].prefix { $0 != "\n" } } ?? skip.text[...]
            return "\(skip.name): skipped: \(reason)"
        }
    }
}
