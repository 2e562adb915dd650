import LanguageModels

extension TrainingOptions {
    /// Every value that decides what training computes, except which blocks: those depend on the model.
    package static var settings: [Setting<TrainingOptions>] {
        [
            Setting(
                "editor-types", \.editorTypes,
                .list(.choice("TYPE", among: EditorType.allCases.filter { !$0.isParameterless }))),
            Setting("batch-size", \.batchSize, .integer(minimum: 1, maximum: NumberRange.largestBatch)),
            Setting("max-epochs", \.maxEpochs, .integer(minimum: 0)),
            Setting("patience", \.patience, .integer(minimum: 0)),
            Setting("hold-out", \.holdOut, .number(minimum: 0, maximum: 0.99)),
            Setting(
                "lr", \.optimizer.learningRate,
                .number(minimum: NumberRange.leastPositive, maximum: NumberRange.largestLearningRate)),
            Setting("weight-decay", \.optimizer.weightDecay, .number(minimum: 0)),
            Setting("adam-epsilon", \.epsilon, .optional(.number(minimum: NumberRange.leastPositive))),
            Setting("editor-precision", \.editorPrecision, .optional(.choice())),
            Setting("lam-m", \.mediatedWeight, .number(minimum: 0)),
            Setting("lam-u", \.unmediatedWeight, .optional(.number(minimum: 0))),
            Setting("lam-kl", \.divergenceWeight, .number(minimum: 0)),
            Setting("lam-norm", \.normWeight, .optional(.number(minimum: 0))),
            Setting("lam-ess", \.essenceWeight, .optional(.number(minimum: 0))),
            Setting("kl", \.divergence, .choice()),
            Setting("keep", \.keep, .choice()),
            Setting("shuffle", \.shuffle, .flag),
            Setting("random-streams", \.randomStreams, .choice()),
            Setting("weigh", \.weighsSamples, .either("samples", "batches")),
            Setting("byte-token", \.tokens.firstByteToken, .either("first", "last")),
            Setting("mentions", \.tokens.mentions, .choice()),
            Setting("alpha", \.alpha, .number()),
            Setting("beta", \.beta, .number()),
            Setting("rank", \.rank, .optional(.integer(minimum: 1, maximum: NumberRange.largestRank))),
            Setting("use-entity", \.useEntity, .flag),
            Setting("use-all-entity-tokens", \.tokens.useAllEntityTokens, .flag),
            Setting("attribute-no-entity", \.tokens.attributeWithoutEntity, .flag),
            Setting("seed", \.seed, .seed),
            Setting("cache-memory", \.cacheBytes, .optional(.size)),
            Setting("export-pth", \.writesStateDict, .flag),
            Setting("init-from", \.initialEditors, .optional(.path("DIR"))),
        ]
    }
}
