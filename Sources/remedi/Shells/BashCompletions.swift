import LanguageModels
import RemediCore

/// Completions for bash.
struct BashCompletions {
    let program: CompletedProgram

    var script: String {
        let groups = program.groups.map { group in
            "        \(Self.pattern(group.path)))"
                + " words=\((group.members.map(\.name) + ["--help"]).joined(separator: " ").quotedForShell) ;;"
        }
        return
            (["# bash completion for remedi", "_remedi() {"] + Self.opening + groups
            + program.commands.flatMap(lines)
            + [
                "    esac",
                #"    COMPREPLY=($(compgen -W "$words" -- "$word"))"#,
                "}", "complete -o default -F _remedi remedi", "",
            ]).joined(separator: "\n")
    }

    /// Finds the command's path among the words, the option in whose values the cursor is, and how many values
    /// stand before it.
    private static let opening = [
        #"    local word="${COMP_WORDS[COMP_CWORD]}" path= option= words= index"#,
        "    for ((index = 1; index < COMP_CWORD; index++)); do",
        #"        case "${COMP_WORDS[index]}" in"#,
        #"            -*) option="${COMP_WORDS[index]}" ;;"#,
        #"            *) [ -n "$option" ] || path+=" ${COMP_WORDS[index]}" ;;"#,
        "        esac",
        "    done",
        #"    [[ "$word" != -* ]] || option="#,
        #"    case "$path $option" in"#,
    ]

    /// A pattern for the words before the cursor: those of `path` and no option.
    private static func pattern(_ path: [String]) -> String {
        "'" + path.map { " " + $0 }.joined() + " '"
    }

    private func lines(_ command: CommandOutline) -> [String] {
        let path = command.path.map { " " + $0 }.joined()
        var lines: [String] = []
        for option in command.options where option.arity != .none {
            let spellings = ["--" + option.name] + (option.short.map { ["-\($0)"] } ?? [])
            let patterns = spellings.map { "'\(path)'*' \($0)'" }.joined(separator: "|")
            lines.append("        \(patterns))\n" + Self.offer(option.suggestions, indent: 12) + " ;;")
        }
        let names = command.options.map { "--" + $0.name } + ["--help"]
        let argument = command.arguments.first?.suggestions ?? .none
        lines.append(
            "        '\(path)'*)\n            if [[ \"$word\" == -* ]]; then words="
                + names.joined(separator: " ").quotedForShell + "\n            else\n"
                + Self.offer(argument, indent: 16) + "\n            fi ;;")
        return lines
    }

    private static func offer(_ suggestions: Suggestions, indent: Int) -> String {
        let margin = String(repeating: " ", count: indent)
        return switch suggestions {
        case .none: margin + "return"
        case .words(let words): margin + "words=" + words.joined(separator: " ").quotedForShell
        case .files: margin + #"COMPREPLY=($(compgen -f -- "$word")); return"#
        case .experiments(let prefix): margin + "words=\"$(\(CompletedProgram.listing(prefix: prefix)))\""
        }
    }
}
