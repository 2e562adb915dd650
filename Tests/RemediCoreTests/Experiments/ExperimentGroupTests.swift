import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class ExperimentGroupTests: XCTestCase {
    private func experiment(_ text: String, name: String = "dump.all.json") throws -> Experiment {
        try Experiment(file: temporaryFile(text, name: name))
    }

    private func workplace(_ groups: [String: [String]]) throws -> (Workplace, ScratchFolder) {
        let folder = try ScratchFolder()
        for (name, members) in groups {
            let list = JSONValue.array(members.map { .string($0) }).text()
            try folder.write(#"{"summary": "s", "experiments": \#(list)}"#, to: name + ".json")
        }
        for name in ["dump.a", "dump.b"] {
            try folder.write(#"{"summary": "one", "dataset": "mcrae"}"#, to: name + ".json")
        }
        let place = Workplace(environment: ["REMEDI_CONFIGS": folder.url.path], workingFolder: folder.url)
        return (place, folder)
    }

    func testMembers() throws {
        let (place, folder) = try workplace([
            "all": ["dump.b", "inner", "dump.a"], "inner": ["dump.a", "dump.b", "dump.a"],
        ])
        for (name, members) in [
            ("all", ["dump.b", "dump.a"]), ("inner", ["dump.a", "dump.b"]), ("dump.a", ["dump.a"]),
        ] {
            let experiment = try Experiment.named(name, in: place)
            XCTAssertEqual(try experiment.members(in: place).map(\.name), members, name)
        }
        let group = try Experiment(file: folder.file("all.json"))
        XCTAssertEqual(group.summary, "s")
        XCTAssertEqual(group.settings["experiments"], ["dump.b", "inner", "dump.a"])
    }

    func testAGroupThatNamesItselfIsRefused() throws {
        let (place, folder) = try workplace([
            "self": ["dump.a", "self"], "x": ["y"], "y": ["z"], "z": ["dump.b", "x"], "outside": ["x"],
        ])
        for (name, culprit) in [("self", "self"), ("x", "x"), ("y", "y"), ("z", "z"), ("outside", "x")] {
            let experiment = try Experiment(file: folder.file(name + ".json"))
            XCTAssertThrowsError(try experiment.members(in: place), name) {
                XCTAssertEqual($0 as? ExperimentError, .namesItself(group: culprit), name)
            }
        }
    }

    func testAReportStaysInTheResultsFolder() throws {
        for report in ["../victim", "/tmp/x", "a/b.html", "..", ".", "", "x.SVG", "a\\nb", "a\\u001bb"] {
            let text = #"{"summary": "s", "experiments": ["a"], "report": "\#(report)"}"#
            XCTAssertThrowsError(try experiment(text), report) {
                guard case SettingError.invalidValue(_, "report", _) = $0 else {
                    return XCTFail("\(report): \($0)")
                }
            }
        }
        let text = #"{"summary": "s", "experiments": ["a"], "report": "..demo.html"}"#
        XCTAssertEqual(try experiment(text).settings["report"], "..demo.html")
    }

    func testAKeyThatIsThereTwiceIsRefused() {
        for text in [
            #"{"summary": "s",\#n "summary": "s", "experiments": ["a"]}"#,
            #"{"summary": "s", "experiments": ["a"],\#n "experiments": ["b"]}"#,
            #"{"summary": "s", "experiments": ["a"], "report": {"a": 1,\#n "\u0061": 1}}"#,
        ] {
            XCTAssertThrowsError(try experiment(text), text) {
                guard case ExperimentError.syntax(_, 2, let reason) = $0 else {
                    return XCTFail("\(text): \($0)")
                }
                XCTAssertTrue(reason.hasSuffix(" occurs twice"), reason)
            }
        }
    }

    func testBadGroupsAreNamed() throws {
        for (text, key) in [
            (#"{"experiments": ["a"]}"#, "summary"), (#"{"summary": "x", "experiments": []}"#, "experiments"),
            (#"{"summary": "x", "experiments": ["a"], "model": "gptj"}"#, "model"),
        ] {
            XCTAssertThrowsError(try experiment(text), text) {
                switch $0 as? SettingError {
                case .missingKey(_, let found)?, .invalidValue(_, let found, _)?,
                    .unknownKey(_, let found, _)?:
                    XCTAssertEqual(found, key, text)
                default: XCTFail("\(text): \($0)")
                }
            }
        }
    }
}
