import RemediCore

/// What a command line asks for.
package enum Invocation: Sendable {
    case run(any Command, path: [String])
    case help(String)
    case version

    /// Finds the command that `words` name in `tree` and gives it its options.
    ///
    /// - Throws: `UsageFailure`.
    package init(_ words: [String], tree: [CommandNode], summary: String) throws(UsageFailure) {
        // `help train` is `train --help`.
        let words = words.first == "help" ? words.dropFirst() + ["--help"] : words
        var members = tree
        var path: [String] = []
        var summary = summary
        for (index, word) in words.enumerated() {
            if word == "-h" || word == "--help" {
                self = .help(HelpPage.group(path: path, summary: summary, members: members))
                return
            }
            if path.isEmpty, word == "--version" {
                self = .version
                return
            }
            guard let node = members.first(where: { $0.name == word }) else {
                throw UsageFailure(path: path, error: Self.unknown(word, among: members, atTop: path.isEmpty))
            }
            path.append(word)
            switch node {
            case .command(let type):
                self = try Self.parse(type, path: path, words: Array(words[(index + 1)...]))
                return
            case .group(_, let inner, let nested):
                members = nested
                summary = inner
            }
        }
        throw UsageFailure(path: path, error: .commandMissing)
    }

    private static func unknown(_ word: String, among members: [CommandNode], atTop: Bool) -> UsageError {
        guard word.hasPrefix("-") else {
            return .unknownCommand(
                word: word, nearest: Spelling.nearest(to: word, among: members.map(\.name)))
        }
        let known = atTop ? ["--help", "--version"] : ["--help"]
        return .unknownOption(option: word, nearest: Spelling.nearest(to: word, among: known))
    }

    private static func parse<C: Command>(
        _ type: C.Type, path: [String], words: [String]
    ) throws(UsageFailure) -> Invocation {
        let scanner = ArgumentScanner(options: C.options, positionals: C.positionals)
        do {
            guard let given = try scanner.scan(words) else {
                return .help(HelpPage.command(CommandOutline(type, path: path)))
            }
            var command = C()
            command.given = given
            try given.apply(to: &command)
            try command.check()
            return .run(command, path: path)
        } catch {
            throw UsageFailure(path: path, error: error)
        }
    }
}
