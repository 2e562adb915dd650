import Foundation
import LanguageModels
import RemediCore

/// `inspect run`: what results say, as tables and as a page with plots.
package struct InspectRun: Command {
    package static let name = "run"
    package static let summary = "shows results: tables, a page with plots, two runs compared"
    package static let discussion = [
        "FOLDER is an experiment's results folder, one of its editors or baselines (RUN/linear/8, RUN/prefix),"
            + " or a folder of several runs; if not given, the results folder. Results of the reference are read"
            + " too. Intervals are 95 % bootstrap intervals over samples.",
        "--compare takes two such folders and pairs their samples by id and prompt; the last column is how"
            + " likely a difference of this size is by chance.",
    ]

    package var given = GivenArguments<InspectRun>()
    var folders: [String] = []
    var compared: [String] = []
    var format = TextTable.Format.plain
    var isJSON = false
    var page: String?
    var picture: String?
    var exampleCount = RunPage.defaultExamples

    package var verbosity = Verbosity.normal

    package init() {}

    package static var positionals: [Positional<InspectRun>] {
        [
            Positional(
                "FOLDER", \.folders, .list(.text("FOLDER")), isRequired: false,
                help: "a folder of results, or the name of one in the results folder")
        ]
    }

    package static var options: [Option<InspectRun>] {
        [
            Option(
                "compare", \.compared, .list(.text("FOLDER")), group: "Runs",
                help: "compares two runs on the samples that both have"),
            Option(
                "html", \.page, .optional(.text("FILE")), group: "Output",
                help: "writes a page with tables, plots and examples, which needs no other file"),
            Option(
                "svg", \.picture, .optional(.text("FILE")), group: "Output",
                help: "writes the main plots as a picture, light or dark as its reader's screen"),
            Option(
                "examples", \.exampleCount, .integer(minimum: 0), group: "Output",
                help: "how many examples of a kind the page shows"),
            Option("format", \.format, .choice(), group: "Output", help: "how tables are written"),
            Option("json", \.isJSON, .flag, group: "Output", help: "writes JSON instead of tables"),
        ] + Verbosity.options(in: \.verbosity)
    }

    package func check() throws(UsageError) {
        if isJSON, given.contains("format") { throw .conflict("json", "format") }
        guard given.contains("compare") else { return }
        guard compared.count == 2 else {
            throw .invalidOption(
                name: "compare",
                problem: InvalidValue(found: compared.joined(separator: " "), expectation: .pair))
        }
        if let word = folders.first { throw .unexpectedArgument(word: word) }
    }

    package func run(in surroundings: Surroundings) throws {
        let workplace = surroundings.workplace
        if !compared.isEmpty {
            let runs = try compared.map { try StoredRun(existing: Self.locate($0, in: workplace)) }
            warnOfNumbersThatAreNotFinite(in: runs, surroundings)
            let comparison = try RunComparison(runs[0], runs[1])
            try writeFiles(of: runs, comparison, in: surroundings)
            return try show(comparison, surroundings)
        }
        let places =
            folders.isEmpty ? [workplace.results] : try folders.map { try Self.locate($0, in: workplace) }
        let runs = try places.flatMap { try StoredRun.runs(in: $0) }
        warnOfNumbersThatAreNotFinite(in: runs, surroundings)
        try writeFiles(of: runs, nil, in: surroundings)
        if isJSON { return try surroundings.write(JSONValue.array(runs.map(\.json))) }
        if format == .csv { return try surroundings.write(RunTables.tidy(runs).text(.csv)) }
        try surroundings.write(
            runs.map { report($0, terminal: surroundings.columns()) }.joined(separator: "\n"))
    }

    private func warnOfNumbersThatAreNotFinite(in runs: [StoredRun], _ surroundings: Surroundings) {
        let progress = ProgressDisplay(surroundings, verbosity: verbosity)
        for run in runs {
            let spoiled = run.results.filter { $0.notFiniteCount > 0 }
            guard let worst = spoiled.map(\.notFiniteCount).max() else { continue }
            progress.report(
                .warning(
                    "\(run.name): the model's probabilities are not finite numbers in \(spoiled.count) results,"
                        + " for up to \(worst) samples, which count nowhere"))
        }
    }

    /// The page and the picture that are wanted; says where they are.
    private func writeFiles(
        of runs: [StoredRun], _ comparison: RunComparison?, in surroundings: Surroundings
    ) throws {
        func write(_ text: String, to name: String, _ kind: String) throws {
            let file = surroundings.workplace.resolve(name)
            try AtomicFile.write(text, to: file)
            ProgressDisplay(surroundings, verbosity: verbosity)
                .report(.message("\(kind) written to \(file.path)"))
        }
        if let page {
            let html = try RunPage(runs, comparison: comparison, examples: exampleCount).html()
            try write(html, to: page, "page")
        }
        if let picture {
            let drawn = comparison.map { RunPicture($0) } ?? RunPicture(runs)
            try write(drawn.svg, to: picture, "picture")
        }
    }

    /// A folder as written, else of this name in the results folder.
    ///
    /// - Throws: `PlaceError.pathNotFound`.
    private static func locate(_ path: String, in workplace: Workplace) throws -> URL {
        let written = workplace.resolve(path)
        let stored = workplace.results.appendingPathComponent(path).standardizedFileURL
        let manager = FileManager.default
        return !manager.fileExists(atPath: written.path) && manager.fileExists(atPath: stored.path)
            ? stored : try workplace.existing(path, orIn: [workplace.results])
    }

    private func report(_ run: StoredRun, terminal: Int?) -> String {
        let tables = RunTables(run).all.map { $0.text(format, terminal: terminal) }
        switch format {
        case .plain:
            var facts = Facts()
            for fact in run.facts.facts { facts.add(fact.name, fact.value) }
            return ([WrappedText.shown(run.folder.path) + "\n" + facts.text] + tables).joined(separator: "\n")
        case .markdown: return (["## \(WrappedText.shown(run.name))\n"] + tables).joined(separator: "\n")
        case .csv, .latex: return tables.joined(separator: "\n")
        }
    }

    private func show(_ comparison: RunComparison, _ surroundings: Surroundings) throws {
        if isJSON { return try surroundings.write(comparison.json) }
        let table = comparison.table(format: format)
        if format == .csv { return try surroundings.write(table.text(.csv)) }
        var lines = ["A: \(comparison.first.folder.path)", "B: \(comparison.second.folder.path)"]
        lines += comparison.differences.map {
            "They differ: \($0.name) is \($0.first) in A, \($0.second) in B."
        }
        // A line break would end a comment of LaTeX's.
        lines = lines.map(WrappedText.shown)
        let text: String
        switch format {
        case .plain:
            let tables = comparison.tables.map { $0.text(format, terminal: surroundings.columns()) }
            text = ([lines.map { $0 + "\n" }.joined()] + tables).joined(separator: "\n")
        case .markdown: text = lines.joined(separator: "  \n") + "\n\n" + table.text(format)
        case .csv, .latex: text = lines.map { "% \($0)\n" }.joined() + table.text(format)
        }
        try surroundings.write(text)
    }
}

extension InspectRun {
    package static let examples = [
        ExampleLine(
            "shows tables and writes a page of what 'remedi eval gen demo' found",
            "remedi inspect run demo_eval_gen_counterfact_demo --html report.html"),
        ExampleLine(
            "compares two conditions on the same samples",
            "remedi inspect run --compare demo_eval_gen_counterfact_demo/prefix \\\n"
                + "    demo_eval_gen_counterfact_demo/linear/3"),
    ]
}
