import RemediCore

/// The manual page `remedi(1)`, for groff's man macros, made from the same tables as the help pages.
struct ManualPage {
    let summary: String
    let tree: [CommandNode]

    var text: String {
        var lines = [
            ".TH REMEDI 1 \"\" \"remedi \(RemediVersion.current)\" \"User Commands\"", ".SH NAME",
            "remedi \\- edits what a language model believes of an entity", ".SH SYNOPSIS", ".B remedi",
            ".I COMMAND", "[\\fIARGUMENT\\fR...] [\\fIOPTION\\fR...]", ".SH DESCRIPTION",
            Self.escaped(summary + "."), ".PP",
            "Options may stand anywhere after the command; \\fB\\-\\-\\fR ends them. A long option may be",
            "shortened as long as it stays the only one, and takes its value as the next word or after an",
            "equals sign.", ".SH COMMANDS",
        ]
        for outline in tree.flatMap({ $0.outlines() }) { lines += section(outline) }
        lines += Self.list("EXIT STATUS", Self.statuses)
        lines += Self.list("ENVIRONMENT", Self.variables)
        return lines.joined(separator: "\n") + "\n"
    }

    private func section(_ command: CommandOutline) -> [String] {
        let words = (["remedi"] + command.path).joined(separator: " ")
        var lines = [".SS \"\(Self.escaped(words))\"", Self.escaped(command.summary.capitalisedFirst + ".")]
        if !command.usage.isEmpty {
            lines += [
                ".PP", "\\fB\(Self.escaped(words))\\fR " + Self.escaped(command.usage.joined(separator: " ")),
            ]
        }
        for paragraph in command.discussion { lines += [".PP", Self.escaped(paragraph)] }
        for argument in command.arguments {
            lines += [".TP", "\\fI\(Self.escaped(argument.name))\\fR", Self.escaped(argument.text)]
        }
        for option in command.options { lines += [".TP", label(option), Self.escaped(option.text)] }
        lines += [".PP", "Examples:", ".PP", ".EX"]
        lines += command.examples.flatMap(\.shown).map { Self.escaped("  " + $0) }
        return lines + [".EE"]
    }

    private func label(_ option: CommandOutline.Entry) -> String {
        let short = option.short.map { "\\fB\\-\($0)\\fR, " } ?? ""
        let value =
            option.arity == .none
            ? "" : " \\fI\(Self.escaped(option.placeholder))\\fR" + (option.arity == .oneOrMore ? "..." : "")
        return short + "\\fB\(Self.escaped("--" + option.name))\\fR" + value
    }

    private static let statuses: [(String, String)] = [
        ("0", "done"), ("1", "failed; the reason is on standard error"),
        ("2", "the command line is wrong"), ("130, 143", "stopped by SIGINT or SIGTERM, work saved"),
    ]

    private static let variables: [(String, String)] = [
        ("REMEDI_DATA_DIR, CM_DATA_DIR", "the folder with data sets; if not given, data"),
        ("REMEDI_MODELS_DIR, CM_MODELS_DIR", "the folder with models; if not given, models"),
        ("REMEDI_RESULTS_DIR, CM_RESULTS_DIR", "the folder for results; if not given, results"),
        ("REMEDI_CONFIGS", "a folder of named experiments, searched before Configs"),
        ("REMEDI_DATA_URL", "a folder on a server from which data sets are fetched instead"),
        ("REMEDI_CUDA_LIBRARY", "a folder that alone is searched for the CUDA libraries"),
        (
            "HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE",
            "as for the tools of Hugging Face: cache, hub, token, and whether nothing is to be fetched"
        ),
        ("XDG_CACHE_HOME, TMPDIR", "where the program keeps what it can make again"),
        ("NO_COLOR", "if it holds anything, nothing is colored; as with CLICOLOR=0 and TERM=dumb"),
    ]

    private static func list(_ title: String, _ entries: [(String, String)]) -> [String] {
        var lines = [".SH \(title)"]
        for (name, text) in entries { lines += [".TP", ".B " + escaped(name), escaped(text)] }
        return lines
    }

    /// Text as the macros print it: no line begins with a control character, and dashes stay dashes.
    private static func escaped(_ text: String) -> String {
        let plain = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
        return plain.hasPrefix(".") || plain.hasPrefix("'") ? "\\&" + plain : plain
    }
}
