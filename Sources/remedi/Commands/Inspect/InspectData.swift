import Foundation
import LanguageModels
import RemediCore

/// `inspect data`: a data set's samples and figures, and what was left out of it.
package struct InspectData: Command {
    package static let name = "data"
    package static let summary = "shows a data set's samples, its figures, and what was left out of it"

    package var given = GivenArguments<InspectData>()
    var dataset = DatasetName.counterfact
    var datasetFile: String?
    var split = SplitChoice.all
    var first = 3
    var ids: [String] = []
    var isDropped = false
    var isJSON = false

    package init() {}

    package static var options: [Option<InspectData>] {
        let group = "Data"
        return [
            Option("dataset", short: "d", \.dataset, .choice("NAME"), group: group, help: "the data set"),
            Option(
                "dataset-file", short: "f", \.datasetFile, .optional(.text("FILE")), group: group,
                help: "the data set's file; if not given, it is looked for in REMEDI_DATA_DIR, CM_DATA_DIR or"
                    + " data"),
            Option(
                "split", \.split, .choice(), group: group,
                help: "the samples that are shown and counted: samples 5,000 to 10,000, the first 5,000, or"
                    + " all"),
            Option(
                "first", short: "n", \.first, .integer(minimum: 0), group: group,
                help: "how many samples are shown"),
            Option("id", \.ids, .list(.text("ID")), group: group, help: "shows the samples with these ids"),
            Option(
                "dropped", \.isDropped, .flag, group: "Output",
                help: "shows all that was left out and why, and no samples"),
            Option("json", \.isJSON, .flag, group: "Output", help: "writes JSON"),
        ]
    }

    package func check() throws(UsageError) {
        guard given.contains("id") else { return }
        for other in ["split", "first"] where given.contains(other) { throw .conflict("id", other) }
        if isDropped { throw .conflict("id", "dropped") }
    }

    package func run(in surroundings: Surroundings) throws {
        let file = try dataset.locate(file: datasetFile, in: surroundings.workplace)
        let data = try Dataset.load(dataset, file: file)
        let width = surroundings.isTerminal ? max(40, surroundings.width()) : 80
        if !ids.isEmpty {
            let found = try matches(in: data, file: file)
            if isJSON { return try surroundings.write(.array(found.map { data.samples[$0].json })) }
            return try surroundings.write(
                found.map { text(of: $0, in: data, width: width) }.joined(separator: "\n"))
        }
        let chosen = split.split()
        let summary = DatasetSummary(of: data, split: chosen)
        let shown = isDropped ? 0..<0 : data.indices(of: chosen).prefix(first)
        if isJSON { return try surroundings.write(json(of: data, summary, shown: shown, file: file)) }
        var report = facts(of: data, summary, file: file)
        if isDropped {
            report += data.dropped.isEmpty ? "\nnothing was left out\n" : ""
            report += data.droppedText(all: true, width: width)
        } else {
            report += data.droppedText() + frequent(summary)
            for index in shown { report += "\n" + text(of: index, in: data, width: width) }
        }
        try surroundings.write(report)
    }

    /// The samples that have the ids, in the order in which they were named.
    private func matches(in data: Dataset, file: URL) throws -> [Int] {
        try ids.flatMap { id in
            let found = data.samples.indices.filter { ExactString(data.samples[$0].id) == ExactString(id) }
            if !found.isEmpty { return found }
            let reason = data.dropped.first { $0.ids.contains(id) }?.reason
            throw RemediError.malformedData(
                path: file.path,
                reason: reason.map { "'\(id)' was left out: \($0)" } ?? "there is no sample '\(id)'")
        }
    }
}

// MARK: - Output

