import Foundation
import LanguageModels
import RemediCore

/// The options that say where results go.
extension ResultsOptions {
    static func options<Outer>(
        in place: WritableKeyPath<Outer, ResultsOptions> & Sendable
    ) -> [Option<Outer>] {
        let group = "Results"
        let all: [Option<ResultsOptions>] = [
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

    /// Clears the folder if asked to, does `work`, and keeps the command's options and `description` beside
    /// what it wrote.  Files that the run reads are `needed` and never cleared.
    func record<Result>(
        _ command: some Command, _ description: JSONObject, in folder: ResultsFolder, keeping needed: [URL],
        _ surroundings: Surroundings, _ work: () throws -> Result
    ) throws -> Result {
        _ = try settle(surroundings)
        return try recording(
            command.recordedOptions, description, in: folder, keeping: needed, date: surroundings.date(),
            workplace: surroundings.workplace, work)
    }
}
