import Foundation
import LanguageModels

extension ResultsOptions {
    /// Clears the folder if asked to, does `work`, and keeps the options and `description` beside what it
    /// wrote.
    ///
    /// - Parameters:
    ///   - arguments: the run's options by name; of those with equal names the first counts.
    ///   - needed: files and folders that the run reads, which are never cleared.
    /// - Throws: `PlaceError.notAResultsFolder`, and whatever `work` throws.
    package func recording<Result>(
        _ arguments: [(name: String, value: JSONValue)], _ description: JSONObject, in folder: ResultsFolder,
        keeping needed: [URL], date: Date, workplace: Workplace, _ work: () throws -> Result
    ) throws -> Result {
        if clears { try folder.clear(workingFolder: workplace.workingFolder, keeping: needed) }
        var values: [(name: String, value: JSONValue)] = []
        for argument in arguments where !values.contains(where: { $0.name == argument.name }) {
            values.append(argument)
        }
        Self.nameAsReference(&values)
        let record = ResultsFolder.Record(
            arguments: values, argumentsFileName: argumentsFileName, date: date, description: description)
        return try folder.recording(record, work)
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
}

extension Experiment {
    /// The content of `experiment.json` besides version and state; `experiment` is nil where the command line
    /// alone decided the settings.
    static func record(
        of experiment: Experiment?, seed: UInt64, settings: JSONObject, blocks: [Int]?
    ) -> JSONObject {
        var settings = settings
        settings["layers"] = blocks.map { .array($0.map { .integer($0) }) } ?? "all"
        return [
            "experiment": experiment.map { .string($0.name) } ?? .null, "seed": .string(String(seed)),
            "settings": .object(settings),
        ]
    }
}
