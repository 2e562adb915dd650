import Foundation
import XCTest

@testable import LanguageModels

/// Classes of scalars and canonical composition against the `tokenizers` library's.
final class UnicodeTests: XCTestCase {
    func testEveryScalarHasTheClassOfTheLibrarysExpressions() throws {
        let fixture = try TokenFixtures.json("unicode.json")
        var expected = [UInt8](repeating: ScalarClasses.other, count: 0x110000)
        for (name, kind) in [
            ("letters", ScalarClasses.letter), ("numbers", ScalarClasses.number),
            ("spaces", ScalarClasses.space),
        ] {
            let bounds = try XCTUnwrap(fixture[name]?.array).compactMap(\.integer)
            for index in stride(from: 0, to: bounds.count, by: 2) {
                for value in bounds[index]..<bounds[index + 1] { expected[value] = kind }
            }
        }
        var wrong: [String] = []
        for value in UInt32(0)..<0x110000 where Unicode.Scalar(value) != nil {
            if ScalarClasses.shared.kind(value) != expected[Int(value)] {
                wrong.append(String(value, radix: 16))
            }
        }
        XCTAssertEqual(wrong, [])
    }

    func testComposedTextsAndTheirPlacesAreTheSame() throws {
        let fixture = try XCTUnwrap(TokenFixtures.json("unicode.json")["composition"])
        let tokenizer = try TokenFixtures.tokenizer(XCTUnwrap(fixture["tokenizer"]))
        let scalars = try XCTUnwrap(fixture["scalars"]?.array).compactMap(\.integer).compactMap {
            Unicode.Scalar(UInt32($0))
        }
        let texts = try XCTUnwrap(fixture["texts"]?.integer)
        var numbers = TestNumbers(state: UInt64(try XCTUnwrap(fixture["seed"]?.integer)))
        for (group, expected) in try XCTUnwrap(fixture["digests"]?.array).enumerated() {
            var digest = EncodingDigest()
            for _ in 0..<texts {
                var text = String.UnicodeScalarView()
                // Python draws the length first.
                let count = 1 + numbers.below(8)
                for _ in 0..<count { text.append(scalars[numbers.below(scalars.count)]) }
                digest.add(tokenizer.encode(String(text)))
            }
            XCTAssertEqual(digest.text, expected.string, "texts from \(group * texts)")
        }
    }

    func testComposingIsNeededOnlyWhereSomethingCanChange() {
        func isComposed(_ text: String) -> Bool {
            Array(text.utf8).withUnsafeBufferPointer { CanonicalComposition.shared.isComposed($0) }
        }
        XCTAssertTrue(isComposed(""))
        XCTAssertTrue(isComposed("plain é 漢字 한국어 😀 Ελλάδα"))
        for text in [
            "e\u{301}", "\u{1100}\u{1161}", "\u{212B}", "\u{11131}\u{11127}", "\u{1D15E}", "\u{F900}",
        ] {
            XCTAssertFalse(isComposed(text), text.debugDescription)
        }
    }
}
