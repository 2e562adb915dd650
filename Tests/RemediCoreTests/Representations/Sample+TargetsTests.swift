import XCTest

@testable import RemediCore

final class SampleTargetsTests: XCTestCase {
    private func exchanged(
        entity: String = "Ada", _ attribute: String, _ context: String, _ target: String?, _ other: String?
    ) -> [String]? {
        let sample = Sample(
            id: "1", entity: entity, attribute: attribute, context: context, prompt: "",
            targetMediated: target, targetUnmediated: other)
        return sample.withTargetsExchanged.map { [$0.attribute, $0.context] }
    }

    func testTheEndOfTheAttributeIsReplaced() {
        XCTAssertEqual(
            exchanged("was born in Paris", "Ada was born in Paris", "Paris", "Rome"),
            ["was born in Rome", "Ada was born in Rome"])
        XCTAssertEqual(
            exchanged("likes New York.", "Ada likes New York. So.", "New York", "Rome"),
            ["likes Rome.", "Ada likes Rome. So."])
        XCTAssertEqual(
            exchanged("owns Apple Inc.", "Ada owns Apple Inc.", "Apple Inc.", "Sony"),
            ["owns Sony", "Ada owns Sony"])
    }

    /// Other mentions of the target stay, be they in the entity, in other words or words of their own.
    func testNothingElseIsReplaced() {
        XCTAssertEqual(
            exchanged(
                entity: "Paris Hilton", "met Parisians in Paris, in Paris",
                "Paris Hilton met Parisians in Paris, in Paris", "Paris", "Rome"),
            ["met Parisians in Paris, in Rome", "Paris Hilton met Parisians in Paris, in Rome"])
    }

    func testWhatCannotBeReplaced() {
        XCTAssertNil(exchanged("speaks antifrench", "Ada speaks antifrench", "french", "Latin"))
        XCTAssertNil(exchanged("in Paris she is", "Ada, in Paris she is", "Paris", "Rome"))
        XCTAssertNil(exchanged("in Paris", "Ada in Paris", nil, "Rome"))
        XCTAssertNil(exchanged("in Paris", "Ada in Paris", "Paris", nil))
        XCTAssertNil(exchanged("in Paris", "Ada in Paris", "Paris", ""))
        XCTAssertNil(exchanged("in Paris", "Ada in Paris", "in all of Paris", "Rome"))
    }

    /// Where the context does not hold the attribute, the attribute alone is replaced.
    func testContextsWithoutTheAttribute() {
        XCTAssertEqual(exchanged("in Paris", "Ada lives", "Paris", "Rome"), ["in Rome", "Ada lives"])
    }

    func testScalarsAreKept() {
        XCTAssertEqual(
            exchanged("is in Cafe\u{301}", "Ada is in Cafe\u{301}", "Cafe\u{301}", "Zürich"),
            ["is in Zürich", "Ada is in Zürich"])
    }
}
