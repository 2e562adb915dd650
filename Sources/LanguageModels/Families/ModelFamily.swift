/// A kind of checkpoint: how its `config.json` reads and how its tensors are named.
package protocol ModelFamily: Sendable {
    /// `model_type` in `config.json`.
    static var modelType: String { get }
    /// - Throws: `LanguageModelError.configuration`, `.unsupportedSetting`.
    static func configuration(_ reader: ConfigurationReader) throws -> TransformerConfiguration
    static func weightNames(_ configuration: TransformerConfiguration) -> WeightNames
    /// - Throws: `LanguageModelError.configuration`.
    static func initialization(
        _ reader: ConfigurationReader, _ configuration: TransformerConfiguration
    ) throws -> WeightInitialization
}

extension ModelFamily {
    package static func initialization(
        _ reader: ConfigurationReader, _ configuration: TransformerConfiguration
    ) throws -> WeightInitialization { try WeightInitialization(reader) }
}

/// The table of families.
package enum ModelFamilies {
    package static let all: [any ModelFamily.Type] = [
        GPT2.self, GPTJ.self, GPTNeo.self, GPTNeoX.self, Llama.self, Mistral.self, Qwen2.self,
    ]

    /// The model that `config.json` describes, and the names of its tensors.
    ///
    /// - Throws: `LanguageModelError`.
    package static func read(
        _ reader: ConfigurationReader
    ) throws -> (configuration: TransformerConfiguration, names: WeightNames) {
        let family = try family(of: reader)
        try reader.refuseQuantisation()
        let configuration = try family.configuration(reader)
        return (configuration, family.weightNames(configuration))
    }

    /// Every tensor of the model that `config.json` describes, and how it starts before training.
    ///
    /// - Throws: `LanguageModelError`.
    package static func initialTensors(
        _ reader: ConfigurationReader
    ) throws -> [(tensor: TensorRequirement, values: InitialValues)] {
        let (configuration, names) = try read(reader)
        let rules = try family(of: reader).initialization(reader, configuration)
        return names.initialTensors(configuration, rules)
    }

    private static func family(of reader: ConfigurationReader) throws -> any ModelFamily.Type {
        guard let name = reader.object["model_type"]?.string else {
            throw LanguageModelError.configuration(
                key: "model_type", path: reader.path, reason: "it is missing")
        }
        guard let family = all.first(where: { $0.modelType == name }) else {
            throw LanguageModelError.unknownFamily(name: name, known: all.map { $0.modelType })
        }
        return family
    }
}

extension ConfigurationReader {
    /// The size of a head that divides the hidden size evenly.
    ///
    /// - Throws: `LanguageModelError.configuration` when it does not.
    func evenHeadSize(hiddenSize: Int, heads: Int, key: String) throws -> Int {
        guard hiddenSize % heads == 0 else {
            throw LanguageModelError.configuration(
                key: key, path: path, reason: "\(heads) heads do not divide the hidden size \(hiddenSize)")
        }
        return hiddenSize / heads
    }

    /// Refuses key and value heads that do not serve equally many query heads.
    func checkGroups(heads: Int, keyValueHeads: Int) throws {
        guard heads % keyValueHeads == 0 else {
            throw LanguageModelError.configuration(
                key: "num_key_value_heads", path: path,
                reason: "\(keyValueHeads) do not divide the \(heads) heads")
        }
    }
}
