import Foundation
import XCTest

@testable import LanguageModels

/// What `Scripts/oracle/token_fixtures.py` wrote, and the tokenizers that the tests put together from it.
enum TokenFixtures {
    private static let folder = FixtureFolder.url.appendingPathComponent("tokens")

    static func json(_ name: String) throws -> JSONValue {
        try JSONValue(parsing: Data(contentsOf: folder.appendingPathComponent(name)))
    }

    private static func lines(_ name: String) throws -> [String] {
        let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
        return text.split(separator: "\n").map(String.init)
    }

    /// The awkward texts.
    static func hostileTexts() throws -> [String] {
        try XCTUnwrap(json("hostile.json")["texts"]?.array).map { try XCTUnwrap($0.string) }
    }

    struct Case {
        var prompt: String
        var context: String
        var attribute: String
    }

    /// Real cases.
    ///
    /// - Throws: `XCTSkip` if they are not here.
    static func counterfact() throws -> [Case] {
        let url = try FixtureFolder.real("counterfact-6k-prompts.jsonl")
        return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map { line in
            let fields = try JSONValue(parsing: String(line))
            return Case(
                prompt: try XCTUnwrap(fields["prompt"]?.string),
                context: try XCTUnwrap(fields["context"]?.string),
                attribute: try XCTUnwrap(fields["attribute"]?.string))
        }
    }

    static func tokenizer(_ json: JSONValue) throws -> Tokenizer {
        let scratch = try ScratchFolder()
        try scratch.write(json.text(), to: "tokenizer.json")
        return try Tokenizer(folder: scratch.url)
    }

    /// SmolLM2's, from its `tokenizer.json`.
    static let smollm2 = Result { () throws -> Tokenizer in
        let parts = try json("smollm2-settings.json")
        let merges = try lines("smollm2-merges.txt").map { $0.split(separator: " ").map(String.init) }
        var text = try XCTUnwrap(parts["settings"]).text()
        let first = try XCTUnwrap(parts["first"]?.array).map { try XCTUnwrap($0.string) }
        let vocabulary = (first + merges.map { $0[0] + $0[1] }).enumerated().map { id, token in
            "\(JSONValue.string(token).text()): \(id)"
        }
        let pairs = merges.map { "[\(JSONValue.string($0[0]).text()), \(JSONValue.string($0[1]).text())]" }
        let model = try XCTUnwrap(text.range(of: "\"model\": {"))
        text.insert(
            contentsOf: "\"vocab\": {\(vocabulary.joined(separator: ", "))}, "
                + "\"merges\": [\(pairs.joined(separator: ",\n"))], ",
            at: model.upperBound)
        let scratch = try ScratchFolder()
        try scratch.write(text, to: "tokenizer.json")
        try scratch.write(
            #"{"bos_token": "<|im_start|>", "eos_token": "<|im_end|>", "unk_token": "<|endoftext|>"}"#,
            to: "tokenizer_config.json")
        return try Tokenizer(folder: scratch.url)
    }

    /// GPT-2's, from `vocab.json` and `merges.txt`.
    static let gpt2 = Result { () throws -> Tokenizer in
        let merges = try lines("gpt2-merges.txt")
        let bytes = (0..<256).filter { ByteAlphabet.scalars[$0].value < 0x100 }
        let moved = (0..<256).filter { ByteAlphabet.scalars[$0].value >= 0x100 }
        let tokens =
            (bytes + moved).map { String(ByteAlphabet.scalars[$0]) }
            + merges.dropFirst().map { $0.filter { $0 != " " } } + ["<|endoftext|>"]
        let vocabulary = tokens.enumerated().map { "\(JSONValue.string($1).text()): \($0)" }
        let scratch = try ScratchFolder()
        try scratch.write("{\(vocabulary.joined(separator: ", "))}", to: "vocab.json")
        try scratch.write(merges.joined(separator: "\n") + "\n", to: "merges.txt")
        return try Tokenizer(folder: scratch.url)
    }
}

/// FNV-1a, 64 bits, over numbers as four bytes, lowest first.
struct EncodingDigest {
    private var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ number: Int) {
        for shift in [0, 8, 16, 24] {
            value = (value ^ UInt64(number >> shift & 0xFF)) &* 0x100_0000_01B3
        }
    }

    mutating func add(_ encoding: Encoding) {
        add(encoding.ids.count)
        encoding.ids.forEach { add($0) }
        for range in encoding.offsets {
            add(range.lowerBound)
            add(range.upperBound)
        }
    }

    var text: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    static func text(of encoding: Encoding) -> String {
        var digest = EncodingDigest()
        digest.add(encoding)
        return digest.text
    }
}

/// SplitMix64.
struct TestNumbers {
    var state: UInt64

    mutating func below(_ limit: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return Int((value ^ value >> 31) % UInt64(limit))
    }
}

/// Compares an encoding with `ids`, `offsets` and `decoded` (absent if it is the text) of a fixture.
func assertEncoding(
    _ tokenizer: Tokenizer, _ text: String, is expected: JSONValue, decodes: Bool = true, _ name: String,
    file: StaticString = #filePath, line: UInt = #line
) {
    let encoding = tokenizer.encode(text)
    let ids = expected["ids"]?.array?.compactMap(\.integer)
    XCTAssertEqual(encoding.ids, ids, "ids, \(name)", file: file, line: line)
    let offsets = encoding.offsets.flatMap { [$0.lowerBound, $0.upperBound] }
    let expectedOffsets = expected["offsets"]?.array?.compactMap(\.integer)
    XCTAssertEqual(offsets, expectedOffsets, "offsets, \(name)", file: file, line: line)
    guard decodes else { return }
    let decoded = ExactString(tokenizer.decode(encoding.ids))
    let expectedText = ExactString(expected["decoded"]?.string ?? text)
    XCTAssertEqual(decoded, expectedText, "text, \(name)", file: file, line: line)
}
