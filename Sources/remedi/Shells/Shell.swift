/// Shells that words can be completed in.
package enum Shell: String, Sendable, CaseIterable {
    case bash, zsh, fish

    /// A script that makes the shell complete command lines of `remedi`.
    func completions(of tree: [CommandNode]) -> String {
        let program = CompletedProgram(tree)
        return switch self {
        case .bash: BashCompletions(program: program).script
        case .zsh: ZshCompletions(program: program).script
        case .fish: FishCompletions(program: program).script
        }
    }
}

/// The program as shells need to know it.
struct CompletedProgram {
    /// A word that calls a command or a group of commands.
    struct Word {
        let name: String
        let summary: String
    }

    let commands: [CommandOutline]
    /// The words that may follow a group's path, the program itself with the empty one.
    let groups: [(path: [String], members: [Word])]

    init(_ tree: [CommandNode]) {
        commands = tree.flatMap { $0.outlines() }
        groups = Self.groups(of: tree, path: [])
    }

    private static func groups(
        of members: [CommandNode], path: [String]
    ) -> [(path: [String], members: [Word])] {
        let own = (path, members.map { Word(name: $0.name, summary: $0.summary) })
        return [own]
            + members.flatMap { node -> [(path: [String], members: [Word])] in
                guard case .group(let name, _, let members) = node else { return [] }
                return groups(of: members, path: path + [name])
            }
    }

    /// The command that prints names of experiments, or what follows `prefix` in them, a line each.  A name
    /// that a shell could take for more than a word is not offered: bash expands what `compgen` is given.
    static func listing(prefix: String) -> String {
        let list = "remedi experiments list --names 2>/dev/null | grep -x '[A-Za-z0-9._-]*'"
        return prefix.isEmpty ? list : list + " | sed -n 's/^\(prefix)//p'"
    }
}
