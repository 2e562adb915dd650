/// A kind of checkpoint: how its `config.json` reads and how its tensors are named.
package protocol ModelFamily: Sendable {
    /// `model_type` in `config.json`.
    static var modelType: String { get }
    /// The values of `architectures` where `model_type` is missing.
    static var architectures: [String] { get }
    /// The end of texts where `eos_token_id` is absent; nil: none.
    static var endToken: Int? { get }
    /// Whether `sliding_window` is read.
    static var hasWindows: Bool { get }
    /// - Throws: `LanguageModelError.configuration`, `.outOfRange`, `.unsupportedSetting`.
    static func configuration(_ reader: ConfigurationReader) throws -> TransformerConfiguration
    static func weightNames(_ configuration: TransformerConfiguration) -> WeightNames
    /// - Throws: `LanguageModelError.configuration`.
    static func initialization(
        _ reader: ConfigurationReader, _ configuration: TransformerConfiguration
    ) throws -> WeightInitialization
}

extension ModelFamily {
    package static var hasWindows: Bool { false }

    package static func initialization(
        _ reader: ConfigurationReader, _ configuration: TransformerConfiguration
    ) throws -> WeightInitialization { try WeightInitialization(reader) }
}

/// The table of families.
package enum ModelFamilies {
    package static let all: [any ModelFamily.Type] = [
        GPT2.self, GPTJ.self, GPTNeo.self, GPTNeoX.self, Llama.self, Mistral.self, Qwen2.self, Qwen3.self,
        OLMo2.self, SmolLM3.self, Gemma.self, Gemma3.self, Phi.self, Phi3.self, StableLM.self,
        Starcoder2.self,
    ]

    /// The model that `config.json` describes, and the names of its tensors.
    ///
    /// - Throws: `LanguageModelError`; for a setting that is not supported, `.unsupportedSetting` with its name.
    package static func read(
        _ reader: ConfigurationReader
    ) throws -> (configuration: TransformerConfiguration, names: WeightNames) {
        let family = try family(of: reader)
        try reader.refuseUnsupported(family.modelType)
        var configuration = try family.configuration(reader)
        if reader.object["eos_token_id"] == nil, let token = family.endToken {
            configuration.endTokens = [token]
        }
        if !family.hasWindows { try reader.refuseWindow(longestText: configuration.contextLength) }
        if let types = reader.object["layer_types"]?.array, types.count != configuration.blocks {
            throw reader.wrong(
                "layer_types", "it describes \(types.count) of \(configuration.blocks) blocks")
        }
        let names = family.weightNames(configuration)
        guard let count = names.parameterCount(configuration),
            count <= ConfigurationReader.Limit.parameters
        else {
            throw LanguageModelError.tooManyParameters(
                limit: ConfigurationReader.Limit.parameters, path: reader.path)
        }
        return (configuration, names)
    }

    /// Caveats about a `config.json` that `read` takes.
    ///
    /// - Throws: `LanguageModelError` where the family is not known.
    package static func warnings(_ reader: ConfigurationReader) throws -> [ConfigurationWarning] {
        let type = try family(of: reader).modelType
        var warnings = reader.warnings(type)
        if let architecture = reader.architectureWithoutType {
            warnings.insert(
                .typeOfArchitecture(architecture: architecture, modelType: type, path: reader.path), at: 0)
        }
        return warnings
    }

    /// `model_type`, or what `architectures` says where it is missing; nil where neither is there.
    package static func modelType(of reader: ConfigurationReader) -> String? {
        if let name = reader.object["model_type"], !name.isNull { return name.string }
        return reader.architectureWithoutType.flatMap { architecture in
            all.first { $0.architectures.contains(architecture) }?.modelType
        }
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
        guard let name = modelType(of: reader) else {
            let architecture = reader.architectureWithoutType.map { "; \($0) is not known" }
            throw reader.wrong("model_type", "it is missing" + (architecture ?? ""))
        }
        guard let family = all.first(where: { $0.modelType == name }) else {
            throw LanguageModelError.unknownFamily(name: name, known: all.map { $0.modelType })
        }
        return family
    }
}

extension ConfigurationReader {
    /// The first of `architectures` where there is no `model_type`, as in files of early versions.
    var architectureWithoutType: String? {
        guard object["model_type"]?.isNull ?? true else { return nil }
        return object["architectures"]?.array?.first?.string
    }

    /// The size of a head that divides the hidden size evenly.
    ///
    /// - Throws: `LanguageModelError.configuration` when it does not.
    func evenHeadSize(hiddenSize: Int, heads: Int, key: String) throws -> Int {
        guard hiddenSize % heads == 0 else {
            throw wrong(key, "\(heads) heads do not divide the hidden size \(hiddenSize)")
        }
        let size = hiddenSize / heads
        guard size <= Limit.headSize else { throw wrong(key, "heads of \(size) elements are too large") }
        return size
    }

    /// Refuses heads that are too wide together.
    func checkWidth(heads: Int, headSize: Int) throws {
        if heads * headSize > Limit.width { throw outOfRange("head_dim", .integer(headSize)) }
    }

    /// Refuses key and value heads that do not serve equally many query heads.
    func checkGroups(heads: Int, keyValueHeads: Int) throws {
        guard heads % keyValueHeads == 0 else {
            throw wrong("num_key_value_heads", "\(keyValueHeads) do not divide the \(heads) heads")
        }
    }

    /// The window of every block, [L], as `layer_types` says, whose length `ModelFamilies.read` checks; nil where it
    /// says nothing.
    ///
    /// - Throws: `LanguageModelError.unsupportedSetting` for other kinds of attention, and for windows where there
    ///   is none.
    func windows(window: Int?) throws -> [Int?]? {
        guard let types = try names("layer_types") else { return nil }
        return try types.map { type in
            switch type {
            case "full_attention", "attention": nil
            case "sliding_attention" where window != nil: window
            default: throw unsupported("layer_types", .string(type))
            }
        }
    }

    /// Refuses a window where the family has none: caches of `transformers` forget the tokens outside it, which
    /// its first pass sees.
    func refuseWindow(longestText: Int) throws {
        guard let value = object["sliding_window"], !value.isNull else { return }
        if let window = value.integer, window >= longestText { return }
        throw unsupported("sliding_window", value)
    }
}

extension WeightNames {
    /// Parameters of all tensors; nil beyond what can be counted.
    func parameterCount(_ configuration: TransformerConfiguration) -> Int? {
        func count(_ tensors: [TensorRequirement]) -> Int? {
            tensors.reduce(0) { sum, tensor in
                var size: Int? = 1
                for extent in tensor.shape { size = size.flatMap { $0.multipliedIfFits(by: extent) } }
                return sum.flatMap { sum in size.flatMap { sum.addedIfFits($0) } }
            }
        }
        guard let block = count(block(0, configuration).tensors),
            let blocks = block.multipliedIfFits(by: configuration.blocks),
            let rest = count(outerTensors(configuration))
        else { return nil }
        return blocks.addedIfFits(rest)
    }
}

extension Int {
    fileprivate func multipliedIfFits(by other: Int) -> Int? {
        let (result, overflows) = multipliedReportingOverflow(by: other)
        return overflows ? nil : result
    }

    fileprivate func addedIfFits(_ other: Int) -> Int? {
        let (result, overflows) = addingReportingOverflow(other)
        return overflows ? nil : result
    }
}
