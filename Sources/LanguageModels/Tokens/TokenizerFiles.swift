import Foundation

/// The tokenizer's files of a checkpoint folder.
struct TokenizerFiles {
    private(set) var source: TokenizerSource
    private let configuration: JSONObject
    private let configurationPath: String
    /// Whether the vocabulary came without the settings around it.
    private let isBare: Bool
    private let folder: URL
    /// What holds the vocabulary.
    let vocabularyFiles: [URL]

    /// - Throws: `LanguageModelError`.
    init(folder: URL) throws {
        self.folder = folder
        let configurationURL = folder.appendingPathComponent("tokenizer_config.json")
        configurationPath = configurationURL.path
        configuration = try TokenizerSource.object(configurationURL) ?? [:]
        let whole = folder.appendingPathComponent("tokenizer.json")
        let vocabulary = folder.appendingPathComponent("vocab.json")
        let merges = folder.appendingPathComponent("merges.txt")
        isBare =
            !FileManager.default.fileExists(atPath: whole.path)
            && FileManager.default.fileExists(atPath: vocabulary.path)
        vocabularyFiles = isBare ? [vocabulary, merges] : [whole]
        if isBare {
            source = try TokenizerSource(vocabulary: vocabulary, merges: merges)
            source.settings = try settingsOfBareVocabulary()
        } else {
            source = try TokenizerSource(tokenizerJSON: whole)
        }
    }

    private var settings: ComponentSettings {
        ComponentSettings(configuration, place: "", path: configurationPath)
    }

    /// What `transformers` puts around a vocabulary of the class that the configuration names.
    private func settingsOfBareVocabulary() throws -> JSONObject {
        let prefix = try settings.bool("add_prefix_space", default: false)
        var result: JSONObject = ["decoder": ["type": "ByteLevel"]]
        switch try tokenizerClass() {
        case "GPT2Tokenizer", "GPT2TokenizerFast", "CodeGenTokenizer", "CodeGenTokenizerFast":
            result["pre_tokenizer"] = ["type": "ByteLevel", "add_prefix_space": .bool(prefix)]
        case "GPTNeoXTokenizer", "GPTNeoXTokenizerFast":
            result["normalizer"] = ["type": "NFC"]
            result["pre_tokenizer"] = ["type": "ByteLevel", "add_prefix_space": .bool(prefix)]
        case "Qwen2Tokenizer", "Qwen2TokenizerFast":
            result["normalizer"] = ["type": "NFC"]
            result["pre_tokenizer"] = [
                "type": "Sequence",
                "pretokenizers": [
                    [
                        "type": "Split", "pattern": ["Regex": .string(SplitPattern.qwen2Text)],
                        "behavior": "Isolated",
                    ],
                    ["type": "ByteLevel", "add_prefix_space": .bool(prefix), "use_regex": false],
                ],
            ]
        default: throw settings.unsupported("tokenizer_class")
        }
        result["added_tokens"] = .array(try addedTokens())
        return result
    }

    private func tokenizerClass() throws -> String {
        if settings.present("tokenizer_class") != nil { return try settings.string("tokenizer_class") }
        let model = try TokenizerSource.object(folder.appendingPathComponent("config.json"))
        switch model?["model_type"]?.string {
        case "qwen2": return "Qwen2Tokenizer"
        case "gpt_neox": return "GPTNeoXTokenizer"
        default: return "GPT2Tokenizer"
        }
    }

    /// The added tokens that `tokenizer_config.json`, `added_tokens.json` and the named special tokens give.
    private func addedTokens() throws -> [JSONValue] {
        var tokens: [Int: JSONValue] = [:]
        let listed = try settings.component("added_tokens_decoder")
        for (key, value) in listed?.object.members ?? [] {
            guard let id = Int(key), var token = value.object else {
                throw settings.malformed("added_tokens_decoder", "a table of tokens by id")
            }
            token["id"] = .integer(id)
            tokens[id] = .object(token)
        }
        let special = Set(try specialTokens().map { ExactString($0) })
        let addedURL = folder.appendingPathComponent("added_tokens.json")
        for (content, value) in try TokenizerSource.object(addedURL)?.members ?? [] {
            guard let id = value.integer else {
                throw LanguageModelError.malformed(path: addedURL.path, reason: "\"\(content)\" has no id")
            }
            if tokens[id] == nil {
                tokens[id] = plainToken(id, content, special.contains(ExactString(content)))
            }
        }
        let vocabulary = source.vocabularyIDs(of: special.map(\.text))
        for (content, id) in vocabulary where tokens[id] == nil { tokens[id] = plainToken(id, content, true) }
        return tokens.sorted { $0.key < $1.key }.map(\.value)
    }

    private func plainToken(_ id: Int, _ content: String, _ special: Bool) -> JSONValue {
        [
            "id": .integer(id), "content": .string(content), "special": .bool(special),
            "normalized": .bool(!special),
        ]
    }

    /// The contents of the named special tokens.
    private func specialTokens() throws -> [String] {
        let names = [
            "bos_token", "eos_token", "unk_token", "pad_token", "sep_token", "cls_token", "mask_token",
        ]
        return try names.compactMap { try specialToken($0) }
    }

    /// The content of a special token, a string or an object that has one.
    private func specialToken(_ name: String) throws -> String? {
        for file in [configuration, try specialTokensMap()] {
            guard let value = file[name], !value.isNull else { continue }
            guard let content = value.string ?? value["content"]?.string else {
                throw settings.malformed(name, "a token")
            }
            return content
        }
        return isBare && ["bos_token", "eos_token", "unk_token"].contains(name) ? "<|endoftext|>" : nil
    }

    private func specialTokensMap() throws -> JSONObject {
        try TokenizerSource.object(folder.appendingPathComponent("special_tokens_map.json")) ?? [:]
    }

    /// The id that ends a text: the named end token's, else what `config.json` says.
    func endToken(_ parts: TokenizerParts) throws -> Int? {
        if let content = try specialToken("eos_token"), let id = parts.id(of: content) { return id }
        let model = try TokenizerSource.object(folder.appendingPathComponent("config.json"))
        let id = model?["eos_token_id"]?.integer ?? model?["eos_token_id"]?.array?.first?.integer
        return id.flatMap { parts.spelling($0) == nil ? nil : $0 }
    }

    /// The start token that `add_bos_token` asks for; with `tokenizer.json` its post-processor decides alone.
    func startToken(_ parts: TokenizerParts) throws -> Int? {
        guard isBare, try settings.bool("add_bos_token", default: false),
            let content = try specialToken("bos_token")
        else { return nil }
        guard let id = parts.id(of: content) else {
            throw settings.malformed("bos_token", "in the vocabulary: \"\(content)\"")
        }
        return id
    }
}

extension TokenizerSource {
    /// The ids of those of `contents` that are in the vocabulary.
    func vocabularyIDs(of contents: [String]) -> [(content: String, id: Int)] {
        let wanted = contents.map { (content: $0, bytes: Array($0.utf8)) }
        let lengths = Set(wanted.map(\.bytes.count))
        return (0..<spellings.count).compactMap { index in
            guard lengths.contains(spellings.range(index).count) else { return nil }
            return wanted.first { spellings[index].elementsEqual($0.bytes) }.map { ($0.content, ids[index]) }
        }
    }
}
