import LanguageModels
import XCTest

@testable import RemediCore

final class TypicalSamplesTests: XCTestCase {
    private func sample(_ id: Int, relation: String?) -> Sample {
        let source = relation.map { JSONValue.object(["requested_rewrite": ["relation_id": .string($0)]]) }
        return Sample(
            id: "\(id)", entity: "e", attribute: "a", context: "e a", prompt: "e", source: source)
    }

    func testTheFirstOfEachRelation() {
        let samples = ["P1", "P1", "P2", "P1", "P3", "P4"].enumerated().map { sample($0, relation: $1) }
        let typical = TypicalSamples(among: samples, count: 3)
        XCTAssertEqual(typical.samples.map(\.id), ["0", "2", "4"])
        XCTAssertEqual(typical.rule, "the first evaluated case of each of 3 relations")
    }

    func testEqualDistancesWithoutRelations() {
        let samples = (0..<9).map { sample($0, relation: nil) }
        let typical = TypicalSamples(among: samples, count: 3)
        XCTAssertEqual(typical.samples.map(\.id), ["0", "3", "6"])
        XCTAssertEqual(typical.rule, "3 of 9 evaluated cases, at equal distances")
        XCTAssertEqual(TypicalSamples(among: Array(samples[..<2]), count: 3).samples.count, 2)
        XCTAssertTrue(TypicalSamples(among: [], count: 3).samples.isEmpty)
        XCTAssertTrue(TypicalSamples(among: samples, count: 0).samples.isEmpty)
    }

    func testFirstSentences() {
        let cases = [
            (" Dutch. He lives.", " Dutch."), (" 3.5 km wide! Yes.", " 3.5 km wide!"), (" Dutch", " Dutch…"),
            ("\n one\ntwo", " one"), ("", "…"), (" a. ", " a."), (" a.", " a."),
        ]
        for (text, expected) in cases {
            XCTAssertEqual(SingleEditResult.firstSentence(of: text), expected, text)
        }
    }

    func testHitsSayTheNewFactInTheirFirstSentence() {
        func result(_ after: String, _ target: String?) -> SingleEditResult {
            var sample = sample(1, relation: nil)
            sample.targetMediated = target
            return SingleEditResult(
                sample: sample, promptTokens: [], editedTokens: 0..<1,
                before: .init(top: [], continuation: " old.", targets: []),
                after: .init(top: [], continuation: after, targets: []))
        }
        XCTAssertEqual(result(" Dutch. More", "Dutch").isHit, true)
        XCTAssertEqual(result(" French. Dutch.", "Dutch").isHit, false)
        XCTAssertNil(result(" Dutch.", nil).isHit)
        XCTAssertEqual(
            result(" Dutch. More", "Dutch").example,
            Picture.Example(told: "e a", prompt: "e", before: " old.", after: " Dutch.", isHit: true))
    }
}
