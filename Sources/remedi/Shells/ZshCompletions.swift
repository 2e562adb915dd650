import LanguageModels
import RemediCore

/// Completions for zsh.
struct ZshCompletions {
    let program: CompletedProgram

    var script: String {
        var lines = ["#compdef remedi", ""]
        for group in program.groups.reversed() { lines += function(group.path, members: group.members) }
        for command in program.commands { lines += function(command) }
        return (lines + ["_remedi \"$@\"", ""]).joined(separator: "\n")
    }

    private static func name(_ path: [String]) -> String { (["_remedi"] + path).joined(separator: "_") }

    private func function(_ path: [String], members: [CompletedProgram.Word]) -> [String] {
        let entries = members.map { "        " + "\($0.name):\($0.summary)".quotedForShell }
        let cases = members.map { "            \($0.name)) \(Self.name(path + [$0.name])) ;;" }
        return ["\(Self.name(path))() {", "    local state", "    local -a members=("] + entries + [
            "    )",
            "    _arguments -C '(-h --help)'{-h,--help}'[shows this page]' '1: :->member' '*:: :->rest'",
            "    case $state in", "        member) _describe command members ;;", "        rest)",
            "            case $words[1] in",
        ] + cases + ["            esac ;;", "    esac", "}", ""]
    }

    private func function(_ command: CommandOutline) -> [String] {
        var specifications = command.options.map(Self.specification)
        specifications.append("'(-h --help)'{-h,--help}'[shows this page]'")
        for (index, argument) in command.arguments.enumerated() {
            let place = argument.arity == .oneOrMore ? "*" : "\(index + 1)"
            let message = Self.escaped(argument.name.lowercased())
            specifications.append("\(place):\(message):\(Self.action(argument.suggestions))".quotedForShell)
        }
        return ["\(Self.name(command.path))() {", "    _arguments -s \\"]
            + specifications.enumerated().map { index, text in
                "        " + text + (index + 1 < specifications.count ? " \\" : "")
            } + ["}", ""]
    }

    /// `'(-b --batch-size)'{-b,--batch-size=}'[samples of a step]:n: '`
    private static func specification(_ option: CommandOutline.Entry) -> String {
        let takesValue = option.arity != .none
        let long = "--\(option.name)" + (takesValue ? "=" : "")
        let value =
            takesValue
            ? ":\(escaped(option.placeholder.lowercased())):\(action(option.suggestions))" : ""
        let text = "[\(escaped(option.text))]\(value)".quotedForShell
        guard let short = option.short else { return long + text }
        return "'(-\(short) --\(option.name))'{-\(short)\(takesValue ? "+" : ""),\(long)}\(text)"
    }

    private static func action(_ suggestions: Suggestions) -> String {
        switch suggestions {
        case .none: " "
        case .words(let words): "(\(words.joined(separator: " ")))"
        case .files: "_files"
        case .experiments(let prefix):
            "{compadd -- ${(f)\"$(\(CompletedProgram.listing(prefix: prefix)))\"}}"
        }
    }

    /// Colons and brackets end parts of a specification.
    private static func escaped(_ text: String) -> String {
        text.replacing(":", with: "\\:").replacing("[", with: "\\[").replacing("]", with: "\\]")
    }
}
