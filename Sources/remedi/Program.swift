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
                try surroundings.write(
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
            say(error, path: path, in: surroundings)
            return ExitCode.of(error)
        }
    }

    private static func invocation(_ words: [String]) throws(UsageFailure) -> Invocation {
        try Invocation(
            words, tree: Commands.tree, summary: Commands.summary, examples: Commands.examples)
    }

    /// Says what is wrong with the command at `path`.  A closed standard error changes nothing.
    private static func say(_ error: any Error, path: [String], in surroundings: Surroundings) {
        // Whoever closed a pipe has seen enough.
        if case OutputError.closed = error { return }
        if let failure = error as? UsageFailure, failure.error == .commandMissing,
            case .help(let page)? = try? invocation(failure.path + ["--help"])
        {
            let columns = surroundings.isTerminal ? surroundings.width() : nil
            try? surroundings.tell(lines: page.text(terminal: columns))
            return
        }
        try? surroundings.tell(Complaint(of: error, path: path))
    }
}
