import Foundation
import LanguageModels
import RemediCore

/// An evaluation: reads samples, opens a model, runs a plan and prints its table.
protocol EvaluationCommand: Command {
    associatedtype Plan: EvaluationPlanning
    var arguments: EvaluationArguments<Plan> { get set }

    /// Changes the plan by options that no configuration has.
    func adjust(_ plan: inout Plan)
}

extension EvaluationCommand {
    func adjust(_ plan: inout Plan) {}

    package static var positionals: [Positional<Self>] {
        EvaluationArguments<Plan>.positionals.map { $0.inside(\.arguments) }
    }

    package static var discussion: [String] { EvaluationArguments<Plan>.discussion }

    /// What `check` of every evaluation does.
    func checkArguments() throws(UsageError) {
        try arguments.check(given)
        if arguments.results.experimentName == nil { return }
        var plan = arguments.plan
        adjust(&plan)
        if plan.needsEditors, arguments.editors == nil { throw .optionMissing(name: "editors-dir") }
    }

    package func check() throws(UsageError) { try checkArguments() }

    package func run(in surroundings: Surroundings) throws {
        var command = self
        var named: Experiment?
        if arguments.results.experimentName == nil {
            let name = "\(Plan.kind).\(arguments.subject)"
            let found = try Experiment.named(name, in: surroundings.workplace)
            guard case .evaluation(let any) = found.plan, let plan = any as? Plan else {
                preconditionFailure("a name fits its plan")
            }
            command.arguments.plan = plan
            try given.apply(to: &command)
            named = found
        } else if let dataset = DatasetName(rawValue: arguments.subject) {
            command.arguments.plan.scope.dataset = dataset
        }
        adjust(&command.arguments.plan)
        try command.evaluate(named, in: surroundings)
    }

    private func evaluate(_ experiment: Experiment?, in surroundings: Surroundings) throws {
        let workplace = surroundings.workplace
        let plan = arguments.plan
        let progress = ProgressDisplay(surroundings, verbosity: arguments.verbosity)
        progress.watchSignals()
        let name = ModelName(plan.scope.model)
        let folder = try arguments.results.folder(named: plan.resultsName(for: name), in: workplace)
        let file = try plan.scope.dataset.locate(file: arguments.datasetFile, in: workplace)
        let dataset = try Dataset.load(plan.scope.dataset, file: file)
        dataset.reportDropped(to: progress)
        let device = arguments.device
        let open: @Sendable (String) throws -> LanguageModel = { name in
            try ModelArguments(name: name, device: device).open(in: workplace, progress: progress)
        }
        var context = EvaluationContext(
            model: try open(plan.scope.model), modelName: name, dataset: dataset, directory: folder.url,
            editorsDirectory: try arguments.editorsDirectory(
                isNamed: experiment != nil, for: name, in: workplace),
            elementType: device.elementType(for: name)?.rawValue, overwrite: arguments.results.overwrites,
            workplace: workplace, resultsRoot: arguments.results.root(in: workplace), openModel: open,
            progress: progress)
        if case .only(let blocks) = arguments.layers ?? plan.scope.layers.layers(for: name) {
            context.blocks = blocks
        }
        if arguments.results.clears { try plan.check(context) }
        let editors = context.editorsDirectory?.appendingPathComponent(plan.scope.editorType.rawValue)
        let summaries = try arguments.results.record(
            self, description(of: experiment, blocks: context.blocks), in: folder,
            keeping: [file] + [editors].compactMap { $0 }, surroundings
        ) { try plan.run(context) }
        EvaluationReport(summaries).warn(progress)
        try surroundings.write(
            EvaluationReport(summaries).text(arguments.isJSON ? nil : arguments.format))
    }

    /// What is kept in the results folder of what was run.
    private func description(of experiment: Experiment?, blocks: [Int]?) -> JSONObject {
        var settings = arguments.plan.settingsJSON
        settings["layers"] = blocks.map { .array($0.map { .integer($0) }) } ?? "all"
        return [
            "experiment": experiment.map { .string($0.name) } ?? .null,
            "seed": .string(String(arguments.plan.scope.seed)),
            "settings": .object(settings),
        ]
    }
}

/// What a command says of evaluations that are done.
struct EvaluationReport {
    let summaries: [EvaluationSummary]

    init(_ summaries: [EvaluationSummary]) { self.summaries = summaries }

    /// Says what was left out and what is no number.
    func warn(_ progress: any ProgressReporter) {
        for summary in summaries {
            if summary.skipped.count > 0 { progress.report(.warning(Self.words(skippedIn: summary))) }
            if summary.metrics.contains(where: { $0.metric.count > 0 && $0.metric.mean.isNaN }) {
                progress.report(.warning(Self.place(summary) + ": the model gives NaN as probabilities"))
            }
        }
    }

    /// A table, or JSON where no format is given.
    func text(_ format: TextTable.Format?) -> String {
        guard let format else { return JSONValue.array(summaries.map(\.json)).text() + "\n" }
        return EvaluationTable(summaries).table(format: format).text(format)
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
