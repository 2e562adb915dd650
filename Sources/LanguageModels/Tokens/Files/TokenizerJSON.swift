import Foundation

/// A vocabulary, its merges and the settings around them, as a checkpoint's files hold them.
struct TokenizerSource {
    var spellings = ByteStrings()
    var ids: [Int] = []
    /// Left and right tokens of the merges, one after another.
    var merges = ByteStrings()
    /// The model's other settings.
    var model = JSONObject()
    /// The settings beside the model.
    var settings = JSONObject()
    /// Whether special tokens are not looked for in texts.
    var splitsSpecialTokens = false
    /// The file to name in errors.
    var path: String
}

extension TokenizerSource {
    /// Reads `tokenizer.json`.
    ///
    /// - Throws: `LanguageModelError`.
    init(tokenizerJSON url: URL) throws {
        self.init(path: url.path)
        let data = try Self.read(url)
        try Self.scan(data, path: path) { scanner in
            try scanner.beginObject()
            var key: [UInt8] = []
            while try scanner.nextMember(into: &key) {
                if key.elementsEqual("model".utf8) {
                    try readModel(&scanner)
                } else {
                    settings[String(decoding: key, as: UTF8.self)] = try scanner.value()
                }
            }
        }
    }

    private mutating func readModel(_ scanner: inout JSONScanner) throws {
        try scanner.beginObject()
        var bytes: [UInt8] = []
        while try scanner.nextMember(into: &bytes) {
            let key = String(decoding: bytes, as: UTF8.self)
            let first = try scanner.peek()
            if key == "vocab", first == UInt8(ascii: "{") {
                (spellings, ids) = try scanner.vocabulary()
                model["vocab"] = .bool(true)
            } else if key == "merges", first == UInt8(ascii: "[") {
                merges = try scanner.merges()
                model["merges"] = .bool(true)
            } else {
                model[key] = try scanner.value()
            }
        }
    }

    /// Reads `vocab.json` and `merges.txt`.
    ///
    /// - Throws: `LanguageModelError`.
    init(vocabulary: URL, merges mergesURL: URL) throws {
        self.init(path: vocabulary.path)
        let data = try Self.read(vocabulary)
        try Self.scan(data, path: path) { scanner in (spellings, ids) = try scanner.vocabulary() }
        model = ["type": "BPE", "vocab": true, "merges": true]
        try Self.read(mergesURL).withUnsafeBytes { try readMerges($0, path: mergesURL.path) }
    }

    /// Reads a line for each merge, after a line with the version that may be there.
    private mutating func readMerges(_ bytes: UnsafeRawBufferPointer, path: String) throws {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw LanguageModelError.malformed(path: path, reason: "not UTF-8")
        }
        var start = 0
        var number = 1
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
            var line = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
            if line.last == 0x0D { line = UnsafeRawBufferPointer(rebasing: line.dropLast()) }
            let isVersion = number == 1 && line.starts(with: "#version".utf8)
            guard line.isEmpty || isVersion || merges.append(mergeLine: line) else {
                throw LanguageModelError.malformed(
                    path: path, reason: "line \(number) is not a pair of tokens")
            }
            start = end + 1
            number += 1
        }
    }

    /// The whole of a JSON file, given to `body`.
    private static func scan(
        _ data: Data, path: String, _ body: (inout JSONScanner) throws -> Void
    ) throws {
        try data.withUnsafeBytes { bytes in
            do {
                var scanner = JSONScanner(bytes: bytes)
                try scanner.skipMark()
                try body(&scanner)
                try scanner.end()
            } catch let error as JSONError {
                throw LanguageModelError.malformed(path: path, reason: "byte \(error.byte): \(error.reason)")
            }
        }
    }

    /// - Throws: `LanguageModelError.fileMissing` or `.unreadable`.
    static func read(_ url: URL) throws -> Data {
        let data = try RegularFile.data(url)
        try GitPointer.refuse(data, path: url.path)
        return data
    }

    /// The JSON object in a file, nil if there is no such file.
    ///
    /// - Throws: `LanguageModelError`.
    static func object(_ url: URL) throws -> JSONObject? {
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        do {
            return try ComponentSettings(JSONValue(parsing: read(url)), place: "the document", path: url.path)
                .object
        } catch let error as JSONError {
            throw LanguageModelError.malformed(path: url.path, reason: "byte \(error.byte): \(error.reason)")
        }
    }
}