extension InspectData {
    private func facts(of data: Dataset, _ summary: DatasetSummary, file: URL) -> String {
        var facts = Facts()
        facts.add("data set", dataset.rawValue)
        facts.add("file", file.path)
        facts.add("read", data.recordsText)
        facts.add("samples", "\(data.samples.count)")
        facts.add("left out", "\(data.droppedCount)")
        for part in summary.parts {
            guard let places = part.requested else { continue }
            facts.add(
                part.split.description,
                "\(part.count) (of places \(places.lowerBound) to \(places.upperBound))")
        }
        let scope = split == .all ? "" : " in the \(split.rawValue) split"
        facts.add("entities", "\(summary.entities.count) different\(scope)")
        facts.add("attributes", "\(summary.attributes.count) different\(scope)")
        facts.add("targets", "\(summary.targets.count) different\(scope)")
        if summary.relations.count > 0 {
            facts.add("relations", "\(summary.relations.count) different\(scope)")
        }
        if summary.repeatedIDs > 0 {
            facts.add("repeated ids", "\(summary.repeatedIDs)\(scope)")
        }
        let samples = data[split.split()]
        func tell(_ name: String, _ what: String, _ applies: (Sample) -> Bool) {
            let ids = samples.filter(applies).map { WrappedText.shown($0.id) }
            guard !ids.isEmpty else { return }
            let shown = ids.prefix(3).joined(separator: ", ") + (ids.count > 3 ? ", …" : "")
            facts.add(name, "\(ids.count), \(what): \(shown)")
        }
        tell("inside a word", "whose prompt has the entity only so") {
            Mentions.areInsideWords(of: $0.entity, in: $0.prompt)
        }
        tell("not in context", "whose attribute is not in the context") {
            Mentions.first(of: $0.attribute, in: $0.context) == nil
        }
        return facts.text
    }

    /// Tables of the most frequent targets and relations.
    private func frequent(_ summary: DatasetSummary) -> String {
        [("target", summary.targets), ("relation", summary.relations)].map { title, tally in
            guard tally.count > 0 else { return "" }
            var table = TextTable(columns: [.init(title), .init("samples", .right)])
            for (text, count) in tally.entries.prefix(5) { table.add([text, "\(count)"]) }
            if tally.count > 5 {
                let rest = tally.entries.dropFirst(5).reduce(0) { $0 + $1.count }
                table.add(["\(tally.count - 5) others", "\(rest)"])
            }
            return "\n" + table.text()
        }.joined()
    }

    private func text(of index: Int, in data: Dataset, width: Int) -> String {
        let sample = data.samples[index]
        var lines = ["sample \(WrappedText.shown(sample.id)) (place \(data.places[index]))"]
        let column = 14
        func add(_ name: String, _ text: String?) {
            guard let text else { return }
            let wrapped = WrappedText.lines(WrappedText.shown(text), indent: column, width: width)
            let label = "  " + name
            lines.append(label + wrapped[0].dropFirst(label.count))
            lines += wrapped.dropFirst()
        }
        add("entity", sample.entity)
        add("attribute", sample.attribute)
        add("context", sample.context)
        add("prompt", sample.prompt)
        add("target", sample.targetMediated)
        add("unmediated", sample.targetUnmediated)
        return lines.joined(separator: "\n") + "\n"
    }

    private func json(
        of data: Dataset, _ summary: DatasetSummary, shown: some Sequence<Int>, file: URL
    ) -> JSONValue {
        [
            "dataset": .string(dataset.rawValue), "file": .string(file.path),
            "sha256": .string(data.fileHash), "records": .integer(data.recordCount),
            "record_limit": data.recordLimit.map { .integer($0) } ?? nil,
            "samples": .integer(data.samples.count), "dropped": data.droppedJSON,
            "split": .string(split.rawValue), "statistics": .object(summary.json),
            "shown": .array(shown.map { data.samples[$0].json }),
        ]
    }
}

extension InspectData {
    package static let examples = [
        ExampleLine("shows the demonstration's facts", "remedi inspect data -f demo"),
        ExampleLine(
            "shows five pairs of Winoventi's form", "remedi inspect data -d winoventi -f demo --first 5"),
    ]
}
