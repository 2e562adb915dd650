import Foundation

/// The tokenizer's files of a checkpoint folder.
struct TokenizerFiles {
    private(set) var source: TokenizerSource
    private let configuration: JSONObject
    private let configurationPath: String
    /// Whether the vocabulary came without the settings around it.
    private let isBare: Bool
    private let folder: URL
    private let declared: DeclaredTokens
    /// Contents of added tokens that no file gives an id.
    private var tokensWithoutID: Set<ExactString> = []
    /// The file that holds the vocabulary.
    let vocabularyFiles: [URL]

    /// - Throws: `LanguageModelError`.
    init(folder: URL) throws {
        self.folder = folder
        let configurationURL = folder.appendingPathComponent("tokenizer_config.json")
        configurationPath = configurationURL.path
        let configuration = try TokenizerSource.object(configurationURL) ?? [:]
        self.configuration = configuration
        declared = try DeclaredTokens(
            folder: folder,
            configuration: ComponentSettings(configuration, place: "", path: configurationURL.path))
        let whole = folder.appendingPathComponent("tokenizer.json")
        let vocabulary = folder.appendingPathComponent("vocab.json")
        let merges = folder.appendingPathComponent("merges.txt")
        isBare =
            !FileManager.default.fileExists(atPath: whole.path)
            && FileManager.default.fileExists(atPath: vocabulary.path)
        vocabularyFiles = isBare ? [vocabulary, merges] : [whole]
        if isBare {
            source = try TokenizerSource(vocabulary: vocabulary, merges: merges)
        } else {
            try Self.refuseOtherForms(folder)
            source = try TokenizerSource(tokenizerJSON: whole)
        }
        try readSettings()
    }

    /// - Throws: `LanguageModelError.tokenizerMissing` where the folder has a tokenizer of another form alone.
    private static func refuseOtherForms(_ folder: URL) throws {
        func exists(_ name: String) -> Bool {
            FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path)
        }
        guard !exists("tokenizer.json") else { return }
        for form in TokenizerForm.allCases {
            if let name = form.fileNames.first(where: exists) {
                throw LanguageModelError.tokenizerMissing(folder: folder.path, found: name, form: form)
            }
        }
    }

    /// Completes the vocabulary's settings by those of the other files.
    private mutating func readSettings() throws {
        source.splitsSpecialTokens = try settings.bool("split_special_tokens", default: false)
        if isBare {
            if try settings.bool("add_eos_token", default: false) {
                throw settings.unsupported("add_eos_token")
            }
            source.settings = try settingsOfBareVocabulary()
        } else {
            source.settings = try prefixSpace(in: source.settings, of: settings)
        }
        let root = ComponentSettings(source.settings, place: "", path: source.path)
        let own = root.present("added_tokens") == nil ? [] : try root.components("added_tokens").map(\.object)
        let defaults = try defaultRoles().map { _ in Self.defaultToken }
        let table = try AddedTokenTable(own, source: source, declared: declared, defaults: defaults)
        tokensWithoutID = table.withoutID
        if isBare || table.tokens != own {
            source.settings["added_tokens"] = .array(table.tokens.map { .object($0) })
        }
    }

    private var settings: ComponentSettings {
        ComponentSettings(configuration, place: "", path: configurationPath)
    }

    /// The components that `transformers` puts around a vocabulary of the class that the configuration names.
    private func settingsOfBareVocabulary() throws -> JSONObject {
        let prefix = try settings.bool("add_prefix_space", default: false)
        var result: JSONObject = ["decoder": ["type": "ByteLevel"]]
        switch try tokenizerClass() {
        case "GPT2Tokenizer", "CodeGenTokenizer":
            result["pre_tokenizer"] = ["type": "ByteLevel", "add_prefix_space": .bool(prefix)]
        case "GPTNeoXTokenizer":
            result["normalizer"] = ["type": "NFC"]
            result["pre_tokenizer"] = ["type": "ByteLevel", "add_prefix_space": .bool(prefix)]
        case "Qwen2Tokenizer":
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
        return result
    }

    /// The class without the ending "Fast", for a vocabulary without settings.
    private func tokenizerClass() throws -> String { try namedClass() ?? "GPT2Tokenizer" }

    /// The class, without the ending "Fast", that the files name or that the family has; nil if neither is so.
    func namedClass() throws -> String? {
        func trimmed(_ name: String) -> String { name.hasSuffix("Fast") ? String(name.dropLast(4)) : name }
        if settings.present("tokenizer_class") != nil {
            return trimmed(try settings.string("tokenizer_class"))
        }
        let model = try TokenizerSource.object(folder.appendingPathComponent("config.json"))
        if let name = model?["tokenizer_class"]?.string { return trimmed(name) }
        switch model?["model_type"]?.string {
        case "qwen2": return "Qwen2Tokenizer"
        case "gpt_neox": return "GPTNeoXTokenizer"
        case "gpt2", "gptj", "gpt_neo": return "GPT2Tokenizer"
        default: return nil
        }
    }

    /// The special token of classes that have one of their own.
    private static let defaultToken = "<|endoftext|>"

    /// The roles that no file mentions and that the class gives `defaultToken`.  A `tokenizer.json` gets them
    /// only by a class that `tokenizer_config.json` names.
    private func defaultRoles() throws -> [String] {
        guard isBare || settings.present("tokenizer_class") != nil else { return [] }
        let roles: [String]
        switch try tokenizerClass() {
        case "GPT2Tokenizer", "CodeGenTokenizer", "GPTNeoXTokenizer":
            roles = ["bos_token", "eos_token", "unk_token"]
        case "Qwen2Tokenizer": roles = ["eos_token", "unk_token", "pad_token"]
        default: roles = []
        }
        return roles.filter { configuration[$0] == nil && declared.content(of: $0) == nil }
    }

    /// The content of a special token.
    private func specialToken(_ role: String) throws -> String? {
        try declared.content(of: role)
            ?? (isBare && defaultRoles().contains(role) ? Self.defaultToken : nil)
    }

    /// The id that ends a text: the named end token's, else what `config.json` says.  The latter comes first
    /// where no file gives the named one an id.
    func endToken(_ parts: TokenizerParts) throws -> Int? {
        let content = try specialToken("eos_token")
        let named = content.flatMap(parts.id(of:))
        if let content, let named, !tokensWithoutID.contains(ExactString(content)) { return named }
        let model = try TokenizerSource.object(folder.appendingPathComponent("config.json"))
        let id = model?["eos_token_id"]?.integer ?? model?["eos_token_id"]?.array?.first?.integer
        return id.flatMap { parts.spelling($0) == nil ? nil : $0 } ?? named
    }

    /// The start token that `add_bos_token` asks for; with `tokenizer.json` its post-processor decides alone.
    func startToken(_ parts: TokenizerParts) throws -> Int? {
        guard isBare, try settings.bool("add_bos_token", default: false),
            let content = try specialToken("bos_token")
        else { return nil }
        guard !tokensWithoutID.contains(ExactString(content)), let id = parts.id(of: content) else {
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
