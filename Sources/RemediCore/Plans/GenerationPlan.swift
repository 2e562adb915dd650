import Foundation
import LanguageModels

/// A named evaluation of what edited models say: `eval.gen.<name>.json`.
package struct GenerationPlan: EvaluationPlanning, Equatable {
    package static let kind = "eval.gen"
    package static let resultsKey = "eval_gen"

    package var scope = EvaluationScope()
    /// Texts are sampled from the likeliest tokens, so many.
    package var topK = 5
    /// Tokens of prompt and text together; nil: what is usual for the data set.
    package var maxLength: Int?
    /// Tokens of the text alone, whatever the prompt's length.
    package var maxNewTokens: Int?
    /// How texts are split into words for their fluency; nil: as the compatibility says.
    package var wordRules: WordTokenizer.Rules?

    package init() {}

    package static var optionSettings: [Setting<GenerationPlan>] {
        [
            Setting("benchmarks", \.scope.options.benchmarks, .list(.choice("NAME"))),
            Setting("conditions", \.scope.options.conditions, .list(.choice("NAME"))),
            Setting("alpha", \.scope.options.alpha, .number()),
            Setting("beta", \.scope.options.beta, .number()),
            Setting("top-k", \.topK, .integer(minimum: 1)),
            Setting(
                "max-length", \.maxLength, .optional(.integer(minimum: 1, maximum: NumberRange.mostTokens))),
            Setting(
                "max-new-tokens", \.maxNewTokens,
                .optional(.integer(minimum: 1, maximum: NumberRange.mostTokens))),
            Setting("word-rules", \.wordRules, .optional(.choice())),
            Setting("contexts", \.scope.options.contexts, .list(.choice("NAME"))),
            Setting("top-k-labels", \.scope.options.topKLabels, .integer(minimum: 1)),
            Setting("mentions", \.scope.options.tokens.mentions, .choice()),
            Setting("positions", \.scope.options.rules.positions, .choice()),
            Setting("lengths", \.scope.options.rules.lengths, .choice()),
            Setting("edit-ends", \.scope.options.rules.editsEnds, .either("yes", "no")),
            Setting("draws", \.scope.options.rules.draws, .choice()),
            Setting("replacement", \.scope.options.rules.replacement, .choice()),
            Setting("shown-prompt", \.scope.options.rules.shownPrompt, .choice()),
            Setting("essence-cut", \.scope.options.rules.essenceCut, .choice()),
        ]
    }

    package var needsEditors: Bool { scope.conditions.contains(.edited) && !scope.editorType.isParameterless }

    package func expectedResults(for model: ModelName, editors: URL) -> [String] {
        if scope.dataset.form.scoring == .correction { return [] }
        let folders = scope.conditions.flatMap { condition -> [String] in
            guard condition == .edited else { return [condition.rawValue] }
            return editedLayers(for: model, editors: editors).map { "\(scope.editorType.rawValue)/\($0)" }
        }
        return folders.flatMap { folder in scope.benchmarks.map { "\(folder)/\($0.rawValue)" } }
    }

    package func evaluation(in context: EvaluationContext) -> Evaluation {
        let corrects = scope.dataset.form.scoring == .correction
        return context.evaluation(
            corrects ? [CorrectionMeasure()] : nil, scope,
            rules: corrects ? scope.rules.ofErrorCorrection : scope.rules.ofGeneration
        ) {
            $0.generation = generation(usualLength: corrects ? 150 : 100)
            $0.wordRules = wordRules ?? (scope.compatibility == .reference ? .reference : .current)
        }
    }

    /// How texts are continued.
    private func generation(usualLength: Int) -> GenerationOptions {
        var options = GenerationOptions(
            sampling: .topK(topK, temperature: 1),
            limit: maxNewTokens.map { .new($0) } ?? .total(maxLength ?? usualLength))
        // A text's step is one token, so that more of them fit than prompts; a batch of one stays one.
        options.sideBySide = 2 * scope.batchSize - 1
        return options
    }
}

extension GenerationPlan: SweepablePlan {
    /// The figures that the reference weighs (Semantics.md §8.2), as far as they are measured.
    private var weighed: [(benchmark: String, metric: String, title: String)] {
        if scope.dataset.form.scoring == .correction {
            return scope.contexts.map(\.rawValue).flatMap { context in
                CorrectionMeasure().weighed.map { (context, $0, "\(context) \($1)") }
            }
        }
        return Measures.choices.filter { measure in scope.benchmarks.contains { $0.rawValue == measure.name }
        }
        .flatMap { measure in measure.weighed.map { (measure.name, $0, $1) } }
    }

    package var sweptName: String { "layer" }

    package var criterionName: String {
        let titles = weighed.map(\.title)
        return (titles.count > 1 ? "harmonic mean of " : "") + titles.joined(separator: ", ")
    }

    package func sweptLayer(of summary: EvaluationSummary) -> Int? { summary.condition.block }

    package func criterion(of summaries: [EvaluationSummary]) -> Double? {
        harmonicMean(
            weighed.compactMap { benchmark, metric, _ in
                summaries.first { $0.benchmark == benchmark }?.metrics.first { $0.name == metric }?.metric
                    .mean
            })
    }
}
