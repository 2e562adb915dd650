import Foundation
import XCTest

@testable import LanguageModels

/// Damaged files of every kind: they are refused with an error of ours or work, and never crash.
final class TokenizerFuzzTests: XCTestCase {
    private let texts = [
        "Danielle Darrieux's mother tongue", " 12  \r\n\u{301}e\u{301}\u{200D}😀<s><mask> ▁", "\0\u{4}漢字",
    ]

    /// Loads what is in `scratch` and uses it; true if it was taken.
    private func survives(_ scratch: ScratchFolder, _ name: String) -> Bool {
        do {
            let tokenizer = try Tokenizer(folder: scratch.url)
            for text in texts {
                let encoding = tokenizer.encode(text)
                XCTAssertEqual(encoding.ids.count, encoding.offsets.count, name)
                let length = text.unicodeScalars.count
                XCTAssertTrue(encoding.offsets.allSatisfy { $0.upperBound <= length }, name)
                XCTAssertTrue(encoding.ids.allSatisfy { $0 < tokenizer.vocabularySize }, name)
                _ = tokenizer.decode(encoding.ids)
            }
            _ = tokenizer.decode([-1, .max, tokenizer.vocabularySize, 3])
            _ = tokenizer.firstToken(ofWord: "Paris")
            return true
        } catch {
            XCTAssertTrue(error is LanguageModelError, "\(name): \(error)")
            return false
        }
    }

    private func kinds() throws -> [(name: String, tokenizer: JSONValue)] {
        try XCTUnwrap(TokenFixtures.json("kinds.json").array).map {
            (try XCTUnwrap($0["name"]?.string), try XCTUnwrap($0["tokenizer"]))
        }
    }

    func testDamagedBytesNeverCrash() throws {
        var numbers = TestNumbers(state: 1)
        let scratch = try ScratchFolder()
        var taken = 0
        for (name, tokenizer) in try kinds() {
            let sound = Array(tokenizer.text().utf8)
            for round in 0..<12 {
                var bytes = sound
                for _ in 0...numbers.below(3) { damage(&bytes, &numbers) }
                try scratch.write(Data(bytes), to: "tokenizer.json")
                taken += survives(scratch, "\(name), round \(round)") ? 1 : 0
            }
        }
        XCTAssertGreaterThan(taken, 0, "no damaged file got as far as encoding")
    }

    private func damage(_ bytes: inout [UInt8], _ numbers: inout TestNumbers) {
        let place = numbers.below(bytes.count)
        switch numbers.below(5) {
        case 0: bytes[place] = UInt8(numbers.below(256))
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(Array("\"{}[],:0".utf8)[numbers.below(8)], at: place)
        case 3: bytes.removeSubrange(place..<min(bytes.count, place + numbers.below(40)))
        default:
            let from = numbers.below(bytes.count)
            bytes.insert(contentsOf: bytes[from..<min(bytes.count, from + numbers.below(60))], at: place)
        }
        if bytes.isEmpty { bytes = [0] }
    }

    func testDamagedSettingsNeverCrash() throws {
        var numbers = TestNumbers(state: 2)
        let scratch = try ScratchFolder()
        var taken = 0
        let kinds = try kinds()
        for round in 0..<400 {
            let (name, tokenizer) = kinds[numbers.below(kinds.count)]
            var settings = try XCTUnwrap(tokenizer.object)
            // Most of a file is vocabulary and merges: the settings around them are damaged by themselves.
            let key = settings.keys[numbers.below(settings.keys.count)]
            settings[key] = damaged(settings[key] ?? .null, &numbers)
            try scratch.write(JSONValue.object(settings).text(), to: "tokenizer.json")
            taken += survives(scratch, "\(name), \(key), round \(round)") ? 1 : 0
        }
        XCTAssertGreaterThan(taken, 0, "no damaged file got as far as encoding")
    }

    private func damaged(_ value: JSONValue, _ numbers: inout TestNumbers) -> JSONValue {
        let replacements: [JSONValue] = [
            .null, true, 0, -1, 7, 8_388_608, 1e300, "", " ", "ab", "▁", "e\u{301}", [], [:], ["type": "NFC"],
        ]
        switch value {
        case .object(var object) where !object.isEmpty && numbers.below(8) != 0:
            let key = object.keys[numbers.below(object.keys.count)]
            switch numbers.below(5) {
            case 0: object[key] = nil
            case 1: object[key] = object[object.keys[numbers.below(object.keys.count)]]
            default: object[key] = damaged(object[key] ?? .null, &numbers)
            }
            return .object(object)
        case .array(var elements) where !elements.isEmpty && numbers.below(8) != 0:
            let place = numbers.below(elements.count)
            switch numbers.below(5) {
            case 0: elements.remove(at: place)
            case 1: elements.append(elements[place])
            default: elements[place] = damaged(elements[place], &numbers)
            }
            return .array(elements)
        default: return replacements[numbers.below(replacements.count)]
        }
    }

    func testDamagedMergesAndVocabulariesNeverCrash() throws {
        var numbers = TestNumbers(state: 3)
        let fixture = try TokenFixtures.json("bare.json")
        let vocabulary = Array(try XCTUnwrap(fixture["vocab"]).text().utf8)
        let merges = Array(
            try XCTUnwrap(fixture["merges"]?.array).compactMap(\.string).joined(separator: "\n").utf8)
        let scratch = try ScratchFolder()
        for round in 0..<60 {
            var (first, second) = (vocabulary, merges)
            if numbers.below(2) == 0 { damage(&first, &numbers) } else { damage(&second, &numbers) }
            try scratch.write(Data(first), to: "vocab.json")
            try scratch.write(Data(second), to: "merges.txt")
            _ = survives(scratch, "round \(round)")
        }
    }
}
