import Foundation
import LanguageModels

/// The folder of one experiment's results.
package struct ResultsFolder: Sendable {
    package let url: URL
    /// The folder of all results, which holds this one.
    let results: URL
    let experiment: String

    /// - Throws: `PlaceError.unusableFolderName` if `experiment` is not a plain name or path below
    ///   `results`.
    package init(experiment: String, in results: URL) throws {
        let parts = experiment.split(separator: "/", omittingEmptySubsequences: false)
        let isPlain = parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
        guard isPlain, !experiment.contains("\0") else {
            throw PlaceError.unusableFolderName(name: experiment)
        }
        url = results.appendingPathComponent(experiment)
        self.results = results
        self.experiment = experiment
    }

    /// The name under which a named experiment stores: `<prefix><key>_<dataset>_<model>`.
    package static func name(prefix: String, key: String, dataset: DatasetName, model: ModelName) -> String {
        "\(prefix)\(key)_\(dataset.rawValue)_\(model.folderName)"
    }

    /// Writes the options of this run as the reference does: one flat object, every value as Python's text.
    /// - Parameter name: the file's name; nil makes `args-YYYYmmdd-HHMMSS.json` of `date`.
    package func writeArguments(
        _ arguments: [(name: String, value: JSONValue)], name: String?, date: Date
    ) throws {
        var object = JSONObject()
        for argument in arguments { object[argument.name] = .string(argument.value.pythonText) }
        let file = url.appendingPathComponent(name ?? "args-\(Self.stamp(date)).json")
        try AtomicFile.write(JSONValue.object(object).text(), to: file)
    }

    /// Writes what was run, with every setting that decided it, as `experiment.json`.
    private func writeExperiment(_ description: JSONObject, state: String) throws {
        var object = description
        object["state"] = .string(state)
        object["version"] = .string(RemediVersion.current)
        let file = url.appendingPathComponent("experiment.json")
        try AtomicFile.write(JSONValue.object(object).text(pretty: true) + "\n", to: file)
    }

    /// The state in the `experiment.json` of a finished run.
    private static let finishedState = "finished"

    /// Whether the experiment in `folder` has a record that says that it came to its end.
    package static func isRecordedAsFinished(_ folder: URL) -> Bool {
        let file = folder.appendingPathComponent("experiment.json")
        guard let data = try? RegularFile.data(file), let json = try? JSONValue(parsing: data) else {
            return false
        }
        return json["state"]?.string == finishedState
    }

    /// The record that is kept of a run.
    package struct Record: Sendable {
        /// Options by name; see `writeArguments`.
        package var arguments: [(name: String, value: JSONValue)]
        /// nil: named after the date.
        package var argumentsFileName: String?
        package var date: Date
        package var description: JSONObject

        package init(
            arguments: [(name: String, value: JSONValue)], argumentsFileName: String?, date: Date,
            description: JSONObject
        ) {
            self.arguments = arguments
            self.argumentsFileName = argumentsFileName
            self.date = date
            self.description = description
        }
    }

    /// Does `work` and then keeps its record beside what it wrote, also if it was interrupted.  A run that was
    /// refused leaves no trace.
    package func recording<Result>(_ record: Record, _ work: () throws -> Result) throws -> Result {
        func keep(_ state: String) throws {
            try writeArguments(record.arguments, name: record.argumentsFileName, date: record.date)
            try writeExperiment(record.description, state: state)
        }
        do {
            let result = try work()
            try keep(Self.finishedState)
            return result
        } catch let error as RemediError {
            if case .interrupted = error { try keep("interrupted") }
            throw error
        }
    }

    private static func stamp(_ date: Date) -> String {
        let parts = Calendar(identifier: .gregorian).dateComponents(
            [.year, .month, .day, .hour, .minute, .second], from: date)
        func digits(_ number: Int?, _ count: Int) -> String {
            let text = String(number ?? 0)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        return digits(parts.year, 4) + digits(parts.month, 2) + digits(parts.day, 2) + "-"
            + digits(parts.hour, 2) + digits(parts.minute, 2) + digits(parts.second, 2)
    }
}
