import RemediCore

/// The last words of a command that failed: by whom, why, and where to read more.
struct Complaint {
    let speaker: String
    let sentence: String
    /// nil where the command line was right.
    let hint: String?

    /// - Parameter path: the command's; a `UsageFailure` brings its own.
    init(of error: any Error, path: [String]) {
        guard ExitCode.of(error) == ExitCode.wrongUsage else {
            speaker = "remedi"
            sentence = WrappedText.shown(Messages.sentence(for: error))
            hint = nil
            return
        }
        let failure = error as? UsageFailure
        speaker = (["remedi"] + (failure?.path ?? path)).joined(separator: " ")
        sentence = WrappedText.shown(Messages.sentence(for: failure?.error ?? error))
        hint = WrappedText.shown(Self.hint(for: failure?.error ?? error, command: speaker))
    }

    private static func hint(for error: any Error, command: String) -> String {
        switch error {
        case ExperimentError.unknownExperiment, UsageError.unknownExperiment:
            "'remedi experiments list' lists them."
        case PlaceError.modelNotFound: "'remedi model list' lists those that are here."
        case ExperimentError.unknownSetting(_, let experiment, _):
            "'remedi experiments show \(experiment)' lists them."
        default: "'\(command) --help' says what there is."
        }
    }

    /// - Parameter columns: where lines are broken between words; nil: nowhere.
    func text(_ emphasis: Emphasis, columns: Int?) -> String {
        let start = speaker + ":"
        func lines(_ text: String) -> [String] {
            columns.map { WrappedText.lines(text, indent: 0, width: $0) } ?? [text]
        }
        var first = lines("\(start) \(sentence)")
        if first[0].hasPrefix(start) {
            first[0] = emphasis.failure(start) + first[0].dropFirst(start.count)
        }
        return (first + (hint.map(lines) ?? [])).joined(separator: "\n") + "\n"
    }
}

extension Surroundings {
    /// Says why a command failed.
    ///
    /// - Throws: `OutputError`.
    func tell(_ complaint: Complaint) throws {
        try tell(styled: complaint.text(emphasis, columns: isTerminal ? width() : nil))
    }
}
