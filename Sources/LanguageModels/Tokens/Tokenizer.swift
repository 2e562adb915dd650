import Foundation
import Synchronization

/// Turns text into a checkpoint's token ids and back.
///
/// Byte-pair encoding as the `tokenizers` library does it, with the same ids and offsets.  Safe to use from
/// several threads at once.
package final class Tokenizer: Sendable {
    private let parts: TokenizerParts
    private let startTokens: [Int]
    /// Scratch memory that no thread uses at the moment.
    private let workspaces = Mutex<[TokenWorkspace]>([])
    private let vocabularyFiles: [URL]
    /// The parts of the other files that matter, as JSON text.
    private let settings: String
    private let knownFingerprint = Mutex<String?>(nil)

    /// The id that ends a text, if the checkpoint names one.
    package let endToken: Int?
    /// One more than the largest id.
    package let vocabularySize: Int

    /// Reads `tokenizer.json`, or `vocab.json` and `merges.txt`, and `tokenizer_config.json` if present.
    ///
    /// - Throws: `LanguageModelError`.
    package init(folder: URL) throws {
        let files = try TokenizerFiles(folder: folder)
        parts = try TokenizerParts(source: files.source)
        vocabularySize = parts.size
        endToken = try files.endToken(parts)
        startTokens = try files.startToken(parts).map { [$0] } ?? parts.post.startTokens
        vocabularyFiles = files.vocabularyFiles
        var facts: [JSONValue] = [
            .object(files.source.settings), .array(startTokens.map { .integer($0) }),
            endToken.map { .integer($0) } ?? .null,
        ]
        if files.source.splitsSpecialTokens { facts.append("split_special_tokens") }
        settings = JSONValue.array(facts).text()
    }

    /// One whose vocabulary and settings come from elsewhere than a folder's files.
    ///
    /// - Throws: `LanguageModelError`.
    init(source: TokenizerSource, endToken: Int?) throws {
        parts = try TokenizerParts(source: source)
        vocabularySize = parts.size
        self.endToken = endToken
        startTokens = parts.post.startTokens
        vocabularyFiles = []
        let lists = [source.spellings, source.merges].map { SHA256.hash(Data($0.bytes)) }
        settings =
            JSONValue.array([
                .object(source.settings), .object(source.model), .string(lists.joined(separator: " ")),
                endToken.map { .integer($0) } ?? .null,
            ]).text()
    }

    /// One that knows next to no token, for a model that reads no text.
    ///
    /// - Throws: `LanguageModelError`.
    init(withoutTokens: Void) throws {
        // A vocabulary is not empty.
        var source = TokenizerSource(path: "")
        source.spellings.append([UInt8(ascii: "!")])
        source.ids = [0]
        source.model = ["type": "BPE", "vocab": true, "merges": true]
        source.settings = ["pre_tokenizer": ["type": "ByteLevel"], "decoder": ["type": "ByteLevel"]]
        parts = try TokenizerParts(source: source)
        vocabularySize = 0
        endToken = nil
        startTokens = []
        vocabularyFiles = []
        settings = ""
    }

    /// SHA-256, in hexadecimal, of the vocabulary's files and of what the others say that matters: tells
    /// tokenizers of one model apart.  Computed when it is first asked for.
    ///
    /// - Throws: `LanguageModelError.fileMissing`, `.unreadable`.
    package func fingerprint() throws -> String {
        try knownFingerprint.withLock { known in
            if let known { return known }
            let files = try vocabularyFiles.map(SHA256.hash(file:)).joined(separator: "\n")
            let result = SHA256.hash(Data((files + "\n" + settings).utf8))
            known = result
            return result
        }
    }

    /// Tokenises `text`; with `asPrompt` the checkpoint's start token comes first where it wants one.
    ///
    /// Never cut: a text may be longer than the model can read.
    package func encode(_ text: String, asPrompt: Bool = true) -> Encoding {
        let workspace = workspaces.withLock { $0.popLast() } ?? TokenWorkspace()
        defer { workspaces.withLock { $0.append(workspace) } }
        var text = text
        let front = asPrompt ? startTokens : []
        return text.withUTF8 { bytes in
            var run = EncodingRun(parts, workspace: workspace, startTokens: front, expecting: bytes.count)
            if let base = bytes.baseAddress, bytes.count > 0 {
                var counter = ScalarCounter()
                withUnsafeMutablePointer(to: &counter) { counter in
                    run.encode(TextView(bytes: base, count: bytes.count, alignment: .original(counter)))
                }
            }
            return Encoding(ids: run.ids, offsets: run.offsets, startTokens: front.count)
        }
    }

    /// The text of `ids`; special tokens are dropped unless `keepingSpecial`.
    ///
    /// Ids that no token has are left out.  A character whose bytes are not all there becomes U+FFFD.
    package func decode(_ ids: [Int], keepingSpecial: Bool = false) -> String {
        let spellings = ids.compactMap { id -> [UInt8]? in
            if !keepingSpecial, parts.added[id]?.special == true { return nil }
            return parts.spelling(id)
        }
        return parts.decoder.text(of: spellings)
    }

    /// The text that `new` tokens add to that of a prompt's tokens.  Some tokenizers drop a space in front of the
    /// first token of a text, so the new ones are not decoded alone.
    package func continuation(_ new: [Int], of prompt: [Int]) -> String {
        let before = decode(prompt).unicodeScalars
        let whole = decode(prompt + new).unicodeScalars
        guard whole.starts(with: before) else { return decode(new) }
        return String(String.UnicodeScalarView(whole.dropFirst(before.count)))
    }

    /// The vocabulary's own spelling of a token ("ĠParis"); empty for an id that no token has.
    package func token(_ id: Int) -> String {
        String(decoding: parts.spelling(id) ?? [], as: UTF8.self)
    }

    /// The id of a token in the vocabulary's own spelling, nil if there is none.
    package func id(ofToken spelling: String) -> Int? { parts.id(of: spelling) }

    /// The first token of `" " + word`, no start token.
    ///
    /// Where the tokenizer itself puts a space in front of a text, the first token of `word`.  A word that
    /// has no token (an empty one) gives the unknown token, the end token or 0.
    package func firstToken(ofWord word: String) -> Int {
        tokens(ofWord: word).first ?? parts.model.options.unknown ?? endToken ?? 0
    }

    /// All tokens of `" " + word`, no start token.
    package func tokens(ofWord word: String) -> [Int] {
        encode(parts.normalizer.addsSpace && !word.isEmpty ? word : " " + word, asPrompt: false).ids
    }
}
