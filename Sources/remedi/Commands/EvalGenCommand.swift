import Foundation
import LanguageModels
import RemediCore

/// What stands in an editor's place.
enum Baseline: String, Sendable, CaseIterable { case prefix, unedited }

/// `eval gen`: what a model says next, with and without an edit.
package struct EvalGenCommand: Command {
    package static let name = "gen"
    package static let summary = "measures what a model says next with editors and baselines"

    package var given = GivenArguments<EvalGenCommand>()
    /// A data set, or a named experiment without `eval.gen.`.
    var subject = ""
    var plan = EvaluationPlan()
    var device = DeviceArguments()
    var datasetFile: String?
    var editors: String?
    var layers: LayerChoice?
    var baseline: Baseline?
    var results = ResultsArguments()
    var format = TextTable.Format.plain
    var isJSON = false
    var verbosity = Verbosity.normal

    package init() {}

    package func check() throws(UsageError) {
        for other in ["editors-dir", "layers", "conditions"] where baseline != nil && given.contains(other) {
            throw .conflict("baseline", other)
        }
        if isJSON, given.contains("format") { throw .conflict("json", "format") }
        guard results.experimentName != nil else { return }
        guard DatasetName(rawValue: subject) != nil else {
            let names = DatasetName.allCases.map(\.rawValue)
            throw .invalidArgument(
                name: "DATASET", problem: InvalidValue(found: subject, expectation: .choice(names)))
        }
        let needsEditors = baseline == nil && plan.options.conditions.contains(.edited)
        if needsEditors, !plan.options.editorType.isParameterless, editors == nil {
            throw .optionMissing(name: "editors-dir")
        }
    }

    package func run(in surroundings: Surroundings) throws {
        var command = self
        var named: Experiment?
        if results.experimentName == nil {
            let found = try Experiment.named("eval.gen.\(subject)", in: surroundings.workplace)
            guard case .generation(let plan) = found.plan else { preconditionFailure("a name fits its plan") }
            command.plan = plan
            try given.apply(to: &command)
            named = found
        } else if let dataset = DatasetName(rawValue: subject) {
            command.plan.dataset = dataset
        }
        try command.evaluate(named, in: surroundings)
    }

    private func evaluate(_ experiment: Experiment?, in surroundings: Surroundings) throws {
        let workplace = surroundings.workplace
        let progress = ProgressDisplay(surroundings, verbosity: verbosity)
        progress.watchSignals()
        let name = ModelName(plan.model)
        let folder = try results.folder(named: plan.resultsName(for: name), in: workplace)
        let options = try self.options(for: name, isNamed: experiment != nil, in: workplace)
        let file = try plan.dataset.locate(file: datasetFile, in: workplace)
        let dataset = try Dataset.load(plan.dataset, file: file)
        dataset.reportDropped(to: progress)
        var modelArguments = ModelArguments()
        modelArguments.name = plan.model
        modelArguments.device = device
        let model = try modelArguments.open(in: workplace, progress: progress)
        let run = EvaluationRun(
            model: model, dataset: dataset, options: options, directory: folder.url, progress: progress)
        let description = description(of: experiment, options: options)
        if results.clears { try run.check() }
        let editors = options.editorsDirectory?.appendingPathComponent(options.editorType.rawValue)
        let summaries = try results.record(
            self, description, in: folder, keeping: [file] + [editors].compactMap { $0 }, surroundings
        ) { try run.run() }
        for summary in summaries {
            if summary.skipped.count > 0 { progress.report(.warning(Self.words(skippedIn: summary))) }
            if summary.metrics.contains(where: { $0.metric.count > 0 && $0.metric.mean.isNaN }) {
                progress.report(.warning(Self.place(summary) + ": the model gives NaN as probabilities"))
            }
        }
        if isJSON {
            try surroundings.write(JSONValue.array(summaries.map(\.json)))
        } else {
            try surroundings.write(EvaluationTable(summaries).table(format: format).text(format))
        }
    }

    private func options(
        for model: ModelName, isNamed: Bool, in workplace: Workplace
    ) throws -> EvaluationOptions {
        var options = plan.options
        options.split = plan.split
        options.overwrite = results.overwrites
        options.elementType = device.elementType(for: model)?.rawValue
        switch baseline {
        case .prefix?: options.conditions = [.prefix]
        case .unedited?: options.conditions = [.unedited]
        case nil: break
        }
        if case .only(let blocks) = layers ?? plan.layers.layers(for: model) { options.blocks = blocks }
        if let editors {
            options.editorsDirectory = workplace.resolve(editors)
        } else if isNamed {
            options.editorsDirectory =
                try ResultsFolder(experiment: plan.editorsName(for: model), in: results.root(in: workplace))
                .url
        }
        return options
    }

    /// What is kept in the results folder of what was run.
    private func description(of experiment: Experiment?, options: EvaluationOptions) -> JSONObject {
        var settings = JSONObject()
        for setting in EvaluationPlan.settings { settings[setting.key] = setting.json(of: plan) }
        settings["layers"] = options.blocks.map { .array($0.map { .integer($0) }) } ?? "all"
        settings["conditions"] = .array(options.conditions.map { .string($0.rawValue) })
        return [
            "experiment": experiment.map { .string($0.name) } ?? .null,
            "seed": .string(String(plan.options.seed)),
            "settings": .object(settings),
        ]
    }

    private static func words(skippedIn summary: EvaluationSummary) -> String {
        let reasons = summary.skipped.reasons.map { "\($0.reason): \($0.ids.count)" }
        return place(summary) + ": \(summary.skipped.count) left out (" + reasons.joined(separator: ", ")
            + ")"
    }

    /// `linear 1, efficacy`
    private static func place(_ summary: EvaluationSummary) -> String {
        let label = summary.condition.label + (summary.condition.block.map { " \($0)" } ?? "")
        return "\(label), \(summary.benchmark)"
    }
}

extension EvaluationSummary {
    fileprivate var json: JSONValue {
        var metrics = JSONObject()
        for metric in self.metrics { metrics[metric.name] = metric.metric.json }
        return [
            "condition": .string(condition.label),
            "layer": condition.block.map { .integer($0) } ?? .null,
            "benchmark": .string(benchmark), "samples": .integer(sampleCount),
            "metrics": .object(metrics), "skipped": .integer(skipped.count), "file": .string(file.path),
        ]
    }
}
