/// Help pages, made from the same tables that the parser reads.
enum HelpPage {
    private static let column = 27

    /// The page of a group of commands, or of the whole program.
    static func group(
        path: [String], summary: String, members: [CommandNode], examples: [Example]
    ) -> String {
        let words = (["remedi"] + path).joined(separator: " ")
        var lines = ["Usage: \(words) COMMAND ...", ""]
        lines += WrappedText.lines(summary.capitalisedFirst + ".", indent: 0)
        lines += ["", "Commands:"]
        for member in members { lines += entry(member.name, member.summary) }
        lines += ["", "Options:"] + entry("-h, --help", "shows this page")
        if path.isEmpty {
            lines += entry("    --version", "shows the version; with --verbose also what was built")
        }
        lines += self.examples(examples) + ["", "'\(words) COMMAND --help' says more of a command."]
        return lines.joined(separator: "\n") + "\n"
    }

    static func command(_ outline: CommandOutline) -> String {
        let usage =
            ["remedi"] + outline.path + outline.usage + (outline.options.isEmpty ? [] : ["[OPTION...]"])
        var lines = WrappedText.lines("Usage: " + usage.joined(separator: " "), indent: 0) + [""]
        lines += WrappedText.lines(outline.summary.capitalisedFirst + ".", indent: 0)
        for paragraph in outline.discussion { lines += [""] + WrappedText.lines(paragraph, indent: 0) }
        if !outline.arguments.isEmpty {
            lines += ["", "Arguments:"]
            for argument in outline.arguments { lines += entry(argument.name, argument.text) }
        }
        for group in outline.groups {
            lines += ["", group + ":"]
            for option in outline.options where option.group == group {
                lines += entry(option.label, option.text)
            }
        }
        lines += ["", "Help:"] + entry("-h, --help", "shows this page")
        lines += examples(outline.examples)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func examples(_ examples: [Example]) -> [String] {
        ["", "Examples:"] + examples.flatMap(\.shown).map { "  " + $0 }
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
    var capitalisedFirst: String { prefix(1).uppercased() + dropFirst() }
}
