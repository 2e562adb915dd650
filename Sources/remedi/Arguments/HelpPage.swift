import LanguageModels
import RemediCore

/// Help pages, made from the same tables that the parser reads.
enum HelpPage {
    private static let column = 27

    /// The page of a group of commands, or of the whole program.
    static func group(path: [String], summary: String, members: [CommandNode]) -> String {
        let words = (["remedi"] + path).joined(separator: " ")
        var lines = ["Usage: \(words) COMMAND ...", ""]
        lines += WrappedText.lines(summary.capitalisedFirst + ".", indent: 0)
        lines += ["", "Commands:"]
        for member in members { lines += entry(member.name, member.summary) }
        lines += ["", "Options:"] + entry("-h, --help", "shows this page")
        if path.isEmpty { lines += entry("    --version", "shows the version") }
        lines += ["", "'\(words) COMMAND --help' says more of a command."]
        return lines.joined(separator: "\n") + "\n"
    }

    static func command<C: Command>(_ type: C.Type, path: [String]) -> String {
        let usage =
            ["remedi"] + path + C.positionals.map(\.usage) + (C.options.isEmpty ? [] : ["[OPTION...]"])
        var lines = WrappedText.lines("Usage: " + usage.joined(separator: " "), indent: 0) + [""]
        lines += WrappedText.lines(C.summary.capitalisedFirst + ".", indent: 0)
        for paragraph in C.discussion { lines += [""] + WrappedText.lines(paragraph, indent: 0) }
        if !C.positionals.isEmpty {
            lines += ["", "Arguments:"]
            for positional in C.positionals {
                lines += entry(positional.setting.name, positional.help + choices(positional.setting))
            }
        }
        let defaults = C()
        var groups: [String] = []
        for option in C.options where !groups.contains(option.group) { groups.append(option.group) }
        for group in groups {
            lines += ["", group + ":"]
            for option in C.options where option.group == group {
                lines += entry(label(of: option), text(of: option, defaults: defaults))
            }
        }
        lines += ["", "Help:"] + entry("-h, --help", "shows this page")
        return lines.joined(separator: "\n") + "\n"
    }

    /// `-b, --batch-size N`
    private static func label<Target>(of option: Option<Target>) -> String {
        var label = option.short.map { "-\($0), " } ?? "    "
        label += "--" + option.name
        if option.setting.arity != .none { label += " " + option.setting.placeholder }
        if option.setting.arity == .oneOrMore { label += "..." }
        return label
    }

    private static func text<Target>(of option: Option<Target>, defaults: Target) -> String {
        var text = option.help + choices(option.setting)
        guard option.setting.arity != .none else { return text }
        if let shown = shown(option.setting.json(of: defaults)) { text += " (default: \(shown))" }
        return text
    }

    /// The words that a value can be, unless the label already lists them.
    private static func choices<Target>(_ setting: Setting<Target>) -> String {
        guard case .choice(let names) = setting.expectation,
            setting.placeholder != names.joined(separator: "|")
        else { return "" }
        return ": " + names.joined(separator: ", ")
    }

    /// A default as one would write it on a command line; nil where there is none to show.
    private static func shown(_ value: JSONValue) -> String? {
        switch value {
        case .null, .bool, .object: nil
        case .integer(let number): String(number)
        case .number(let number): number == number.rounded() ? String(Int(number)) : "\(number)"
        case .string(let text): text.isEmpty ? nil : text
        case .array(let elements):
            elements.isEmpty ? nil : elements.compactMap(shown).joined(separator: " ")
        }
    }

    private static func entry(_ label: String, _ text: String) -> [String] {
        let lines = WrappedText.lines(text, indent: column)
        let start = "  " + label
        guard start.count < column else { return [start] + lines }
        let padding = String(repeating: " ", count: column - start.count)
        return [start + padding + lines[0].dropFirst(column)] + lines.dropFirst()
    }
}

extension String {
    fileprivate var capitalisedFirst: String { prefix(1).uppercased() + dropFirst() }
}
