import LanguageModels
import RemediCore

/// The request of a command line.
package enum Invocation: Sendable {
    case run(any Command, path: [String])
    case help(HelpPage)
    case version(verbose: Bool)

    /// Finds the command that `words` name in `tree` and gives it its options.
    ///
    /// - Parameter examples: what the page of the whole program shows.
    /// - Throws: `UsageFailure`.
    package init(
        _ words: [String], tree: [CommandNode], summary: String, examples: [ExampleLine] = []
    ) throws(UsageFailure) {
        if let version = try Self.version(words) {
            self = version
            return
        }
        // `help train` is `train --help`.
        let words = words.first == "help" ? words.dropFirst() + ["--help"] : words
        var page = GroupPage(path: [], summary: summary, members: tree, examples: examples)
        for (index, word) in words.enumerated() {
            if ["-h", "--help", "help"].contains(word) {
                // `inspect help edit` is `inspect edit --help`.
                let rest = word == "help" ? Array(words[(index + 1)...]) : []
                if rest.isEmpty {
                    self = .help(page.help)
                } else {
                    self = try Invocation(page.path + rest + ["--help"], tree: tree, summary: summary)
                }
                return
            }
            guard let node = page.members.first(where: { $0.name == word }) else {
                throw UsageFailure(path: page.path, error: Self.unknown(word, in: page))
            }
            switch node {
            case .command(let type):
                self = try Self.parse(type, path: page.path + [word], words: Array(words[(index + 1)...]))
                return
            case .group(_, let summary, let members):
                page = GroupPage(
                    path: page.path + [word], summary: summary, members: members, examples: node.examples)
            }
        }
        throw UsageFailure(path: page.path, error: .commandMissing)
    }

    /// `--version`, `-V` or `version`, with or without `--verbose`; nil: something else is asked for.
    private static func version(_ words: [String]) throws(UsageFailure) -> Invocation? {
        let names = ["--version", "-V", "version"]
        let verbose = ["--verbose", "-v"]
        guard let first = words.first,
            names.contains(first) || verbose.contains(first) && words.contains(where: names.contains)
        else { return nil }
        if let other = words.first(where: { !(names + verbose).contains($0) }) {
            throw UsageFailure(path: [], error: .unexpectedArgument(word: other))
        }
        return .version(verbose: words.contains(where: verbose.contains))
    }

    private static func unknown(_ word: String, in page: GroupPage) -> UsageError {
        let names = page.members.map(\.name)
        guard word.hasPrefix("-") else {
            let nearest =
                Spelling.nearest(to: word, among: names)
                ?? page.members.lazy.compactMap { $0.path(to: word) }.first
            return .unknownCommand(word: word, nearest: nearest, known: names)
        }
        let known = page.path.isEmpty ? ["--help", "--version"] : ["--help"]
        return .unknownOption(option: word, nearest: Spelling.nearest(to: word, among: known))
    }

    private static func parse<C: Command>(
        _ type: C.Type, path: [String], words: [String]
    ) throws(UsageFailure) -> Invocation {
        let scanner = ArgumentScanner(options: C.options, positionals: C.positionals)
        // `train help` is `train --help`, but `inspect tokens help` splits a word.
        let takesAnyText = C.positionals.first.map(\.takesAnyText) ?? false
        let words = words == ["help"] && !takesAnyText ? ["--help"] : words
        do {
            guard let given = try scanner.scan(words) else {
                return .help(HelpPage(CommandOutline(type, path: path)))
            }
            var command = C()
            command.given = given
            try given.checkRevisions()
            try given.apply(to: &command)
            try command.check()
            return .run(command, path: path)
        } catch {
            throw UsageFailure(path: path, error: error)
        }
    }
}

extension GivenArguments {
    /// Refuses a model with a revision of its own beside `--revision`, which names another.
    fileprivate func checkRevisions() throws(UsageError) {
        guard let revision = options.first(where: { $0.option.name == "revision" })?.words.first else {
            return
        }
        let models =
            options.filter { ["model", "models"].contains($0.option.name) }.map {
                ("--\($0.option.name)", $0.words)
            }
            + positionals.filter { ["NAME", "SOURCE"].contains($0.positional.setting.name) }
            .map { ($0.positional.setting.name, $0.words) }
        for (place, words) in models {
            for word in words {
                guard let own = ModelName(word).revision, own != revision else { continue }
                throw .otherRevision(model: "\(place) \(word)", revision: revision)
            }
        }
    }
}

/// A group of commands whose page may be shown.
private struct GroupPage {
    let path: [String]
    let summary: String
    let members: [CommandNode]
    let examples: [ExampleLine]

    var help: HelpPage {
        HelpPage(group: path, summary: summary, members: members, examples: examples)
    }
}

extension CommandNode {
    /// The words that call the command `name` somewhere below, as they would have to be written.
    fileprivate func path(to name: String) -> String? {
        guard case .group(let own, _, let members) = self else { return nil }
        for member in members {
            if member.name == name { return "\(own) \(name)" }
            if let path = member.path(to: name) { return "\(own) \(path)" }
        }
        return nil
    }
}

extension Positional {
    /// Whether every word means itself.
    fileprivate var takesAnyText: Bool { setting.expectation == .text && setting.suggestions == .none }
}
