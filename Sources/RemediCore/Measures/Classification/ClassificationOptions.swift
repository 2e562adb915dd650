import Foundation
import LanguageModels

/// What normalises states and directions before they are compared.
package enum ProbeNormalization: String, Sendable, CaseIterable {
    /// The mean and deviation of the very samples that are classified.
    case evaluation
    /// Those of the training split, kept with the editor.
    case train
}

/// Which state of the entity editors get that use one.
package enum ProbeEntityInput: String, Sendable, CaseIterable {
    /// That of the entity alone, at the editor's layer, as in training.
    case alone
    /// The very state that is classified, in its prompt and at its layer, as in the reference.
    case prompt
}

/// Everything that decides what `eval cls` computes.
package struct ClassificationOptions: Sendable, Equatable {
    package var variants: [ProbeVariant] = [.editor]
    /// What all of them are controls of besides.
    package var controls = ProbeControls()
    package var editorType: EditorType = .linear
    /// Holds `<type>/<block>/weights.*`; not needed for identity and null.
    package var editorsDirectory: URL?
    /// The editors' blocks; nil: those saved in `editorsDirectory`; every block for identity and null.
    package var blocks: [Int]?
    /// Where entities are read; nil: at the editor's block and all above it.
    package var entityBlocks: [Int]?
    package var normalization: ProbeNormalization = .evaluation
    package var entityInput: ProbeEntityInput = .alone
    /// How many occupations count as what a model or a probe says.
    package var topKLabels = 3
    package var split: Split = .evaluation(small: false)
    /// How the tokens of identity and null editors and of the reference's files are chosen; our own files
    /// say it themselves.
    package var tokens = TokenOptions()
    /// Samples in one packed pass; changes speed and memory only.
    package var batchSize = 32
    package var seed: UInt64 = 123456
    package var rules = EvaluationRules()
    /// Computes results again that are there already, whatever their manifest says.
    package var overwrite = false

    package init() {}
}

/// A model of random weights in place of the one that is evaluated.
package struct ControlModel: Sendable {
    /// As a user would name it.
    package var name: String
    /// Where editors trained on it were saved.
    package var editorsDirectory: URL?
    package var open: @Sendable () throws -> LanguageModel

    package init(
        name: String, editorsDirectory: URL?, open: @escaping @Sendable () throws -> LanguageModel
    ) {
        self.name = name
        self.editorsDirectory = editorsDirectory
        self.open = open
    }
}
