import Foundation
import LanguageModels

/// `eval ent`: what edited concepts are believed to have, under some conditions.
///
/// Results go to `<type>/<block>/`, `prefix/` and `unedited/`.  What the unedited model says is the same for
/// all layers and runs: it is computed once, and kept as the result in `unedited/`.
struct EntailmentRun {
    static let name = "entailment"

    /// Samples, editors and conditions.
    let run: EvaluationRun
    let probabilities: ReferenceProbabilities

    /// Refuses a run that would find no samples or no fitting editors, before anything gives way to it.
    ///
    /// - Throws: `RemediError.noSamples`, `.editorMissing`, `.editorMismatch`; `LanguageModelError`.
    func check() throws { try run.check() }

    /// Runs what is not there yet.
    ///
    /// - Returns: one summary for each condition of the options.
    /// - Throws: as `EvaluationRun.run`.
    func results() throws -> [EvaluationSummary] {
        let samples = try run.samples()
        run.reportCut(of: samples)
        let conditions = try run.conditions()
        let store = try ResultStore(
            directory: run.directory, replaces: run.options.overwrite,
            device: run.model.backend.deviceDescription, model: run.model, progress: run.progress)
        let unedited = try result(.unedited, samples, after: nil, in: store)
        let scores = try EntailmentScores(file: unedited.file, samples: samples)
        return try conditions.map { condition in
            condition == .unedited ? unedited : try result(condition, samples, after: scores, in: store)
        }
    }

    private func result(
        _ condition: EvaluationCondition, _ samples: [Sample], after unedited: EntailmentScores?,
        in store: ResultStore
    ) throws -> EvaluationSummary {
        let editor = try condition.block.map(run.editor(at:))
        var inputs = try run.inputs(of: condition)
        inputs["reference_probabilities"] = .string(probabilities.rawValue)
        let section = try store.section(
            condition.folder, kind: "entailments", names: [Self.name], inputs: inputs,
            circumstances: run.circumstances(sampleCount: samples.count))
        return try section.result(Self.name, condition: condition) { journal in
            let benchmark = EntailmentBenchmark(
                model: run.model, samples: samples, condition: condition, editor: editor,
                alpha: run.options.alpha, beta: run.options.beta, probabilities: probabilities,
                mentions: run.options.tokens.mentions, rules: run.options.rules,
                batchSize: run.options.batchSize, bootstrap: Bootstrap(seed: run.options.seed),
                progress: run.progress)
            return try benchmark.run(after: unedited, journal: journal)
        }
    }
}
