import Foundation

/// A model in a GGUF file, or in the parts that one was split into, as the checkpoint that its family reads: the
/// members of `config.json`, and tensors under the names of `transformers`, mapped but not read.
struct GGUFModel {
    let configuration: JSONObject
    let records: [TensorRecord]
    let files: [(path: String, identity: FileIdentity)]
    let file: GGUFFile

    /// - Throws: `LanguageModelError`.
    init(_ url: URL) throws {
        let parts = try Self.parts(of: url)
        file = parts[0]
        files = parts.map { ($0.path, $0.identity) }
        let tensors = parts.flatMap(\.tensors)
        guard Set(tensors.map { ExactString($0.name) }).count == tensors.count else {
            throw LanguageModelError.malformed(path: file.path, reason: "its parts hold a tensor twice")
        }
        let head = try GGUFHead(file, tensors: tensors)
        guard let embedding = tensors.first(where: { $0.name == "token_embd.weight" }) else {
            throw LanguageModelError.tensorMissing(name: "token_embd.weight", path: file.path)
        }
        var configuration = try head.configuration(vocabularySize: embedding.shape[0])
        if let factors = tensors.first(where: { $0.name == GGUFNames.rotaryFactors }) {
            let base = configuration["rope_theta"]?.double ?? 10_000
            configuration["rope_scaling"] = try Self.scaling(of: factors, base: base, path: file.path)
        }
        self.configuration = configuration
        records = try GGUFNames(configuration, head.architecture, path: file.path).renamed(tensors)
    }

    /// The parts of a split file, in order; a file that is whole is its only part.
    private static func parts(of url: URL) throws -> [GGUFFile] {
        let first = try GGUFFile(url)
        guard let count = first["split.count"]?.integer, count > 1 else { return [first] }
        let own = (first["split.no"]?.integer ?? 0) + 1
        func ending(_ number: Int) -> String { String(format: "-%05d-of-%05d.gguf", number, count) }
        let name = url.lastPathComponent
        guard count <= 99_999, (1...count).contains(own), name.hasSuffix(ending(own)) else {
            throw LanguageModelError.malformed(
                path: url.path, reason: "it is one of \(count) parts, but its name does not end so")
        }
        let stem = name.dropLast(ending(own).count)
        return try (1...count).map { number in
            number == own
                ? first
                : try GGUFFile(url.deletingLastPathComponent().appendingPathComponent(stem + ending(number)))
        }.sorted { ($0["split.no"]?.integer ?? 0) < ($1["split.no"]?.integer ?? 0) }
    }

    /// The rotary scaling whose factors a tensor holds: that of Llama 3.1 and later, by one of its published settings.
    ///
    /// - Throws: `LanguageModelError.unsupportedSetting` for factors of other settings.
    private static func scaling(of factors: TensorRecord, base: Double, path: String) throws -> JSONValue {
        let values = factors.stored?.floats() ?? []
        if values.allSatisfy({ $0 == 1 }) { return .null }
        let factor = Double(values.max() ?? 0)
        let scaling = RotaryScaling.llama3(factor: factor, lowFactor: 1, highFactor: 4, originalContext: 8192)
        guard [4, 8, 16, 32].contains(factor),
            divisors(scaling, base: base, count: values.count).elementsEqual(
                values, by: { abs($0 - $1) <= 1e-4 * $0 })
        else {
            throw LanguageModelError.unsupportedSetting(key: factors.name, value: "other factors", path: path)
        }
        return [
            "rope_type": "llama3", "factor": .number(factor), "low_freq_factor": 1,
            "high_freq_factor": 4,
            "original_max_position_embeddings": 8192,
        ]
    }

    /// What a scaling divides the frequencies by.
    private static func divisors(_ scaling: RotaryScaling, base: Double, count: Int) -> [Float] {
        func frequencies(_ scaling: RotaryScaling) -> [Float] {
            TransformerConfiguration.Rotary(
                rotated: 2 * count, pairing: .halves, base: base, scaling: scaling
            )
            .frequencies
        }
        return zip(frequencies(.none), frequencies(scaling)).map { $0 / $1 }
    }
}

extension Checkpoint {
    /// Opens a checkpoint's folder or a GGUF file.
    ///
    /// - Throws: `LanguageModelError`.
    package static func open(_ place: URL) throws -> Checkpoint {
        guard GGUFFile.isPlace(place) else { return try Checkpoint(folder: place) }
        let model = try GGUFModel(place)
        return Checkpoint(
            place: place, configuration: model.configuration, records: model.records, files: model.files)
    }

    /// The members of `config.json` of a folder, or as a GGUF file's metadata tell them, with the path for messages.
    ///
    /// - Throws: `LanguageModelError`.
    package static func configurationReader(of place: URL) throws -> ConfigurationReader {
        if GGUFFile.isPlace(place) {
            return ConfigurationReader(try GGUFModel(place).configuration, path: place.path)
        }
        let file = place.appendingPathComponent("config.json")
        return ConfigurationReader(try object(of: file), path: file.path)
    }
}

extension GGUFFile {
    /// Whether a model's place is a GGUF file rather than a folder.
    package static func isPlace(_ place: URL) -> Bool {
        SystemCall.status(place.path).map { !SystemCall.isFolder($0) } ?? (place.pathExtension == "gguf")
    }
}
