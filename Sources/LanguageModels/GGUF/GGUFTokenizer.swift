import Foundation

/// The tokenizer in a GGUF file, in the terms of a `tokenizer.json`.
struct GGUFTokenizer {
    private(set) var source: TokenizerSource
    let endToken: Int?
    private let file: GGUFFile

    /// Kinds of tokens by GGML's number.
    private enum Kind {
        static let control = 3
        static let userDefined = 4
    }

    /// - Throws: `LanguageModelError`.
    init(_ file: GGUFFile) throws {
        self.file = file
        guard let tokens = file["tokenizer.ggml.tokens"]?.strings, tokens.count > 0 else {
            throw LanguageModelError.malformed(path: file.path, reason: "it holds no tokenizer.ggml.tokens")
        }
        source = TokenizerSource(path: file.path)
        source.spellings = tokens.bytes
        source.ids = Array(0..<tokens.count)
        source.model = ["type": "BPE", "vocab": true, "merges": true]
        endToken = file["tokenizer.ggml.eos_token_id"]?.integer.flatMap { $0 < tokens.count ? $0 : nil }
        let kind = file["tokenizer.ggml.model"]?.string ?? ""
        let startsByDefault: Bool
        switch kind {
        case "gpt2": startsByDefault = try readBytePairs()
        case "llama": startsByDefault = try readPieces(tokens)
        default: throw unsupported("tokenizer.ggml.model", kind)
        }
        for key in ["tokenizer.ggml.add_eos_token", "tokenizer.ggml.add_sep_token"]
        where file[key]?.bool == true {
            throw unsupported(key, "true")
        }
        source.settings["added_tokens"] = try addedTokens(tokens)
        if file["tokenizer.ggml.add_bos_token"]?.bool ?? startsByDefault { try addStart(tokens) }
    }

    private func unsupported(_ key: String, _ value: String) -> LanguageModelError {
        .unsupportedSetting(key: key, value: value, path: file.path)
    }

    // MARK: Kinds

    /// Byte-level merges, after the rules by which texts are cut.
    ///
    /// - Returns: whether texts begin with a start token where the file does not say.
    private mutating func readBytePairs() throws -> Bool {
        guard let merges = file["tokenizer.ggml.merges"]?.strings else {
            throw LanguageModelError.malformed(path: file.path, reason: "it holds no tokenizer.ggml.merges")
        }
        for index in 0..<merges.count {
            let line = Array(merges.bytes[index])
            let isPair = line.withUnsafeBytes { source.merges.append(mergeLine: $0) }
            guard isPair else {
                throw LanguageModelError.malformed(
                    path: file.path, reason: "merge \(index) is not a pair of tokens")
            }
        }
        let name = file["tokenizer.ggml.pre"]?.string
        guard let cut = GGUFCut.named(name, architecture: file["general.architecture"]?.string ?? "") else {
            throw unsupported("tokenizer.ggml.pre", name ?? "none")
        }
        source.settings["pre_tokenizer"] = cut.preTokenizer
        source.settings["decoder"] = [
            "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true,
        ]
        if cut.composes { source.settings["normalizer"] = ["type": "NFC"] }
        if cut.ignoresMerges { source.model["ignore_merges"] = true }
        return cut.startsTexts
    }

    /// SentencePiece's pieces with scores: of two neighbors those are merged first that make the piece of the highest
    /// score.
    private mutating func readPieces(_ tokens: GGUFStrings) throws -> Bool {
        guard let scores = file["tokenizer.ggml.scores"]?.numbers, scores.count == tokens.count else {
            throw LanguageModelError.malformed(
                path: file.path, reason: "tokenizer.ggml.scores does not have a score for every token")
        }
        do {
            source.merges = try GGUFMerges(source, scores: scores, isPiece: kinds(tokens).map { $0 == 1 })
                .strings
        } catch let fault as VocabularyFault {
            throw LanguageModelError.malformed(path: file.path, reason: fault.reason)
        }
        source.model["byte_fallback"] = true
        source.model["fuse_unk"] = true
        if let unknown = file["tokenizer.ggml.unknown_token_id"]?.integer,
            (0..<tokens.count).contains(unknown)
        {
            source.model["unk_token"] = .string(tokens[unknown])
        }
        let prefixes = file["tokenizer.ggml.add_space_prefix"]?.bool ?? true
        let mark: JSONValue = ["type": "Replace", "pattern": ["String": " "], "content": "▁"]
        source.settings["normalizer"] = [
            "type": "Sequence",
            "normalizers": .array((prefixes ? [["type": "Prepend", "prepend": "▁"]] : []) + [mark]),
        ]
        let steps: [JSONValue] = [
            ["type": "Replace", "pattern": ["String": "▁"], "content": " "], ["type": "ByteFallback"],
            ["type": "Fuse"],
        ]
        let strip: JSONValue = ["type": "Strip", "content": " ", "start": 1, "stop": 0]
        source.settings["decoder"] = [
            "type": "Sequence", "decoders": .array(steps + (prefixes ? [strip] : [])),
        ]
        return true
    }

