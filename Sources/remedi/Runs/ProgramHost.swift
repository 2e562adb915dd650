import Foundation
import LanguageModels
import RemediCore

/// The program around a run: its terminal, files and devices.
struct ProgramHost: RunHost {
    /// The options of a run as its command has them.
    struct Recorder: Sendable {
        typealias RecordedOptions = [(name: String, value: JSONValue)]

        var training: @Sendable (ResolvedTraining) -> RecordedOptions = { _ in [] }
        var evaluation: @Sendable () -> RecordedOptions = { [] }
        /// The same of an evaluation whose results go into figures.
        var collected: @Sendable () -> RecordedOptions = { [] }
    }

    private var surroundings: Surroundings
    private let verbosity: Verbosity
    private let format: TextTable.Format
    private let isJSON: Bool
    private var recorder: Recorder

    init(
        _ surroundings: Surroundings, verbosity: Verbosity, format: TextTable.Format = .plain,
        isJSON: Bool = false, recorder: Recorder
    ) {
        self.surroundings = surroundings
        self.verbosity = verbosity
        self.format = format
        self.isJSON = isJSON
        self.recorder = recorder
    }

    var workplace: Workplace { surroundings.workplace }
    var clock: Double { surroundings.clock() }
    var date: Date { surroundings.date() }

    private var display: ProgressDisplay { ProgressDisplay(surroundings, verbosity: verbosity) }

    func progress(watchesSignals: Bool) -> any ProgressReporter {
        let display = display
        if watchesSignals { display.watchSignals() }
        return display
    }

    func open(
        _ model: String, on device: DeviceOptions, progress: any ProgressReporter
    ) throws -> LanguageModel {
        try ModelArguments(name: model, device: device).open(in: workplace, progress: progress)
    }

    func makeControlModel(of model: ModelName) throws {
        var command = ModelRandom()
        command.model = model.text
        try command.run(in: surroundings.withoutOutput)
    }

    func settling(_ results: ResultsOptions) throws -> ProgramHost {
        var host = self
        host.surroundings = try results.settle(surroundings)
        return host
    }

    var collecting: ProgramHost {
        var host = self
        host.recorder.evaluation = recorder.collected
        return host
    }

    func arguments(of training: ResolvedTraining) -> Recorder.RecordedOptions { recorder.training(training) }

    func arguments(of evaluation: ResolvedEvaluation) -> Recorder.RecordedOptions { recorder.evaluation() }

    func hear(_ event: RunEvent) throws {
        switch event {
        case .begins(let experiment, let settings, let defaults):
            display.report(.detail(Messages.settings(of: experiment, settings, defaults)))
        case .weighsSummedDivergence: display.report(.message(Messages.summedDivergence))
        case .first(let call): display.report(.message("first: " + call.text))
        case .trainedOtherwise(let editors):
            display.report(
                .message("the editors in \(editors.path) were trained otherwise; they are used as they are"))
        case .evaluated(let summaries): EvaluationReport(summaries: summaries).warn(display)
        case .trainingResults(let editors): try surroundings.write(TrainedEditor.table(editors))
        case .evaluationResults(let summaries, let plan):
            try EvaluationReport(summaries: summaries).write(
                of: plan, isJSON ? nil : format, to: surroundings)
        case .figures, .examples, .showcase: try show(event)
        }
    }

    /// A group that is looked at is shown in tables and lists, or as one object at its end.
    private func show(_ event: RunEvent) throws {
        let report = ShowcaseReport(
            width: surroundings.proseWidth, terminal: surroundings.columns(), format: format)
        switch event {
        case .showcase(let showcase):
            if isJSON { return try surroundings.write(showcase.json) }
            var facts = Facts()
            facts.add("report", showcase.page.path)
            facts.add("picture", showcase.picture.path)
            facts.add("took", ProgressLine.duration(showcase.seconds))
            try surroundings.write(facts.text)
        case .figures(let experiment, let table) where !isJSON:
            try surroundings.write(report.text(of: experiment, table) + "\n")
        case .examples(let examples, let rule) where !isJSON:
            try surroundings.write(report.text(of: examples, rule: rule) + "\n")
        default: break
        }
    }
}

extension TrainedEditor {
    fileprivate static func table(_ editors: [TrainedEditor]) -> TextTable {
        var report = TextTable(columns: [
            .init("type"), .init("layer", .right), .init("epochs", .right), .init("best", .right),
            .init("validation", .right), .init("seconds", .right), .init("folder", wraps: true),
        ])
        for editor in editors {
            report.add([
                editor.type.rawValue, "\(editor.block)", "\(editor.epochs)", "\(editor.bestEpoch)",
                editor.bestValidationLoss.map { String(format: "%.4f", $0) } ?? "",
                String(format: "%.1f", editor.seconds), editor.directory.relativePath,
            ])
        }
        return report
    }
}
