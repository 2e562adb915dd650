import Foundation
import LanguageModels
import RemediCore

/// `experiments status`: how far named experiments have come.
package struct ExperimentsStatus: Command {
    package static let name = "status"
    package static let summary = "shows how far named experiments have come"

    package var given = GivenArguments<ExperimentsStatus>()
    var experiments: [String] = []
    var model: String?
    var resultsFolder: String?
    var isJSON = false

    package var verbosity = Verbosity.normal

    package init() {}

    package static var positionals: [Positional<ExperimentsStatus>] {
        [
            Positional(
                "NAME", \.experiments,
                .list(.text("NAME").suggesting(.experiments(prefix: ""))), isRequired: false,
                help: "names of experiments; if not given, all of which something is there")
        ]
    }

    package static var options: [Option<ExperimentsStatus>] {
        [
            Option(
                "model", short: "m", \.model, .optional(.text("NAME")), group: "Experiment",
                help: "the model instead of the experiments'",
                comesFirst: true),
            .revision(\.model.modelRevision, group: "Experiment"),
            Option(
                "results-dir", \.resultsFolder, .optional(.text("DIR")), group: "Experiment",
                help: "the results folder; if not given, REMEDI_RESULTS_DIR, CM_RESULTS_DIR or results"),
            Option("json", \.isJSON, .flag, group: "Output", help: "writes JSON instead of a table"),
        ] + Verbosity.options(in: \.verbosity)
    }

    package func check() throws(UsageError) {
        if given.contains("revision"), model == nil { throw .needs(name: "revision", other: "model") }
    }

    package func run(in surroundings: Surroundings) throws {
        let workplace = surroundings.workplace
        let names = experiments.isEmpty ? Experiment.all(in: workplace).map(\.name) : experiments
        let root = resultsFolder.map(workplace.resolve) ?? workplace.results
        var rows: [(name: String, folder: ResultsFolder, status: ExperimentStatus)] = []
        for experiment in try members(of: names, in: workplace) {
            let folder = try ResultsFolder(experiment: experiment.resultsName(model: model), in: root)
            rows.append((experiment.name, folder, try status(of: experiment, in: folder, root, workplace)))
        }
        if experiments.isEmpty {
            rows = rows.filter { $0.status.state != .absent || !$0.status.jobs.isEmpty }
        }
        for row in rows where row.status.lacksJobs {
            ProgressDisplay(surroundings, verbosity: verbosity)
                .report(.warning(Messages.damagedJobs(in: row.folder.url)))
        }
        if isJSON {
            return try surroundings.write(
                .array(rows.map { Self.json($0.name, $0.folder.url.path, $0.status) }))
        }
        if rows.isEmpty {
            ProgressDisplay(surroundings, verbosity: verbosity)
                .report(.message("no named experiment has results in \(root.path)"))
            return
        }
        var table = TextTable(columns: [
            .init("experiment"), .init("state"), .init("done", .right), .init("begun", wraps: true),
            .init("missing", wraps: true), .init("jobs"), .init("folder", wraps: true),
        ])
        for row in rows {
            table.add([
                row.name, Self.words(row.status.state), "\(row.status.done.count)",
                row.status.begun.joined(separator: ", "), Self.some(row.status.missing),
                row.status.jobs.map(\.number).joined(separator: " "), row.folder.url.lastPathComponent,
            ])
        }
        try surroundings.write(table.withoutEmptyColumns)
    }

    private func status(
        of experiment: Experiment, in folder: ResultsFolder, _ root: URL, _ workplace: Workplace
    ) throws -> ExperimentStatus {
        try ExperimentStatus(
            folder: folder.url, expected: experiment.expected(model: model, results: root, in: workplace))
    }

    /// The first few of many names.
    private static func some(_ names: [String]) -> String {
        names.prefix(3).joined(separator: ", ") + (names.count > 3 ? " and \(names.count - 3) more" : "")
    }

    /// Groups give way to their experiments; each is named once.
    private func members(of names: [String], in workplace: Workplace) throws -> [Experiment] {
        var members: [Experiment] = []
        for member in try names.flatMap({ try Experiment.named($0, in: workplace).members(in: workplace) })
        where !members.contains(where: { $0.name == member.name }) {
            members.append(member)
        }
        return members
    }

    private static func words(_ state: ExperimentStatus.Progression) -> String {
        switch state {
        case .absent: "not begun"
        case .unfinished: "unfinished"
        case .running(let owner): "running (\(owner))"
        case .finished: "finished"
        }
    }

    private static func json(_ name: String, _ folder: String, _ status: ExperimentStatus) -> JSONValue {
        [
            "experiment": .string(name), "state": .string(words(status.state)), "folder": .string(folder),
            "done": .array(status.done.map(JSONValue.string)),
            "begun": .array(status.begun.map(JSONValue.string)),
            "missing": .array(status.missing.map(JSONValue.string)),
            "jobs": .array(status.jobs.map(\.json)),
        ]
    }
}

extension ExperimentsStatus {
    package static let examples = [
        ExampleLine("shows those of which something is there", "remedi experiments status"),
        ExampleLine("shows all of a group", "remedi experiments status demo"),
    ]
}
