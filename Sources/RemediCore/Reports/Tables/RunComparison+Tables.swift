import LanguageModels

extension RunComparison {
    /// One row for each metric.
    package func table(format: TextTable.Format = .plain) -> TextTable {
        let isExact = format == .csv
        let numbers =
            isExact
            ? [
                "samples", "only_first", "only_second", "first", "second", "difference", "lower", "upper",
                "p",
            ]
            : ["samples", "only A", "only B", "A", "B", "B − A", "p"]
        let names =
            isExact
            ? ["benchmark", "setting", "first_condition", "second_condition", "metric"]
            : ["benchmark", "condition", "metric"]
        var table = TextTable(columns: names.map { .init($0) } + numbers.map { .init($0, .right) })
        for entry in entries { table.add(isExact ? Self.exactCells(entry) : Self.cells(entry)) }
        return table
    }

    /// Tables that fit a page, one for each benchmark, pair of conditions and number of samples.
    package var tables: [TitledTable] {
        var tables: [TitledTable] = []
        for entry in entries where !isRepeated(entry) {
            let title = Self.title(of: entry)
            if tables.last?.title != title {
                var table = TextTable(
                    columns: [.init("metric")] + ["A", "B", "B − A", "p"].map { .init($0, .right) })
                table.keyColumns = 1
                tables.append(TitledTable(title: title, table: table))
            }
            let cells = Self.cells(entry)
            tables[tables.count - 1].table.add([entry.metric] + cells.suffix(4))
        }
        return tables
    }

    /// The reference's misspelling may stand beside the right name.
    private func isRepeated(_ entry: Entry) -> Bool {
        guard case .misspelling(let right) = Measures.form(of: entry.metric, in: entry.first.benchmark).role
        else { return false }
        return entries.contains { $0.first == entry.first && $0.metric == right }
    }

    /// `efficacy, prefix : linear 1, 5 samples, 2 only in A`
    private static func title(of entry: Entry) -> String {
        var parts = Array(cells(entry).prefix(2))
        parts.append("\(entry.count) samples")
        if entry.onlyFirst > 0 { parts.append("\(entry.onlyFirst) only in A") }
        if entry.onlySecond > 0 { parts.append("\(entry.onlySecond) only in B") }
        return parts.joined(separator: ", ")
    }

    private static func exactCells(_ entry: Entry) -> [String] {
        [
            entry.first.benchmark, entry.first.setting ?? "", entry.first.fullLabel, entry.second.fullLabel,
            entry.metric, "\(entry.count)", "\(entry.onlyFirst)", "\(entry.onlySecond)",
        ]
            + [
                entry.firstValue, entry.secondValue, entry.difference, entry.interval.lower,
                entry.interval.upper, entry.pValue,
            ].map(RunTables.exact)
    }

    private static func cells(_ entry: Entry) -> [String] {
        let (a, b) = (entry.first.fullLabel, entry.second.fullLabel)
        let difference = StoredMetric(
            entry.metric, Metric(value: entry.difference, interval: entry.interval))
        return [
            entry.first.benchmark + (entry.first.setting.map { ", \($0)" } ?? ""), a == b ? a : "\(a) : \(b)",
            entry.metric, "\(entry.count)", "\(entry.onlyFirst)", "\(entry.onlySecond)",
            RunTables.text(entry.firstValue), RunTables.text(entry.secondValue), RunTables.cell(difference),
            text(ofProbability: entry.pValue),
        ]
    }

    private static func text(ofProbability value: Double) -> String {
        value < 0.001 ? "<0.001" : String(format: "%.3f", value)
    }

    package var json: JSONValue {
        [
            "first": .string(first.folder.path), "second": .string(second.folder.path),
            "differences": .array(
                differences.map {
                    ["name": .string($0.name), "first": .string($0.first), "second": .string($0.second)]
                }),
            "comparisons": .array(entries.map(\.json)),
        ]
    }
}

extension RunComparison.Entry {
    fileprivate var json: JSONValue {
        [
            "first": .object(first.json), "second": .object(second.json), "metric": .string(metric),
            "samples": .integer(count), "only_first": .integer(onlyFirst),
            "only_second": .integer(onlySecond),
            "first_value": .number(firstValue), "second_value": .number(secondValue),
            "difference": .number(difference),
            "interval": [.number(interval.lower), .number(interval.upper)], "p": .number(pValue),
        ]
    }
}
