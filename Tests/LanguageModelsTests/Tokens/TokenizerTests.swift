import Foundation
import XCTest

@testable import LanguageModels

/// The two real vocabularies against what `tokenizers` makes of the same texts.
final class TokenizerTests: XCTestCase {
    private func vocabularies() throws -> [(name: String, tokenizer: Tokenizer)] {
        [("gpt2", try TokenFixtures.gpt2.get()), ("smollm2", try TokenFixtures.smollm2.get())]
    }

    func testAllCounterFactTextsHaveTheSameTokensAndOffsets() throws {
        let cases = try TokenFixtures.counterfact()
        let (prompts, contexts) = (cases.map(\.prompt), cases.map(\.context))
        let expected = try TokenFixtures.json("counterfact.json")
        for (name, tokenizer) in try vocabularies() {
            for (kind, texts) in [("prompts", prompts), ("contexts", contexts)] {
                let digests = try XCTUnwrap(expected[name]?[kind]?.array)
                XCTAssertEqual(digests.count * 50, texts.count)
                for (group, digest) in digests.enumerated() {
                    var found = EncodingDigest()
                    for text in texts[50 * group..<50 * group + 50] { found.add(tokenizer.encode(text)) }
                    XCTAssertEqual(found.text, digest.string, "\(name), \(kind) from \(50 * group)")
                }
            }
            for (text, encoding) in zip(prompts, try XCTUnwrap(expected[name]?["first"]?.array)) {
                assertEncoding(tokenizer, text, is: encoding, "\(name): \(text)")
            }
        }
    }

    func testAttributesAreFoundAtTheSameTokens() throws {
        let cases = try TokenFixtures.counterfact()
        let expected = try TokenFixtures.json("counterfact.json")
        for (name, tokenizer) in try vocabularies() {
            for (group, digest) in try XCTUnwrap(expected[name]?["attributes"]?.array).enumerated() {
                var found = EncodingDigest()
                for item in cases[50 * group..<50 * group + 50] {
                    guard let place = mention(0, of: item.attribute, in: item.context) else { continue }
                    let encoding = tokenizer.encode(item.context)
                    let reference = try XCTUnwrap(encoding.tokens(of: place, lastByte: false))
                    found.add(reference.lowerBound)
                    found.add(reference.upperBound)
                    found.add(try XCTUnwrap(encoding.tokens(of: place)).upperBound)
                }
                XCTAssertEqual(found.text, digest.string, "\(name), attributes from \(50 * group)")
            }
        }
    }

    func testANameThatEndsInByteTokensIsTakenWhole() throws {
        let text = "Then Petr Ṣ, and Ṣ too"
        for (name, tokenizer) in try vocabularies() {
            let encoding = tokenizer.encode(text)
            let place = try XCTUnwrap(mention(0, of: "Petr Ṣ", in: text))
            let tokens = try XCTUnwrap(encoding.tokens(of: place))
            XCTAssertEqual(tokenizer.decode(Array(encoding.ids[tokens])), " Petr Ṣ", name)
            let reference = try XCTUnwrap(encoding.tokens(of: place, lastByte: false))
            XCTAssertLessThan(reference.upperBound, tokens.upperBound, name)
        }
    }

    func testAwkwardTextsHaveTheSameTokensAndOffsets() throws {
        let fixture = try TokenFixtures.json("hostile.json")
        let texts = try TokenFixtures.hostileTexts()
        for (name, tokenizer) in try vocabularies() {
            let encodings = try XCTUnwrap(fixture[name]?.array)
            XCTAssertEqual(encodings.count, texts.count)
            for (text, encoding) in zip(texts, encodings) {
                assertEncoding(tokenizer, text, is: encoding, "\(name): \(text.debugDescription)")
            }
        }
    }

    func testCachedWordsGiveTheSameAsFreshOnes() throws {
        let tokenizer = try TokenFixtures.gpt2.get()
        for text in try TokenFixtures.hostileTexts() {
            XCTAssertEqual(tokenizer.encode(text), tokenizer.encode(text), text.debugDescription)
        }
    }

    func testThreadsDoNotDisturbEachOther() throws {
        let tokenizer = try TokenFixtures.smollm2.get()
        let texts = try TokenFixtures.hostileTexts()
        let expected = texts.map { tokenizer.encode($0) }
        let wrong = Counter()
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            for index in texts.indices {
                let index = (index * 7 + thread) % texts.count
                if tokenizer.encode(texts[index]) != expected[index] { wrong.add() }
            }
        }
        XCTAssertEqual(wrong.value, 0)
    }

    func testGPT2NamesItsTokens() throws {
        let tokenizer = try TokenFixtures.gpt2.get()
        XCTAssertEqual(tokenizer.vocabularySize, 50257)
        XCTAssertEqual(tokenizer.endToken, 50256)
        XCTAssertEqual(tokenizer.token(6342), "ĠParis")
        XCTAssertEqual(tokenizer.id(ofToken: "ĠParis"), 6342)
        XCTAssertEqual(tokenizer.token(50257), "")
        XCTAssertEqual(tokenizer.token(-1), "")
        XCTAssertEqual(tokenizer.firstToken(ofWord: "Paris"), 6342)
        XCTAssertEqual(tokenizer.tokens(ofWord: "Christa"), tokenizer.encode(" Christa").ids)
        XCTAssertEqual(tokenizer.firstToken(ofWord: ""), 220)
        XCTAssertEqual(tokenizer.encode("Hello world").startTokens, 0)
    }

    func testSmolLM2EndsWithItsOwnToken() throws {
        let tokenizer = try TokenFixtures.smollm2.get()
        XCTAssertEqual(tokenizer.vocabularySize, 49152)
        XCTAssertEqual(tokenizer.endToken, 2)
        XCTAssertEqual(tokenizer.encode("Hello").startTokens, 0, "its template puts nothing in front")
    }

    func testSpecialTokensAreDroppedUnlessKept() throws {
        let tokenizer = try TokenFixtures.smollm2.get()
        let ids = tokenizer.encode("<|im_start|>Hi<|im_end|>").ids
        XCTAssertEqual(ids.first, 1)
        XCTAssertEqual(ids.last, 2)
        XCTAssertEqual(tokenizer.decode(ids), "Hi")
        XCTAssertEqual(tokenizer.decode(ids, keepingSpecial: true), "<|im_start|>Hi<|im_end|>")
    }

    func testHalfACharacterDecodesToAReplacement() throws {
        let tokenizer = try TokenFixtures.gpt2.get()
        let ids = tokenizer.encode("Š").ids
        XCTAssertEqual(ids.count, 2)
        XCTAssertEqual(tokenizer.decode([ids[0]]), "\u{FFFD}")
        XCTAssertEqual(tokenizer.decode(ids), "Š")
    }
}

/// Counts from several threads.
private final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private var count = 0
    var value: Int { lock.withLock { count } }
    func add() { lock.withLock { count += 1 } }
}
