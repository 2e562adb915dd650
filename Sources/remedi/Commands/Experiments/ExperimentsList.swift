import LanguageModels
import RemediCore

/// `experiments list`: the named experiments that can be found.
package struct ExperimentsList: Command {
    package static let name = "list"
    package static let summary = "lists the named experiments"
    package static let discussion = [
        "They are JSON files in the folder REMEDI_CONFIGS, in Configs of the working folder, in the"
            + " package's own Configs, or inside the program. The first place that has a name counts."
    ]

    package var given = GivenArguments<ExperimentsList>()
    var isJSON = false
    var namesOnly = false

    package init() {}

    package static var options: [Option<ExperimentsList>] {
        [
            Option("json", \.isJSON, .flag, group: "Output", help: "writes JSON"),
            Option("names", \.namesOnly, .flag, group: "Output", help: "writes the names alone, a line each"),
        ]
    }

    package func run(in surroundings: Surroundings) throws {
        let found = Experiment.all(in: surroundings.workplace)
        if found.isEmpty {
            throw ExperimentError.noExperiments(
                folders: surroundings.workplace.configurations.map(\.path))
        }
        if namesOnly {
            return try found.forEach { try surroundings.write(line: $0.name) }
        }
        let progress = ProgressDisplay(surroundings, verbosity: .normal)
        let experiments = found.compactMap { name, source in
            do {
                return try Experiment(source)
            } catch {
                // One bad file is no reason to tell nothing of the others.
                progress.report(.warning("\(name): \(Messages.sentence(for: error))"))
                return nil
            }
        }
        if isJSON {
            let list = experiments.map { experiment -> JSONValue in
                [
                    "name": .string(experiment.name), "summary": .string(experiment.summary),
                    "file": .string(experiment.source.path),
                ]
            }
            return try surroundings.write(JSONValue.array(list))
        }
        var report = TextTable(columns: [.init("name"), .init("summary", wraps: true)])
        for experiment in experiments { report.add([experiment.name, experiment.summary]) }
        try surroundings.write(report)
    }
}

extension ExperimentsList {
    package static let examples = [ExampleLine("lists them", "remedi experiments list")]
}
