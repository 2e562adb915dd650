import Foundation
import LanguageModels

/// Everything that decides what `eval gen` computes.
package struct EvaluationOptions: Sendable, Equatable {
    /// The benchmarks by the names on the command line.
    package enum BenchmarkName: String, Sendable, CaseIterable {
        case efficacy, rewrite, paraphrase, neighborhood, generation, essence

        /// Those that run on next-token probabilities and need nothing but the samples.
        package static let probabilities: [BenchmarkName] = [.efficacy, .rewrite, .paraphrase, .neighborhood]

        /// Whether it compares texts with others.
        var needsReferenceTexts: Bool { self == .generation || self == .essence }
    }

    /// What is compared; `edited` stands for one condition a block.
    package enum Condition: String, Sendable, CaseIterable { case unedited, prefix, replace, edited }

    package var benchmarks = BenchmarkName.probabilities
    package var conditions: [Condition] = [.edited]
    package var editorType: EditorType = .linear
    /// Holds `<type>/<block>/weights.*`; not needed for identity and null.
    package var editorsDirectory: URL?
    /// nil: those saved in `editorsDirectory`; every block for identity and null.
    package var blocks: [Int]?
    package var split: Split = .evaluation(small: false)
    /// The element type that the weights were rounded to when the model was opened, for the manifest; nil:
    /// as stored.
    package var elementType: String?
    /// How the tokens of identity and null editors and of the reference's files are chosen; our own files
    /// say it themselves.
    package var tokens = TokenOptions()
    package var alpha: Double = 1
    package var beta: Double = 1
    /// Prompts in one packed pass; changes speed and memory only.
    package var batchSize = 32
    package var seed: UInt64 = 123456
    package var rules = EvaluationRules()
    /// How texts are continued.
    package var generation = GenerationOptions(sampling: .topK(5, temperature: 1), limit: .total(100))
    /// How texts are split into words for their fluency.
    package var wordRules: WordTokenizer.Rules = .current
    /// Computes results again that are there already, whatever their manifest says.
    package var overwrite = false

    package init() {}

    /// What decides how texts are made and judged, for the manifest.
    var textInputs: JSONObject { generation.inputs.with(wordRules) }
}

extension JSONObject {
    /// The same inputs of a result, with the rules for words where these are not the usual ones.
    func with(_ rules: WordTokenizer.Rules) -> JSONObject {
        var inputs = self
        if rules != .current { inputs["word_rules"] = .string(rules.rawValue) }
        return inputs
    }
}
