import Foundation
import LanguageModels

/// An experiment under a name, kept in a file `<name>.json` of a Configs folder.
package struct Experiment: Sendable {
    package enum Plan: Sendable {
        case training(TrainingPlan)
        case evaluation(any EvaluationPlanning)
        case group(ExperimentGroup)
    }

    /// Where a configuration is read.
    package enum Source: Sendable, Equatable {
        case file(URL)
        /// One that the program carries inside itself, under this name.
        case builtIn(String)

        /// Its name in messages.
        package var path: String {
            switch self {
            case .file(let file): file.path
            case .builtIn(let name): name
            }
        }
    }

    package let name: String
    package let source: Source
    package let plan: Plan

    /// The name without its kind: `counterfact`.
    package var shortName: String {
        let kinds = ["train"] + Self.evaluations.map { $0.kind }
        return kinds.first { name.hasPrefix($0 + ".") }.map { String(name.dropFirst($0.count + 1)) } ?? name
    }

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

    /// The results that it makes, by the names that `ExperimentStatus` gives results; empty where that is not known.
    ///
    /// - Parameters:
    ///   - model: the model instead of its own.
    ///   - results: the folder of all results.
    package func expected(model: String?, results: URL, in workplace: Workplace) -> [String] {
        switch plan {
        case .group: []
        case .evaluation(let plan):
            plan.expectedResults(
                for: ModelName(model ?? plan.scope.model),
                editors: results.appendingPathComponent(
                    plan.editorsName(for: ModelName(model ?? plan.scope.model))))
        case .training(let plan): Self.editors(of: plan, for: ModelName(model ?? plan.model), in: workplace)
        }
    }

    private static func editors(
        of plan: TrainingPlan, for model: ModelName, in workplace: Workplace
    ) -> [String] {
        let layers: [Int]
        switch plan.layers.layers(for: model) {
        case .only(let blocks): layers = blocks
        case .all:
            let summary = try? ModelSummary(Checkpoint.open(model.locate(in: workplace)))
            layers = Array(0..<(summary?.configuration.blocks ?? 0))
        }
        return plan.options.editorTypes.filter(\.isTrainable).flatMap { type in
            layers.map { "\(type.rawValue)/\($0)" }
        }
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
    package init(file: URL) throws { try self.init(.file(file)) }

    /// Reads one configuration.
    ///
    /// - Throws: `ExperimentError`.
    package init(_ source: Source) throws {
        let path = source.path
        let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
        self.name = name
        self.source = source
        let object = try Self.object(in: source)
        if object[ExperimentGroup.key] != nil {
            plan = .group(try ExperimentGroup(object, path: path))
        } else if name.hasPrefix("train.") {
            plan = .training(try TrainingPlan(object, path: path))
        } else if let type = Self.evaluations.first(where: { name.hasPrefix($0.kind + ".") }) {
            plan = .evaluation(try type.init(object, path: path))
        } else {
            throw ExperimentError.unknownExperiment(
                name: name, nearest: [], folders: [(path as NSString).deletingLastPathComponent])
        }
    }

    private static func content(of source: Source) throws -> Data {
        switch source {
        case .builtIn(let name):
            guard let file = DemoFiles.files(in: .configurations).first(where: { $0.name == name }) else {
                preconditionFailure("built-in configurations are listed by their names")
            }
            return Data(file.bytes)
        case .file(let file):
            do {
                return try RegularFile.data(file)
            } catch LanguageModelError.unreadable(let path, let reason) {
                throw PlaceError.unreadable(path: path, reason: reason)
            } catch LanguageModelError.fileMissing(let path) {
                throw PlaceError.unreadable(path: path, reason: "there is no such file")
            }
        }
    }

    private static func object(in source: Source) throws -> JSONObject {
        let data = try content(of: source)
        let path = source.path
        do {
            let value = try data.withUnsafeBytes { bytes in
                var scanner = JSONScanner(bytes: bytes, refusesRepeatedKeys: true)
                return try scanner.document()
            }
            guard let object = value.object else {
                throw ExperimentError.syntax(path: path, line: 1, reason: "not an object")
            }
            return try namingRevision(object, path: path)
        } catch let error as JSONError {
            let line = 1 + data.prefix(error.byte).count { $0 == UInt8(ascii: "\n") }
            throw ExperimentError.syntax(path: path, line: line, reason: error.reason)
        }
    }

    /// A `revision` is a part of the model's name.
    ///
    /// - Throws: `SettingError.invalidValue`; `.missingKey` for a revision without a model.
    private static func namingRevision(_ object: JSONObject, path: String) throws -> JSONObject {
        guard let value = object["revision"] else { return object }
        guard let revision = value.string, !revision.isEmpty else {
            throw SettingError.invalidValue(
                path: path, key: "revision", problem: InvalidValue(found: value.text(), expectation: .text))
        }
        guard var model = object["model"]?.string else {
            throw SettingError.missingKey(path: path, key: "model")
        }
        model.modelRevision = revision
        var named = JSONObject()
        for (key, value) in object.members where key != "revision" {
            named[key] = key == "model" ? .string(model) : value
        }
        return named
    }

    /// The names of all experiments in the workplace's configuration folders, in order; of equal names the
    /// folder searched first counts, and the program's own come last.
    package static func all(in workplace: Workplace) -> [(name: String, source: Source)] {
        var found: [String: Source] = [:]
        for folder in workplace.configurations {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
            for file in names where file.hasSuffix(".json") && !file.hasPrefix(".") {
                let name = String(file.dropLast(".json".count))
                if found[name] == nil { found[name] = .file(folder.appendingPathComponent(file)) }
            }
        }
        // A program that runs inside another, as in tests, has none.
        for file in workplace.executable == nil ? [] : DemoFiles.files(in: .configurations) {
            let name = (file.name as NSString).lastPathComponent
            let key = String(name.dropLast(".json".count))
            if found[key] == nil { found[key] = .builtIn(file.name) }
        }
        return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The experiment `name`.
    ///
    /// - Throws: `ExperimentError.unknownExperiment` with the nearest name, or what is wrong with its file.
    package static func named(_ name: String, in workplace: Workplace) throws -> Experiment {
        let all = all(in: workplace)
        if let match = all.first(where: { $0.name == name }) { return try Experiment(match.source) }
        // An experiment of another kind is not what was meant.
        let kinds = ["train"] + evaluations.map { $0.kind }
        let kind = kinds.first { name.hasPrefix($0 + ".") }
        let names = all.map(\.name).filter { kind == nil || $0.hasPrefix(kind! + ".") }
        throw ExperimentError.unknownExperiment(
            name: name, nearest: nearest(to: name, among: names),
            folders: workplace.configurations.map(\.path))
    }

    /// Names that differ little from `name`, else those of which it is all but the kind.
    private static func nearest(to name: String, among names: [String]) -> [String] {
        if let nearest = Spelling.nearest(to: name, among: names) { return [nearest] }
        let ends = Set(names.compactMap { $0.split(separator: ".").last.map(String.init) }).sorted()
        guard let end = ends.contains(name) ? name : Spelling.nearest(to: name, among: ends) else {
            return []
        }
        return names.filter { $0.hasSuffix("." + end) }
    }
}
