/// Which part of a data set an evaluation takes.
package enum SplitChoice: String, Sendable, CaseIterable {
    case evaluation, training, all

    /// The split; `small` counts for the evaluation split only.
    package func split(small: Bool = false) -> Split {
        switch self {
        case .evaluation: .evaluation(small: small)
        case .training: .training
        case .all: .all
        }
    }
}

/// The settings of every named evaluation: samples, model and editors.
package struct EvaluationScope: Sendable, Equatable {
    package var summary = ""
    package var dataset: DatasetName = .counterfact
    /// Whose rules hold; sets what follows from it.
    package var compatibility: Compatibility = .remedi {
        didSet {
            if compatibility != oldValue { follow(compatibility) }
        }
    }
    /// The model where the command line names none.
    package var model = "gptj"
    /// The beginning of the names of results folders and of the folder with the editors.
    package var prefix = ""
    /// Which blocks' editors; all: those that are saved.
    package var layers = LayerPlan()
    package var splitChoice: SplitChoice = .evaluation
    /// Only the first 1,000 samples of the evaluation split.
    package var small = false
    /// Only the first samples of the split.
    package var size: Int?
    package var editorType: EditorType = .linear
    /// How the tokens of identity and null editors and of the reference's files are chosen; our own files
    /// say it themselves.
    package var tokens = TokenOptions()
    /// Prompts in one packed pass, and in one of the batches that rules about padding are about.
    package var batchSize = Self.usualBatchSize
    /// Those in which the reference differs.
    package var rules = EvaluationRules()
    package var seed: UInt64 = 123456

    package init() {}

    /// Sets everything in which the reference differs.
    private mutating func follow(_ compatibility: Compatibility) {
        let isReference = compatibility == .reference
        tokens.firstByteToken = isReference
        tokens.mentions = isReference ? .text : .word
        rules = EvaluationRules(compatibility)
        batchSize = isReference ? Self.referenceBatchSize : Self.usualBatchSize
    }

    private static let usualBatchSize = 32
    /// The reference's own.
    private static let referenceBatchSize = 16

    package var split: Split {
        let split = splitChoice.split(small: small)
        return size.map { .first($0, of: split) } ?? split
    }

    /// Settings for which a command line has arguments of its own.
    static var headSettings: [Setting<EvaluationScope>] {
        [
            Setting("summary", \.summary, .text("TEXT")),
            Setting("dataset", \.dataset, .choice()),
            Setting("model", \.model, .text("NAME")),
            Setting("prefix", \.prefix, .text("TEXT", mayBeEmpty: true)),
            Setting("layers", \.layers, .layerPlan),
        ]
    }

    /// Settings that are options of every evaluation too.
    package static var optionSettings: [Setting<EvaluationScope>] {
        [
            Setting("compat", \.compatibility, .choice()),
            Setting("split", \.splitChoice, .choice()),
            Setting("small", \.small, .flag),
            Setting("size", \.size, .optional(.integer(minimum: 1))),
            Setting("editor-type", \.editorType, .choice("TYPE")),
            Setting("attribute-no-entity", \.tokens.attributeWithoutEntity, .flag),
            Setting("use-all-entity-tokens", \.tokens.useAllEntityTokens, .flag),
            Setting("byte-token", \.tokens.firstByteToken, .either("first", "last")),
            Setting("batch-size", \.batchSize, .integer(minimum: 1, maximum: NumberRange.largestBatch)),
            Setting("seed", \.seed, .seed),
        ]
    }
}
