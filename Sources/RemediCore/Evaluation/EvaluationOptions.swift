import Foundation
import LanguageModels

/// Everything that decides what an evaluation computes.  A plan holds it as its settings; opening the model and
/// the data adds the places.
package struct EvaluationOptions: Sendable, Equatable {
    /// The rows of a comparison; `edited` stands for one condition a block, the others for baselines.
    package struct Condition: Sendable, Hashable {
        package let rawValue: String

        init(_ name: String) { rawValue = name }

        package static let edited = Condition("edited")
    }

    /// The measures of `eval gen`.
    package var benchmarks = MeasureName.usual
    package var conditions: [Condition] = [.edited]
    package var split: Split = .evaluation(small: false)
    package var editorType: EditorType = .linear
    /// Holds `<type>/<block>/weights.*`; not needed for identity and null.
    package var editorsDirectory: URL?
    /// The editors' blocks; nil: those saved in `editorsDirectory`; every block for identity and null.
    package var blocks: [Int]?
    /// The element type that the weights were rounded to when the model was opened, for the manifest; nil:
    /// as stored.
    package var elementType: String?
    /// How the tokens of identity and null editors and of the reference's files are chosen; our own files
    /// say it themselves.
    package var tokens = TokenOptions()
    package var alpha: Double = 1
    package var beta: Double = 1
    /// Prompts in one packed pass, and in one of the batches that rules about padding are about; else it changes
    /// speed and memory only.
    package var batchSize = 32
    package var seed: UInt64 = 123456
    /// Those in which the reference differs.
    package var rules = EvaluationRules()
    /// Computes results again that are there already, whatever their manifest says.
    package var overwrite = false

    // MARK: Texts

    /// How texts are continued.
    package var generation = GenerationOptions(sampling: .topK(5, temperature: 1), limit: .total(100))
    /// How texts are split into words for their fluency.
    package var wordRules: WordTokenizer.Rules = .current

    // MARK: Occupations and features

    /// With the biography in front of the prompt, or without it, in the order in which they run.
    package var contexts: [CorrectionSetting] = [.contextual]
    /// How many occupations count as what a model or a probe says.
    package var topKLabels = 3
    package var referenceProbabilities: ReferenceProbabilities = .exact
    /// Mediation: how many of the likeliest next tokens are told.
    package var top = 3
    package var formats = DumpFormat.allCases

    // MARK: Probes

    package var variants: [ProbeVariant] = [.editor]
    /// Controls that hold for all variants.
    package var controls = ProbeControls()
    /// Where entities are read; nil: at the editor's block and all above it.
    package var entityBlocks: [Int]?
    package var normalization: ProbeNormalization = .evaluation
    package var entityInput: ProbeEntityInput = .alone

    package init() {}

    /// Inputs of making and judging texts, for the manifest.
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

extension GenerationOptions {
    /// Inputs of a text besides its prompt, for the manifest.
    var inputs: JSONObject {
        var inputs = JSONObject()
        switch sampling {
        case .greedy: inputs["sampling"] = "greedy"
        case .topK(let count, let temperature):
            inputs["top_k"] = .integer(count)
            inputs["temperature"] = .number(temperature)
        }
        switch limit {
        case .total(let count): inputs["max_length"] = .integer(count)
        case .new(let count): inputs["max_new_tokens"] = .integer(count)
        }
        return inputs
    }
}
