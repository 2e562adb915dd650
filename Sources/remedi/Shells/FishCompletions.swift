import LanguageModels
import RemediCore

/// Completions for fish.
struct FishCompletions {
    let program: CompletedProgram

    var script: String {
        let opening = [
            "# fish completion for remedi",
            "function __remedi_at",
            "    # Whether the words before the cursor begin with these, options apart.",
            "    set -l words (commandline -opc | string match -v -- '-*')[2..]",
            "    string match -q -- \"$argv *\" \"$words \"",
            "end",
            "function __remedi_group",
            "    # Whether they are exactly these.",
            "    set -l words (commandline -opc)[2..]",
            "    test \"$words\" = \"$argv\"",
            "end",
            "complete -c remedi -f",
        ]
        var lines = opening
        for group in program.groups {
            let condition = "__remedi_group \(group.path.joined(separator: " "))"
                .trimmingTrailingSpace.quotedForShell
            for member in group.members {
                lines.append(
                    "complete -c remedi -n \(condition) -a \(member.name) -d \(member.summary.quotedForFish)")
            }
        }
        for command in program.commands { lines += self.lines(command) }
        return lines.joined(separator: "\n") + "\n"
    }

    private func lines(_ command: CommandOutline) -> [String] {
        let start =
            "complete -c remedi -n " + "__remedi_at \(command.path.joined(separator: " "))".quotedForShell
        var lines = command.arguments.prefix(1).compactMap { argument in
            Self.offer(argument.suggestions).map { "\(start) \($0)" }
        }
        for option in command.options {
            var line = start + (option.short.map { " -s \($0)" } ?? "") + " -l \(option.name)"
            if option.arity != .none {
                line += option.suggestions == .files ? " -r" : " -x"
                line += Self.offer(option.suggestions).map { " " + $0 } ?? ""
            }
            lines.append(line + " -d \(option.text.quotedForFish)")
        }
        return lines + ["\(start) -s h -l help -d 'shows the help page'"]
    }

    private static func offer(_ suggestions: Suggestions) -> String? {
        switch suggestions {
        case .none: nil
        case .words(let words): "-a " + words.joined(separator: " ").quotedForFish
        case .files: "-F"
        case .experiments(let prefix): "-a " + "(\(CompletedProgram.listing(prefix: prefix)))".quotedForFish
        }
    }
}

extension String {
    /// The text as one word of fish, where a backslash protects a quote inside quotes.
    fileprivate var quotedForFish: String {
        "'" + replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }

    fileprivate var trimmingTrailingSpace: String { hasSuffix(" ") ? String(dropLast()) : self }
}
