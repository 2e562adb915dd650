import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class IndefiniteArticleTests: XCTestCase {
    private func check(_ article: String, _ words: [String], line: UInt = #line) {
        for word in words {
            XCTAssertEqual(IndefiniteArticle.of(word), article, word, line: line)
        }
    }

    /// Every word of the CMU Pronouncing Dictionary that its spelling belies, and a sample of the others.
    func testAgreesWithTheDictionary() throws {
        let fixture = try JSONValue(parsing: Data(contentsOf: FixtureFiles.own("articles.json")))
        let an = try XCTUnwrap(fixture["an"]?.string).split(separator: " ").map(String.init)
        let a = try XCTUnwrap(fixture["a"]?.string).split(separator: " ").map(String.init)
        XCTAssertGreaterThan(an.count, 300)
        XCTAssertGreaterThan(a.count, 1_000)
        check("An", an)
        check("A", a)
    }

    func testOnlyTheFirstWordCounts() {
        check(
            "An", ["hour glass", "honest unicorn", "heir", "apple", "Owl", "herb garden", "umbrella stand"])
        check(
            "A",
            ["unicorn", "one way street", "European owl", "ukulele", "cat", "horse", "yak", "once-loved man"])
        check("A", ["house (animal)", "", "  ", "—"])
        check("An", ["  (old) coat", "“hour”", "hour,", "hour—long wait", "éclair", "’em"])
    }

    func testLettersAndAcronyms() {
        check(
            "An",
            [
                "MRI", "FBI agent", "NBA game", "HTML page", "x-ray", "X", "F", "8", "LED", "SUV", "e-mail",
                "MP3", "F-16", "RSVP",
            ])
        check(
            "A",
            [
                "UFO", "US dollar", "USB stick", "NASA probe", "RAM chip", "T-shirt", "U-turn", "B", "LASER",
                "SHIP", "UNESCO site", "U2 song",
            ])
    }

    func testNumbers() {
        check(
            "An",
            [
                "8-track", "80s song", "11", "18-wheeler", "11,000 dollar prize", "1811 war", "$8 bill",
                "18000",
            ])
        check("A", ["1", "10", "110", "1,811", "7", "100", "180", "2008 car", "118000"])
    }

    func testWholeTextRule() {
        XCTAssertEqual(IndefiniteArticle.of("old coat", rule: .wholeText), "A")
        XCTAssertEqual(IndefiniteArticle.of("apple", rule: .wholeText), "An")
        XCTAssertEqual(IndefiniteArticle.of("unicycle", rule: .wholeText), "A")
        // Words that are not in the dictionary, as they are written; the reference made "A aburor flies."
        for word in ["aburor", "Apple", "āerosk", "8-track", "MRI", "éclair", "", "apples and pears"] {
            XCTAssertEqual(IndefiniteArticle.of(word, rule: .wholeText), "A", word)
        }
        XCTAssertEqual(IndefiniteArticle.of("aburor"), "An")
    }

    /// By the rule for whole texts the dictionary alone decides.
    func testTheDictionaryDecides() throws {
        let fixture = try JSONValue(parsing: Data(contentsOf: FixtureFiles.own("dictionary-words.json")))
        for (key, article) in [("an", "An"), ("a", "A")] {
            let words = try XCTUnwrap(fixture[key]?.string).split(separator: " ").map(String.init)
            XCTAssertGreaterThan(words.count, 50, key)
            for word in words {
                XCTAssertEqual(IndefiniteArticle.of(word, rule: .wholeText), article, word)
            }
        }
    }
}
