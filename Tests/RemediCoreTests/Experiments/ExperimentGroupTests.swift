import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class ExperimentGroupTests: XCTestCase {
    private func experiment(_ text: String, name: String = "dump.all.json") throws -> Experiment {
        try Experiment(file: temporaryFile(text, name: name))
    }

    func testMembers() throws {
        let group = try experiment(#"{"summary": "all", "experiments": ["dump.b", "dump.a"]}"#)
        XCTAssertEqual(group.members, ["dump.b", "dump.a"])
        XCTAssertEqual(group.summary, "all")
        XCTAssertEqual(group.settings["experiments"], ["dump.b", "dump.a"])
        let single = try experiment(#"{"summary": "one", "dataset": "mcrae"}"#, name: "dump.one.json")
        XCTAssertEqual(single.members, ["dump.one"])
    }

    func testBadGroupsAreNamed() throws {
        for (text, key) in [
            (#"{"experiments": ["a"]}"#, "summary"), (#"{"summary": "x", "experiments": []}"#, "experiments"),
            (#"{"summary": "x", "experiments": ["a"], "model": "gptj"}"#, "model"),
        ] {
            XCTAssertThrowsError(try experiment(text), text) {
                switch $0 as? ExperimentError {
                case .missingKey(_, let found)?, .invalidValue(_, let found, _)?,
                    .unknownKey(_, let found, _)?:
                    XCTAssertEqual(found, key, text)
                default: XCTFail("\(text): \($0)")
                }
            }
        }
    }
}
