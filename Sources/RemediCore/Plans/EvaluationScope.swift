/// The settings of every named evaluation: samples and model, and everything that decides what is computed.
@dynamicMemberLookup
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
    /// Everything else; opening model and data adds the places.
    package var options = EvaluationOptions()

    package subscript<Value>(dynamicMember path: WritableKeyPath<EvaluationOptions, Value>) -> Value {
        get { options[keyPath: path] }
        set { options[keyPath: path] = newValue }
    }

    package init() {}

    /// Sets everything in which the reference differs.
    private mutating func follow(_ compatibility: Compatibility) {
        let isReference = compatibility == .reference
        options.tokens.firstByteToken = isReference
        options.tokens.mentions = isReference ? .text : .word
        options.rules = EvaluationRules(compatibility)
        options.batchSize = isReference ? Self.referenceBatchSize : EvaluationOptions().batchSize
    }

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
            Setting("editor-type", \.options.editorType, .choice("TYPE")),
            Setting("attribute-no-entity", \.options.tokens.attributeWithoutEntity, .flag),
            Setting("use-all-entity-tokens", \.options.tokens.useAllEntityTokens, .flag),
            Setting("byte-token", \.options.tokens.firstByteToken, .either("first", "last")),
            Setting(
                "batch-size", \.options.batchSize, .integer(minimum: 1, maximum: NumberRange.largestBatch)),
            Setting("seed", \.options.seed, .seed),
        ]
    }
}

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
