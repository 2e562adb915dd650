import Foundation
import LanguageModels

/// The program around a run: places, listeners, and how a model is opened.
package protocol RunHost: Sendable {
    var workplace: Workplace { get }
    /// Seconds from some fixed moment on.
    var clock: Double { get }
    var date: Date { get }

    /// A new listener; one that watches signals stops the run at the first.
    func progress(watchesSignals: Bool) -> any ProgressReporter

    /// - Throws: `PlaceError`, `LanguageModelError`, `ComputeError`.
    func open(
        _ model: String, on device: DeviceOptions, progress: any ProgressReporter
    ) throws -> LanguageModel

    /// Makes a model of random weights with the shape of `model`.
    ///
    /// - Throws: `ModelError.exists`, `PlaceError`, `LanguageModelError`.
    func makeControlModel(of model: ModelName) throws

    /// The same where it is settled, and has been told, where results go.
    func settling(_ results: ResultsOptions) throws -> Self

    /// The same for runs whose results go into figures instead of tables of their own.
    var collecting: Self { get }

    /// All options of the run by name, for its `args-*.json`.
    func arguments(of training: ResolvedTraining) -> [(name: String, value: JSONValue)]
    func arguments(of evaluation: ResolvedEvaluation) -> [(name: String, value: JSONValue)]

    /// Tells what happens, and shows what was found.
    func hear(_ event: RunEvent) throws
}

/// Stages of a run that are told, and results that are shown.
package enum RunEvent: Sendable {
    /// A run begins with these settings.
    case begins(Experiment?, settings: JSONObject, defaults: JSONObject)
    /// The user chose the weight of a KL term that sums over the batch.
    case weighsSummedDivergence
    /// Something missing is made first, by this line.
    case first(ProgramCall)
    /// Editors are used although they were trained with other settings.
    case trainedOtherwise(editors: URL)
    /// An evaluation is done.
    case evaluated([EvaluationSummary])

    case trainingResults([TrainedEditor])
    case evaluationResults([EvaluationSummary], any EvaluationPlanning)
    case figures(Experiment, ConditionTable)
    case examples([SingleEditResult], rule: String)
    case showcase(Showcase)
}
