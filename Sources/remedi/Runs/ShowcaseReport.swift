import LanguageModels
import RemediCore

/// The report on a group of experiments that is to be looked at, in lines of a given width.
struct ShowcaseReport {
    let width: Int
    /// The columns of the terminal that shows it; nil: it goes elsewhere.
    let terminal: Int?
    let format: TextTable.Format

    /// A table of figures, what it is of, and what each figure means.
    func text(of member: Experiment, _ table: ConditionTable) -> String {
        var heading = Showcase.capitalized(member.summary) + "."
        if let layer = table.entityLayers.first, table.entityLayers.count == 1 {
            heading += " The entity's hidden state is read at layer \(layer)."
        }
        let isForPeople = format == .plain || format == .markdown
        if isForPeople { heading += " Means with 95 % intervals; ↑: higher is better." }
        let parts = [paragraph(heading), table.table(format: format).text(format, terminal: terminal)]
        let legend = isForPeople ? [definitions(table.legend.map { ($0.name, $0.meaning) })] : []
        return (parts + legend).joined(separator: "\n")
    }

    /// Texts before and after their edits, hits and misses marked.
    func text(of examples: [SingleEditResult], rule: String) -> String {
        let heading =
            "What the model says (first sentence) before and after it is told something: \(rule). ✓ it says what"
            + " it was told, ✗ it does not."
        let entries = examples.map { result in
            let example = result.example
            let mark = example.isHit.map { $0 ? "  ✓" : "  ✗" } ?? ""
            return definitions([
                ("told", example.told), ("before", example.prompt + example.before),
                ("after", example.prompt + example.after + mark),
            ])
        }
        return ([paragraph(heading)] + entries).joined(separator: "\n")
    }

    private func paragraph(_ text: String) -> String {
        WrappedText.lines(text, indent: 0, width: width).map { $0 + "\n" }.joined()
    }

    /// Names with what belongs to them beside them, in lines of their own.
    private func definitions(_ entries: [(name: String, text: String)]) -> String {
        let indent = (entries.map(\.name.count).max() ?? 0) + 2
        return entries.map { name, text in
            let lines = WrappedText.lines(WrappedText.shown(text), indent: indent, width: width)
            let first = name + String(repeating: " ", count: indent - name.count) + lines[0].dropFirst(indent)
            return ([first] + lines.dropFirst()).map { $0 + "\n" }.joined()
        }.joined()
    }
}

extension Surroundings {
    /// Columns for prose: the terminal's, but lines stay short enough to read.
    var proseWidth: Int { isTerminal ? min(max(width(), 40), 100) : 80 }
}
