/// `manual`: the manual page.
package struct ManualCommand: Command {
    package static let name = "manual"
    package static let summary = "prints the manual page"
    package static let discussion = [
        "It is written for man: remedi manual > ~/.local/share/man/man1/remedi.1 makes 'man remedi' work."
    ]

    package var given = GivenArguments<ManualCommand>()

    package init() {}

    package static var options: [Option<ManualCommand>] { [] }

    package func run(in surroundings: Surroundings) throws {
        try surroundings.write(ManualPage(summary: Commands.summary, tree: Commands.tree).text)
    }
}

extension ManualCommand {
    package static let examples = [
        ExampleLine("reads the manual", "remedi manual > remedi.1 && man ./remedi.1")
    ]
}
