import XCTest

@testable import RemediCore

final class PunktSplitterTests: XCTestCase {
    /// `|` marks where the text must be split.
    private func check(_ marked: String, reference: Bool = false, line: UInt = #line) {
        let expected = marked.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        let text = Array(marked.replacingOccurrences(of: "|", with: "").unicodeScalars)
        let found = PunktSplitter(followsReference: reference).sentences(of: text).map { range in
            String(String.UnicodeScalarView(text[range]))
        }
        XCTAssertEqual(found, expected, line: line)
    }

    func testStopsEndSentencesWhateverFollows() {
        check("One.| two.| Three?| four!| Five")
        check("Is it so?!| Yes!!!| No")
        check("No stop at all")
        check("One.Two three")
    }

    func testAbbreviations() {
        check("Mr. Smith met Dr. J. Robert King.| They talked")
        check("He lives in the U.S.| The end.| The U.S. Senate met")
        check("It closed at 5 p.m. on Jan. 5.| Then it shut")
        check("They sold it to Acme Inc. Los Angeles knows")
        check("They sold it to Acme Inc.| However, why")
        check("See e.g.| this")
    }

    func testInitialsAndNumbers() {
        check("J. Bach and B. Hick came.| He left")
        check("It was vitamin X.| The end")
        check("It was in 1995. and later")
        check("It was in 1995.| Later on")
    }

    func testEllipses() {
        check("He left... and came.| Wait...| The end")
        check("Well .| .| .| then.| So")
    }

    func testClosersBelongToTheSentenceBefore() {
        check("He said \"Go.\"| Then he went.")
        check("(They came.)| Nobody stayed.")
        check("“Why?”| “Because.”| He left.")
        check("“I do.” He left.", reference: true)
        check("So.-- Then")
    }

    func testEdges() {
        let splitter = PunktSplitter(followsReference: false)
        XCTAssertEqual(splitter.sentences(of: []), [])
        XCTAssertEqual(splitter.sentences(of: [" ", "\n"]), [])
        XCTAssertEqual(splitter.sentences(of: ["."]), [0..<1])
        XCTAssertEqual(splitter.sentences(of: ["o", "n", ".", " ", " ", "B", " "]), [0..<3, 5..<6])
    }
}
