import Foundation
import RemediCore

/// From the words of a command line to an exit code.
package enum Program {
    /// Runs the command that `words` name.
    /// - Returns: the process's exit code.
    package static func run(_ words: [String], in surroundings: Surroundings) -> Int32 {
        run(CommandWords(words.map { Array($0.utf8) }), in: surroundings)
    }

    /// Runs the command that `words` name.
    /// - Returns: the process's exit code.
    package static func run(_ words: CommandWords, in surroundings: Surroundings) -> Int32 {
        var path: [String] = []
        do {
            switch try invocation(words.texts()) {
            case .help(let page): try surroundings.write(page.text(terminal: surroundings.columns()))
            case .version(let isVerbose):
                try surroundings.output.write(
                    isVerbose ? BuildFacts(in: surroundings.workplace).text : BuildFacts.version + "\n")
            case .run(let command, let commandPath):
                path = commandPath
                let start = surroundings.clock()
                try command.run(in: surroundings)
                ProgressDisplay(surroundings, verbosity: command.verbosity).report(
                    .detail("took \(ProgressLine.duration(surroundings.clock() - start))"))
            }
            return ExitCode.done
        } catch {
            try? surroundings.diagnostics.write(said(of: error, path: path, in: surroundings))
            return ExitCode.of(error)
        }
    }

    private static func invocation(_ words: [String]) throws(UsageFailure) -> Invocation {
        try Invocation(
            words, tree: Commands.tree, summary: Commands.summary, examples: Commands.examples)
    }

    /// What is said of an error in the command at `path`.
    private static func said(of error: any Error, path: [String], in surroundings: Surroundings) -> String {
        let columns = surroundings.isTerminal ? surroundings.width() : nil
        // Whoever closed a pipe has seen enough.
        if case OutputError.closed = error { return "" }
        if let failure = error as? UsageFailure, failure.error == .commandMissing,
            case .help(let page)? = try? invocation(failure.path + ["--help"])
        {
            return page.text(terminal: columns)
        }
        return Complaint(of: error, path: path).text(surroundings.emphasis, columns: columns)
    }
}
