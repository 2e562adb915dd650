import XCTest

@testable import RemediCore

final class SentenceSplitterTests: XCTestCase {
    /// `|` marks where the text must be split.
    private func check(_ marked: String, file: StaticString = #filePath, line: UInt = #line) {
        let expected = marked.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        let text = marked.replacingOccurrences(of: "|", with: "")
        XCTAssertEqual(SentenceSplitter().sentences(of: text), expected, file: file, line: line)
    }

    func testPlainSentences() {
        check("The median age was 29.7 years.| The original language of Il Boss was")
        check("Is it so?| It is!| Good")
        check("He left…| Nobody knew")
        check("No stop at all")
        XCTAssertEqual(SentenceSplitter().sentences(of: ""), [])
        XCTAssertEqual(SentenceSplitter().sentences(of: " \n "), [])
        XCTAssertEqual(SentenceSplitter().sentences(of: "..."), ["..."])
    }

    func testLowerCaseGoesOn() {
        check("He wrote approx. three letters")
        check("\"Stop!\" he cried and ran.| Then he slept")
        check("The series ... and then some")
        check("Yahoo! is a company")
    }

    func testTitlesAndInitials() {
        check("Mr. Smith met Dr. J. Robert Oppenheimer in St. Louis.| They talked")
        check("K. R. Gowri Amma and B. Hick came")
        check("In Roe v. Wade it was so.| Henry V.| Then he left")
        check("It lacks vitamin C.| The rest is fine")
    }

    func testAbbreviationsThatMayEndASentence() {
        check("He works at Starz Inc. Los Angeles knows him")
        check("He works at Starz Inc.| The firm is large")
        check("Sammy Davis Jr. Boulevard is long")
        check("He lives in the U.S.| She does not")
        check("The U.S. Senate met")
        check("We work on lists (procedures etc.)| James Naughtie, of")
        check("See Marxists.org.| Bandai is sold by")
        check("It is in Los Angeles, CA.| Otto was there ca. 1900 with Berman et al.| He left")
        check("She took her Ph.D. Harvard was pleased")
    }

    func testNumbers() {
        check("She was world No. 5 then.| Nocturne Op. 9 followed")
        check("Dellacqua rose to world No.| Rio de Janeiro is a twin city of")
        check("1926.| Bandai was founded")
        check("It happened in 1995.| Gerard Kennedy was president")
        check("It costs 4.50 in all")
    }

    func testQuotesAndBrackets() {
        check("He said \"Go.\"| Then he went")
        check("(Individual credits were not listed.)| Indira Gandhi Airport, located in")
        check("The band (named after K. Unger. Really?) played on")
        check("It was so (they say.| Nobody closed this")
        check("“Why?”| “Because.”| He left")
    }

    func testScalarsAreKept() {
        check("Šťastný kam nach Zürich. | Ein Café öffnet")
        let text = "Cafe\u{301} shut. Next"
        XCTAssertEqual(
            SentenceSplitter().sentences(of: text).joined(separator: " ").unicodeScalars.count,
            text.unicodeScalars.count)
    }
}
