import LanguageModels
import RemediCore

/// The tables' content for one command, whatever its type: help pages, the manual and completions are made of
/// it.
struct CommandOutline {
    /// One option, or one argument that is known by its place.
    struct Entry {
        /// `batch-size`; for an argument what stands for it, such as `PROMPT`.
        let name: String
        let short: Character?
        let arity: ValueArity
        let placeholder: String
        let suggestions: Suggestions
        let group: String
        /// With choices and default.
        let text: String

        /// `-b, --batch-size N`
        var label: String {
            var label = short.map { "-\($0), " } ?? "    "
            label += "--" + name
            if arity != .none { label += " " + placeholder }
            if arity == .oneOrMore { label += "..." }
            return label
        }
    }

    /// The words that call it, `remedi` apart.
    let path: [String]
    let summary: String
    let discussion: [String]
    /// Arguments as a usage line has them.
    let usage: [String]
    let arguments: [Entry]
    let options: [Entry]
    let examples: [ExampleLine]

    init<C: Command>(_ type: C.Type, path: [String]) {
        self.path = path
        summary = C.summary
        discussion = C.discussion
        usage = C.positionals.map(\.usage)
        examples = C.examples
        arguments = C.positionals.map { positional in
            Entry(
                name: positional.setting.name, short: nil, arity: positional.setting.arity,
                placeholder: positional.setting.placeholder, suggestions: positional.setting.suggestions,
                group: "Arguments", text: positional.help + Self.choices(positional.setting))
        }
        let defaults = C()
        options = C.options.map { option in
            Entry(
                name: option.name, short: option.short, arity: option.setting.arity,
                placeholder: option.setting.placeholder, suggestions: option.setting.suggestions,
                group: option.group, text: Self.text(of: option, defaults: defaults))
        }
    }

    /// The groups of options, in the order of their first member.
    var groups: [String] {
        var groups: [String] = []
        for option in options where !groups.contains(option.group) { groups.append(option.group) }
        return groups
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
}

extension CommandNode {
    /// All commands below, in the tree's order.
    func outlines(path: [String] = []) -> [CommandOutline] {
        switch self {
        case .command(let type): [Self.outline(type, path: path + [name])]
        case .group(_, _, let members): members.flatMap { $0.outlines(path: path + [name]) }
        }
    }

    private static func outline<C: Command>(_ type: C.Type, path: [String]) -> CommandOutline {
        CommandOutline(type, path: path)
    }
}
