import RemediCore
import XCTest

final class SpellingTests: XCTestCase {
    func testDistances() {
        let cases = [
            ("", "", 0), ("a", "", 1), ("", "ab", 2), ("kitten", "sitting", 3), ("layers", "layesr", 1),
            ("lam-kl", "lamkl", 1), ("abc", "cba", 2),
        ]
        for (a, b, distance) in cases {
            XCTAssertEqual(Spelling.distance(a, b), distance, "\(a) \(b)")
            XCTAssertEqual(Spelling.distance(b, a), distance, "\(b) \(a)")
        }
    }

    func testNearest() {
        let words = ["train", "eval", "inspect", "experiments", "presubmit"]
        let cases: [(String, String?)] = [
            ("trian", "train"), ("evla", "eval"), ("experiment", "experiments"), ("insp", "inspect"),
            ("zzz", nil), ("", nil), ("x", nil),
        ]
        for (word, nearest) in cases {
            XCTAssertEqual(Spelling.nearest(to: word, among: words), nearest, word)
        }
        XCTAssertNil(Spelling.nearest(to: "train", among: []))
    }
}
