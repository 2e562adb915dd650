import Foundation
import LanguageModels

/// An experiment under a name, kept in a file `<name>.json` of a Configs folder.
package struct Experiment: Sendable {
    package enum Plan: Sendable {
        case training(TrainingPlan)
        case evaluation(any EvaluationPlanning)
        case group(ExperimentGroup)
    }

    package let name: String
    package let file: URL
    package let plan: Plan

    package var summary: String {
        switch plan {
        case .training(let plan): plan.summary
        case .evaluation(let plan): plan.scope.summary
        case .group(let group): group.summary
        }
    }

    /// The data set that it takes samples of; nil for a group.
    package var dataset: DatasetName? {
        switch plan {
        case .training(let plan): plan.dataset
        case .evaluation(let plan): plan.scope.dataset
        case .group: nil
        }
    }

    /// The name of its results folder, for its own model or another one.
    package func resultsName(model: String?) -> String {
        switch plan {
        case .training(let plan): plan.resultsName(for: ModelName(model ?? plan.model))
        case .evaluation(let plan): plan.resultsName(for: ModelName(model ?? plan.scope.model))
        case .group: preconditionFailure("a group has no folder of its own")
        }
    }

    /// The names of the experiments that it stands for: a group's, else its own.
    package var members: [String] {
        if case .group(let group) = plan { group.experiments } else { [name] }
    }

    /// Every setting with its value, in the order of the tables.
    package var settings: JSONObject {
        switch plan {
        case .training(let plan): plan.settingsJSON
        case .evaluation(let plan): plan.settingsJSON
        case .group(let group): group.settingsJSON
        }
    }

    /// Every kind of evaluation.
    static let evaluations: [any EvaluationPlanning.Type] = [
        GenerationPlan.self, ClassificationPlan.self, EntailmentPlan.self, MediationPlan.self, DumpPlan.self,
        SweepPlan<GenerationPlan>.self, SweepPlan<ClassificationPlan>.self,
        SweepPlan<EntailmentPlan>.self,
    ]

    /// Reads one configuration file.
    ///
    /// - Throws: `ExperimentError`.
    package init(file: URL) throws {
        let path = file.path
        name = file.deletingPathExtension().lastPathComponent
        self.file = file
        let object = try Self.object(in: file)
        let name = name
        if object[ExperimentGroup.key] != nil {
            plan = .group(try ExperimentGroup(object, path: path))
        } else if name.hasPrefix("train.") {
            plan = .training(try TrainingPlan(object, path: path))
        } else if let type = Self.evaluations.first(where: { name.hasPrefix($0.kind + ".") }) {
            plan = .evaluation(try type.init(object, path: path))
        } else {
            throw ExperimentError.unknownExperiment(
                name: name, nearest: nil, folders: [file.deletingLastPathComponent().path])
        }
    }

    private static func object(in file: URL) throws -> JSONObject {
        let data: Data
        do {
            data = try Data(contentsOf: file)
        } catch {
            throw ExperimentError.unreadable(path: file.path, reason: error.localizedDescription)
        }
        do {
            let value = try JSONValue(parsing: data)
            guard let object = value.object else {
                throw ExperimentError.syntax(path: file.path, line: 1, reason: "not an object")
            }
            return object
        } catch let error as JSONError {
            let line = 1 + data.prefix(error.byte).count { $0 == UInt8(ascii: "\n") }
            throw ExperimentError.syntax(path: file.path, line: line, reason: error.reason)
        }
    }

    /// The names of all experiments in the workplace's configuration folders, in order; of equal names the
    /// folder searched first counts.
    package static func all(in workplace: Workplace) -> [(name: String, file: URL)] {
        var found: [String: URL] = [:]
        for folder in workplace.configurations {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
            for file in names where file.hasSuffix(".json") && !file.hasPrefix(".") {
                let name = String(file.dropLast(".json".count))
                if found[name] == nil { found[name] = folder.appendingPathComponent(file) }
            }
        }
        return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The experiment `name`.
    ///
    /// - Throws: `ExperimentError.unknownExperiment` with the nearest name, or what is wrong with its file.
    package static func named(_ name: String, in workplace: Workplace) throws -> Experiment {
        let all = all(in: workplace)
        if let match = all.first(where: { $0.name == name }) { return try Experiment(file: match.file) }
        // An experiment of another kind is not what was meant.
        let kinds = ["train"] + evaluations.map { $0.kind }
        let kind = kinds.first { name.hasPrefix($0 + ".") }
        let names = all.map(\.name).filter { kind == nil || $0.hasPrefix(kind! + ".") }
        throw ExperimentError.unknownExperiment(
            name: name, nearest: Spelling.nearest(to: name, among: names),
            folders: workplace.configurations.map(\.path))
    }
}
