import Foundation
import RemediCore

/// From the words of a command line to an exit code.
package enum Program {
    /// Runs the command that `words` name.
    /// - Returns: the process's exit code.
    package static func run(_ words: [String], in surroundings: Surroundings) -> Int32 {
        let emphasis = surroundings.emphasis
        var path: [String] = []
        do {
            switch try Invocation(words, tree: Commands.tree, summary: Commands.summary) {
            case .help(let page): try surroundings.output.write(page)
            case .version: try surroundings.output.write("remedi \(RemediVersion.current)\n")
            case .run(let command, let commandPath):
                path = commandPath
                try command.run(in: surroundings)
            }
            return ExitCode.done
        } catch let failure as UsageFailure {
            try? surroundings.diagnostics.write(Messages.usage(failure, emphasis))
            return ExitCode.wrongUsage
        } catch let error as UsageError {
            try? surroundings.diagnostics.write(
                Messages.usage(UsageFailure(path: path, error: error), emphasis))
            return ExitCode.wrongUsage
        } catch {
            if case OutputError.closed = error { return ExitCode.of(error) }
            try? surroundings.diagnostics.write(
                "\(emphasis.failure("remedi:")) \(Messages.sentence(for: error))\n")
            return ExitCode.of(error)
        }
    }
}
