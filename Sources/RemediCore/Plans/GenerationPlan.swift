import Foundation
import LanguageModels

/// A named evaluation of what edited models say: `eval.gen.<name>.json`.
package struct GenerationPlan: EvaluationPlanning, Equatable {
    package static let kind = "eval.gen"
    package static let resultsKey = "eval_gen"

    package var scope = EvaluationScope()
    package var benchmarks = EvaluationOptions.BenchmarkName.probabilities
    package var conditions: [EvaluationOptions.Condition] = [.edited]
    package var alpha = 1.0
    package var beta = 1.0
    /// Texts are sampled from the likeliest tokens, so many.
    package var topK = 5
    /// Tokens of prompt and text together; nil: what is usual for the data set.
    package var maxLength: Int?
    /// Tokens of the text alone, whatever the prompt's length.
    package var maxNewTokens: Int?
    /// How texts are split into words for their fluency; nil: as the compatibility says.
    package var wordRules: WordTokenizer.Rules?
    /// Bias in Bios: with the biography in front of the prompt, or without it.
    package var contexts: [CorrectionSetting] = [.contextual]
    /// Bias in Bios: how many occupations count as what the model says.
    package var topKLabels = 3

    package init() {}

    package static var optionSettings: [Setting<GenerationPlan>] {
        [
            Setting("benchmarks", \.benchmarks, .list(.choice("NAME"))),
            Setting("conditions", \.conditions, .list(.choice("NAME"))),
            Setting("alpha", \.alpha, .number()),
            Setting("beta", \.beta, .number()),
            Setting("top-k", \.topK, .integer(minimum: 1)),
            Setting(
                "max-length", \.maxLength, .optional(.integer(minimum: 1, maximum: NumberRange.mostTokens))),
            Setting(
                "max-new-tokens", \.maxNewTokens,
                .optional(.integer(minimum: 1, maximum: NumberRange.mostTokens))),
            Setting("word-rules", \.wordRules, .optional(.choice())),
            Setting("contexts", \.contexts, .list(.choice("NAME"))),
            Setting("top-k-labels", \.topKLabels, .integer(minimum: 1)),
            Setting("mentions", \.scope.tokens.mentions, .choice()),
            Setting("positions", \.scope.rules.positions, .choice()),
            Setting("lengths", \.scope.rules.lengths, .choice()),
            Setting("edit-ends", \.scope.rules.editsEnds, .either("yes", "no")),
            Setting("draws", \.scope.rules.draws, .choice()),
            Setting("replacement", \.scope.rules.replacement, .choice()),
            Setting("shown-prompt", \.scope.rules.shownPrompt, .choice()),
            Setting("essence-cut", \.scope.rules.essenceCut, .choice()),
        ]
    }

    package var needsEditors: Bool { conditions.contains(.edited) && !scope.editorType.isParameterless }

    package func expectedResults(for model: ModelName, editors: URL) -> [String] {
        if scope.dataset == .biosbias { return [] }
        let folders = conditions.flatMap { condition -> [String] in
            guard condition == .edited else { return [condition.rawValue] }
            return editedLayers(for: model, editors: editors).map { "\(scope.editorType.rawValue)/\($0)" }
        }
        return folders.flatMap { folder in benchmarks.map { "\(folder)/\($0.rawValue)" } }
    }

    package func check(_ context: EvaluationContext) throws { try run(in: context).check() }

    package func run(_ context: EvaluationContext) throws -> [EvaluationSummary] {
        switch scope.dataset {
        case .biosbias: try ErrorCorrectionRun(run(in: context), options: correctionOptions).run()
        default: try run(in: context).run()
        }
    }

    private var correctionOptions: ErrorCorrectionOptions {
        var options = ErrorCorrectionOptions()
        options.settings = contexts
        options.topKLabels = topKLabels
        options.generation = generation(usualLength: 150)
        options.wordRules = usedWordRules
        return options
    }

    private var usedWordRules: WordTokenizer.Rules {
        wordRules ?? (scope.compatibility == .reference ? .reference : .current)
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

    private func run(in context: EvaluationContext) -> EvaluationRun {
        var options = EvaluationOptions()
        options.benchmarks = benchmarks
        options.conditions = conditions
        options.editorType = scope.editorType
        options.editorsDirectory = context.editorsDirectory
        options.blocks = context.blocks
        options.split = scope.split
        options.elementType = context.elementType
        options.tokens = scope.tokens
        options.rules =
            scope.dataset == .biosbias ? scope.rules.ofErrorCorrection : scope.rules.ofGeneration
        options.alpha = alpha
        options.beta = beta
        options.batchSize = scope.batchSize
        options.seed = scope.seed
        options.overwrite = context.overwrite
        options.generation = generation(usualLength: 100)
        options.wordRules = usedWordRules
        return EvaluationRun(
            model: context.model, dataset: context.dataset, options: options, directory: context.directory,
            texts: context.texts, cache: context.workplace.cache,
            progress: context.progress)
    }
}

extension GenerationPlan: SweepablePlan {
    /// The figures that the reference weighs (Semantics.md §8.2), as far as they are measured.
    private var weighed: [(benchmark: String, metric: String, title: String)] {
        if scope.dataset == .biosbias {
            return contexts.map(\.rawValue).flatMap {
                [($0, "top1_accuracy", "\($0) top-1 accuracy"), ($0, "fluency", "\($0) fluency")]
            }
        }
        return [
            ("paraphrase", "score", "paraphrase"), ("generation", "consistency", "consistency"),
            ("generation", "fluency", "fluency"),
        ].filter { figure in benchmarks.contains { $0.rawValue == figure.0 } }
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
