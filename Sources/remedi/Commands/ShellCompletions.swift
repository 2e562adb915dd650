/// `completions`: a script for a shell.
package struct ShellCompletions: Command {
    package static let name = "completions"
    package static let summary = "prints a script that completes command lines in a shell"
    package static let discussion = [
        "bash: remedi completions bash > ~/.local/share/bash-completion/completions/remedi",
        "zsh: remedi completions zsh > a folder of $fpath, in a file named _remedi",
        "fish: remedi completions fish > ~/.config/fish/completions/remedi.fish",
    ]

    package var given = GivenArguments<ShellCompletions>()
    var shell = Shell.bash

    package init() {}

    package static var positionals: [Positional<ShellCompletions>] {
        [Positional("SHELL", \.shell, .choice("SHELL"), help: "the shell")]
    }
    package static var options: [Option<ShellCompletions>] { [] }

    package func run(in surroundings: Surroundings) throws {
        try surroundings.write(shell.completions(of: Commands.tree))
    }
}

extension ShellCompletions {
    package static let examples = [
        ExampleLine("completes in this shell", #"eval "$(remedi completions bash)""#)
    ]
}
