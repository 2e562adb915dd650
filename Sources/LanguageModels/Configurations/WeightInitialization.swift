/// How a family fills its weights before it is trained, as `transformers` does (`_init_weights`).
package struct WeightInitialization: Sendable, Equatable {
    /// Standard deviation of matrices and embeddings, whose mean is 0.
    package var deviation: Double
    /// That of the two projections of a block that add to the residual stream.
    package var residualDeviation: Double
    /// The token whose embedding is 0.
    package var paddingToken: Int?

    /// Draws from a wider distribution would not fit float16.
    private static let largestDeviation = 1000.0

    /// The rule of most families.  `initializer_range` counts unless it is 0 or missing.
    ///
    /// - Throws: `LanguageModelError.configuration`.
    init(_ reader: ConfigurationReader, standardDeviation: Double = 0.02) throws {
        let value = reader.object["initializer_range"] ?? .null
        // A key that is missing is not the same as one that says 0.
        let given = reader.object["initializer_range"] == nil ? standardDeviation : value.double ?? 0
        guard given >= 0 else { throw reader.wrong("initializer_range", "a positive number is expected") }
        guard given <= Self.largestDeviation else { throw reader.outOfRange("initializer_range", value) }
        deviation = given == 0 ? 0.02 : given
        residualDeviation = deviation
    }

    /// The same, with the embedding of `pad_token_id` empty, or of `standardPadding` where the key is missing;
    /// negative ids count from the end.
    ///
    /// - Throws: `LanguageModelError.configuration`.
    init(
        padded reader: ConfigurationReader, vocabularySize: Int, standardPadding: Int? = nil,
        standardDeviation: Double = 0.02
    ) throws {
        try self.init(reader, standardDeviation: standardDeviation)
        let value = reader.object["pad_token_id"] ?? standardPadding.map { .integer($0) } ?? .null
        guard !value.isNull else { return }
        guard let id = value.integer, (-vocabularySize..<vocabularySize).contains(id) else {
            throw LanguageModelError.configuration(
                key: "pad_token_id", path: reader.path, reason: "it is not in the vocabulary")
        }
        paddingToken = id < 0 ? vocabularySize + id : id
    }
}

/// How the elements of a tensor start.
package enum InitialValues: Sendable, Equatable {
    case zeros
    case ones
    /// Mean 0; one row may be 0.
    case normal(deviation: Double, emptyRow: Int?)
}

extension WeightNames {
    /// Every tensor of the model, each once, and how it starts: norms are neutral, biases 0.
    package func initialTensors(
        _ configuration: TransformerConfiguration, _ rules: WeightInitialization
    ) -> [(tensor: TensorRequirement, values: InitialValues)] {
        var residual: Set<String> = []
        for index in 0..<configuration.blocks {
            let block = block(index, configuration)
            residual.formUnion([block.attentionOutput.weight.name, block.down.weight.name])
        }
        return tensors(configuration).map { tensor in
            let values: InitialValues =
                switch (tensor.part, tensor.shape.count) {
                // The gain that counts is 1 at the start.
                case (.norms, _):
                    tensor.name.hasSuffix(".bias") || configuration.gainOffset == 1 ? .zeros : .ones
                case (.tokenEmbedding, _):
                    .normal(deviation: rules.deviation, emptyRow: rules.paddingToken)
                case (_, 1): .zeros
                default:
                    .normal(
                        deviation: residual.contains(tensor.name) ? rules.residualDeviation : rules.deviation,
                        emptyRow: nil)
                }
            return (tensor, values)
        }
    }
}