    // MARK: Special tokens

    /// GGML's number of each token's kind; 1 is usual.
    private func kinds(_ tokens: GGUFStrings) -> [Int] {
        guard let kinds = file["tokenizer.ggml.token_type"]?.integers, kinds.count == tokens.count else {
            return Array(repeating: 1, count: tokens.count)
        }
        return kinds
    }

    private func addedTokens(_ tokens: GGUFStrings) throws -> JSONValue {
        var added: [JSONValue] = []
        for (id, kind) in kinds(tokens).enumerated() where kind == Kind.control || kind == Kind.userDefined {
            let content = tokens[id]
            if content.isEmpty { continue }
            added.append([
                "id": .integer(id), "content": .string(content), "special": .bool(kind == Kind.control),
                "normalized": false, "single_word": false, "lstrip": false, "rstrip": false,
            ])
        }
        return .array(added)
    }

    private mutating func addStart(_ tokens: GGUFStrings) throws {
        guard let id = file["tokenizer.ggml.bos_token_id"]?.integer, (0..<tokens.count).contains(id) else {
            throw LanguageModelError.malformed(
                path: file.path,
                reason: "texts are to begin with a token, but tokenizer.ggml.bos_token_id names none")
        }
        let name = tokens[id]
        let start: JSONValue = ["SpecialToken": ["id": .string(name), "type_id": 0]]
        let first: JSONValue = ["Sequence": ["id": "A", "type_id": 0]]
        source.settings["post_processor"] = [
            "type": "TemplateProcessing", "single": [start, first],
            "pair": [start, first, ["Sequence": ["id": "B", "type_id": 1]]],
            "special_tokens": .object([
                name: ["id": .string(name), "ids": [.integer(id)], "tokens": [.string(name)]]
            ]),
        ]
    }
}

extension GGUFTokenizer {
    /// The same as the text of a `tokenizer.json`, which the Python package `tokenizers` reads.
    var json: String {
        var document: JSONObject = ["version": "1.0", "truncation": .null, "padding": .null]
        for key in ["added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder"] {
            document[key] = source.settings[key] ?? .null
        }
        var model = source.model
        func text(_ bytes: ArraySlice<UInt8>) -> JSONValue { .string(String(decoding: bytes, as: UTF8.self)) }
        var vocabulary = JSONObject()
        for index in 0..<source.spellings.count {
            vocabulary[String(decoding: source.spellings[index], as: UTF8.self)] = .integer(source.ids[index])
        }
        model["vocab"] = .object(vocabulary)
        model["merges"] = .array(
            stride(from: 0, to: source.merges.count, by: 2).map {
                .array([text(source.merges[$0]), text(source.merges[$0 + 1])])
            })
        document["model"] = .object(model)
        return JSONValue.object(document).text()
    }
}

extension Checkpoint {
    /// The tokenizer of a GGUF file as the text of a `tokenizer.json`; nil for a folder, which has its own.
    ///
    /// - Throws: `LanguageModelError`.
    package static func tokenizerJSON(of place: URL) throws -> String? {
        GGUFFile.isPlace(place) ? try GGUFTokenizer(GGUFFile(place)).json : nil
    }
}

extension Tokenizer {
    /// Reads the tokenizer of a checkpoint's folder or of a GGUF file.
    ///
    /// - Throws: `LanguageModelError`.
    package static func open(_ place: URL) throws -> Tokenizer {
        guard GGUFFile.isPlace(place) else { return try Tokenizer(folder: place) }
        let tokenizer = try GGUFTokenizer(GGUFFile(place))
        return try Tokenizer(source: tokenizer.source, endToken: tokenizer.endToken)
    }
}
