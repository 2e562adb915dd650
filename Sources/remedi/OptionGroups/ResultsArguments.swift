import Foundation
import LanguageModels
import RemediCore

/// The options that say where results go.
package struct ResultsArguments: Sendable, Equatable {
    package var experimentName: String?
    package var resultsFolder: String?
    package var clears = false
    package var overwrites = false
    package var argumentsFileName: String?

    package init() {}

    static func options<Outer>(
        in place: WritableKeyPath<Outer, ResultsArguments> & Sendable
    ) -> [Option<Outer>] {
        let group = "Results"
        let all: [Option<ResultsArguments>] = [
            Option(
                "experiment-name", short: "n", \.experimentName, .optional(.text("NAME")), group: group,
                help: "the folder of this run's results inside the results folder"),
            Option(
                "results-dir", \.resultsFolder, .optional(.text("DIR")), group: group,
                help: "the results folder; if not given, REMEDI_RESULTS_DIR, CM_RESULTS_DIR or results"),
            Option(
                "clear-results-dir", \.clears, .flag, group: group,
                help: "removes the experiment's folder first, if it holds nothing but results"),
            Option(
                "overwrite", \.overwrites, .flag, group: group,
                help: "replaces results of a run with other options"),
            Option(
                "args-file-name", \.argumentsFileName, .optional(.text("NAME")), group: group,
                help: "the file in which the options are kept; if not given, args-YYYYmmdd-HHMMSS.json"),
        ]
        return all.map { $0.inside(place) }
    }

    /// The folder of the run, under the name given or else `fallback`.
    ///
    /// - Throws: `PlaceError.unusableFolderName`, `.unusableFileName`.
    func folder(named fallback: String, in workplace: Workplace) throws -> ResultsFolder {
        if let argumentsFileName { try ResultsFolder.checkArgumentsFileName(argumentsFileName) }
        return try ResultsFolder(experiment: experimentName ?? fallback, in: root(in: workplace))
    }

    func root(in workplace: Workplace) -> URL { resultsFolder.map(workplace.resolve) ?? workplace.results }

    /// Says where results go if the working folder takes none.
    /// - Returns: surroundings in which that is settled and not said again.
    func settle(_ surroundings: Surroundings) throws -> Surroundings {
        guard resultsFolder == nil, let folder = surroundings.workplace.resultsElsewhere else {
            return surroundings
        }
        let text = "nothing can be written in the working folder: results go to \(folder.path)"
        try surroundings.tell(text, .warning)
        var settled = surroundings
        settled.workplace = surroundings.workplace.withResults(in: folder)
        return settled
    }

    /// Values as the reference's argument files have them: the entity layers of the model as a list, and
    /// `None` for layers and devices that the program chooses.
    private static func nameAsReference(_ values: inout [(name: String, value: JSONValue)]) {
        let model = values.first { $0.name == "model" }?.value.string.map { ModelName($0) }
        for index in values.indices {
            switch (values[index].name, values[index].value) {
            case ("device", "auto"): values[index].value = .null
            case ("entity_layers", .object(let plan)):
                let chosen = model.flatMap { plan[$0.key] ?? plan[$0.keyWithoutControl] } ?? plan["otherwise"]
                values[index].value = chosen.flatMap { $0 == "all" ? nil : $0 } ?? .null
            default: break
            }
        }
    }

    /// Clears the folder if asked to, does `work`, and keeps the command's options and `description` beside
    /// what it wrote.  What the run reads is `needed` and never cleared.
    func record<C: Command, Result>(
        _ command: C, _ description: JSONObject, in folder: ResultsFolder, keeping needed: [URL],
        _ surroundings: Surroundings, _ work: () throws -> Result
    ) throws -> Result {
        _ = try settle(surroundings)
        if clears {
            try folder.clear(workingFolder: surroundings.workplace.workingFolder, keeping: needed)
        }
        var values: [(name: String, value: JSONValue)] = []
        for option in C.options {
            let name = option.destination ?? option.setting.key
            if !values.contains(where: { $0.name == name }) {
                values.append((name, option.setting.json(of: command)))
            }
        }
        Self.nameAsReference(&values)
        let record = ResultsFolder.Record(
            arguments: values, argumentsFileName: argumentsFileName, date: surroundings.date(),
            description: description)
        return try folder.recording(record, work)
    }
}
