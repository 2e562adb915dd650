import LanguageModels

/// One command: its options as a table, and what it does.
package protocol Command: Sendable {
    static var name: String { get }
    /// One line about its purpose.
    static var summary: String { get }
    /// Paragraphs of the help page.
    static var discussion: [String] { get }
    static var positionals: [Positional<Self>] { get }
    static var options: [Option<Self>] { get }
    /// At least one; where it needs what another command makes, its summary says so.
    static var examples: [ExampleLine] { get }

    init()
    /// The parsed command line.
    var given: GivenArguments<Self> { get set }
    /// How much it tells.
    var verbosity: Verbosity { get }
    /// Checks what single options cannot.
    func check() throws(UsageError)
    func run(in surroundings: Surroundings) throws
}

extension Command {
    /// Every option by the name that files of options have, in the order of the table.
    var recordedOptions: [(name: String, value: JSONValue)] {
        Self.options.map { ($0.destination ?? $0.setting.key, $0.setting.json(of: self)) }
    }

    package static var discussion: [String] { [] }
    package static var positionals: [Positional<Self>] { [] }
    package var verbosity: Verbosity { .normal }
    package func check() throws(UsageError) {}
}

/// A command, or a group of commands under a word.
package indirect enum CommandNode: Sendable {
    case command(any Command.Type)
    case group(name: String, summary: String, members: [CommandNode])

    package var name: String {
        switch self {
        case .command(let type): type.name
        case .group(let name, _, _): name
        }
    }

    package var summary: String {
        switch self {
        case .command(let type): type.summary
        case .group(_, let summary, _): summary
        }
    }

    /// The command's own, or of a group the first of its first commands.
    package var examples: [ExampleLine] {
        switch self {
        case .command(let type): type.examples
        case .group(_, _, let members): members.prefix(3).compactMap(\.examples.first)
        }
    }
}
