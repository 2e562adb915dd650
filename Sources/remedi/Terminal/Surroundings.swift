import Foundation
import RemediCore

/// Everything outside the program that a command touches.
package struct Surroundings: Sendable {
    package var workplace: Workplace
    /// Results, and nothing else.
    package var output: any ByteSink
    /// Everything that is not a result.
    package var diagnostics: any ByteSink
    /// Whether `diagnostics` is a terminal, and its columns.
    package var isTerminal: Bool
    package var width: @Sendable () -> Int
    /// The columns of the terminal that shows `output`; nil: it is no terminal.
    package var columns: @Sendable () -> Int?
    /// Seconds from some fixed moment on.
    package var clock: @Sendable () -> Double
    package var date: @Sendable () -> Date
    /// One for all commands that a command runs: whoever computes must learn of a signal.
    package let signals = SignalWatch()

    package init(
        workplace: Workplace, output: any ByteSink, diagnostics: any ByteSink, isTerminal: Bool = false,
        width: @escaping @Sendable () -> Int = { 80 }, columns: @escaping @Sendable () -> Int? = { nil },
        clock: @escaping @Sendable () -> Double,
        date: @escaping @Sendable () -> Date
    ) {
        self.workplace = workplace
        self.output = output
        self.diagnostics = diagnostics
        self.isTerminal = isTerminal
        self.width = width
        self.columns = columns
        self.clock = clock
        self.date = date
    }

    /// The same where nobody hears results.
    package var withoutOutput: Surroundings {
        var result = self
        result.output = MemorySink()
        result.columns = { nil }
        return result
    }

    /// The process's own.
    package static func ofProcess() -> Surroundings {
        let output = DescriptorSink(1)
        let diagnostics = DescriptorSink(2)
        let home = ["HOME": NSHomeDirectory()]
        return Surroundings(
            workplace: Workplace(
                environment: ProcessInfo.processInfo.environment.merging(home) { given, _ in given },
                workingFolder: URL(fileURLWithPath: FileManager.default.currentDirectoryPath),
                executable: URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()),
            output: output, diagnostics: diagnostics, isTerminal: diagnostics.isTerminal,
            width: { diagnostics.width },
            columns: { output.isTerminal ? output.width : nil }, clock: { seconds() }, date: { Date() })
    }

    private static func seconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
