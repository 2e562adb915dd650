/// A help page, made from the same tables that the parser reads.
package struct HelpPage: Sendable {
    private enum Subject: Sendable {
        case group(path: [String], summary: String, members: [CommandNode], examples: [ExampleLine])
        case command(CommandOutline)
    }

    private let subject: Subject

    /// The page of a group of commands, or of the whole program.
    init(group path: [String], summary: String, members: [CommandNode], examples: [ExampleLine]) {
        subject = .group(path: path, summary: summary, members: members, examples: examples)
    }

    init(_ command: CommandOutline) { subject = .command(command) }

    /// The columns of a page on paper; a wider terminal does not make it easier to read.
    private static let pageWidth = 80

    /// - Parameter terminal: the columns of the terminal that shows it; nil: it goes elsewhere.
    package func text(terminal: Int? = nil) -> String {
        let layout = Layout(width: min(terminal ?? Self.pageWidth, Self.pageWidth))
        let lines =
            switch subject {
            case .group(let path, let summary, let members, let examples):
                layout.group(path: path, summary: summary, members: members, examples: examples)
            case .command(let outline): layout.command(outline)
            }
        return lines.joined(separator: "\n") + "\n"
    }
}

/// A page in lines of a width.
private struct Layout {
    let width: Int

    /// Where the text about a label begins: beside it, or where that leaves no room, below it.
    private var column: Int { isNarrow ? 6 : 27 }
    private var isNarrow: Bool { width < 60 }

    func group(
        path: [String], summary: String, members: [CommandNode], examples: [ExampleLine]
    ) -> [String] {
        let words = (["remedi"] + path).joined(separator: " ")
        var lines = ["Usage: \(words) COMMAND ...", ""] + paragraph(summary.capitalisedFirst + ".")
        lines += ["", "Commands:"]
        for member in members { lines += entry(member.name, member.summary) }
        lines += ["", "Options:"] + entry("-h, --help", "shows this page")
        if path.isEmpty {
            lines += entry("-V, --version", "shows the version, with --verbose also how it was built")
        }
        lines += self.examples(examples)
        return lines + [""] + paragraph("'\(words) COMMAND --help' says more of a command.")
    }

    func command(_ outline: CommandOutline) -> [String] {
        let usage =
            ["remedi"] + outline.path + outline.usage + (outline.options.isEmpty ? [] : ["[OPTION...]"])
        var lines = paragraph("Usage: " + usage.joined(separator: " ")) + [""]
        lines += paragraph(outline.summary.capitalisedFirst + ".")
        for text in outline.discussion { lines += [""] + paragraph(text) }
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
        return lines + examples(outline.examples)
    }

    /// Command lines stay as they are, so that they can be pasted.
    private func examples(_ examples: [ExampleLine]) -> [String] {
        ["", "Examples:"] + examples.flatMap(\.shown).map { "  " + $0 }
    }

    private func paragraph(_ text: String) -> [String] { WrappedText.lines(text, indent: 0, width: width) }

    private func entry(_ label: String, _ text: String) -> [String] {
        let lines = WrappedText.lines(text, indent: column, width: width)
        let start = "  " + label
        guard !isNarrow, start.count < column else { return [start] + lines }
        let padding = String(repeating: " ", count: column - start.count)
        return [start + padding + lines[0].dropFirst(column)] + lines.dropFirst()
    }
}

extension String {
    var capitalisedFirst: String { prefix(1).uppercased() + dropFirst() }
}
