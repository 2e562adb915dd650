import Foundation
import LanguageModels
import RemediCore

/// Everything outside the program that a command touches.
package struct Surroundings: Sendable {
    package var workplace: Workplace
    /// Results, and nothing else.  Private, like `diagnostics`: whatever is written has passed the functions
    /// of this file, which let no control character of a file or an argument reach a terminal.
    private var output: any ByteSink
    /// Everything that is not a result.
    private let diagnostics: any ByteSink
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
    package var withoutOutput: Surroundings { writing(to: MemorySink()) }

    /// The same with results that go to no terminal but to `sink`.
    package func writing(to sink: any ByteSink) -> Surroundings {
        var result = self
        result.output = sink
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

// MARK: - Results

extension Surroundings {
    /// Writes lines as a terminal can show them.
    ///
    /// - Throws: `OutputError`.
    package func write(_ text: String) throws { try output.write(text.shownInLines) }

    /// Writes a text that is one line, such as a path.
    ///
    /// - Throws: `OutputError`.
    package func write(line: String) throws { try output.write(WrappedText.shown(line) + "\n") }

    /// Writes a table as wide as the terminal that shows it.
    ///
    /// - Throws: `OutputError`.
    package func write(_ table: TextTable, _ format: TextTable.Format = .plain) throws {
        try write(table.text(format, terminal: columns()))
    }

    /// Writes one line of JSON, control characters escaped.
    ///
    /// - Throws: `OutputError`.
    package func write(_ value: JSONValue) throws {
        try output.write(value.text().withControlsEscaped + "\n")
    }
}

// MARK: - Diagnostics

extension Surroundings {
    /// The beginning of a line of diagnostics.
    enum Mark {
        case none, warning
    }

    /// Says something in one line.
    ///
    /// - Throws: `OutputError`.
    func tell(_ text: String, _ mark: Mark = .none) throws {
        let start = mark == .warning ? emphasis.warning("warning:") + " " : ""
        try diagnostics.write(start + WrappedText.shown(text) + "\n")
    }

    /// Says something in lines of their own.
    ///
    /// - Throws: `OutputError`.
    func tell(lines: String) throws { try diagnostics.write(lines.shownInLines) }

    /// Says a text whose parts are shown already, with escape sequences of our own between them.
    ///
    /// - Throws: `OutputError`.
    func tell(styled text: String) throws { try diagnostics.write(text) }

    /// Puts `text` in place of the terminal's last line, which is still open.
    ///
    /// - Throws: `OutputError`.
    func redraw(_ text: String) throws { try diagnostics.write("\r\u{1B}[K" + WrappedText.shown(text)) }
}
