import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

/// Pickles that are no list of people, by accident or to do harm: a named error each, and nothing happens.
final class BiosBiasBadInputTests: XCTestCase {
    private func reason(_ bytes: [UInt8], line: UInt = #line) throws -> String {
        let file = try temporaryFolder().appendingPathComponent("bios.pkl")
        try Data(bytes).write(to: file)
        var found = ""
        XCTAssertThrowsError(try Dataset.load(.biosbias, file: file), line: line) { error in
            guard case RemediError.malformedData(file.path, let reason)? = error as? RemediError else {
                return XCTFail("\(error)", line: line)
            }
            found = reason
        }
        return found
    }

    func testCodeIsRefusedByName() throws {
        let touched = try temporaryFolder().appendingPathComponent("harm").path
        let argument = Pickled.text("touch \(touched)") + [0x85, 0x52]
        let prefix = "not a pickle of plain records: byte "
        let named = ", which is not plain data and was not executed"
        let cases: [(bytes: [UInt8], reason: String)] = [
            ([0x80, 2, 0x63] + Array("os\nsystem\n".utf8) + argument + [0x2E], "13: it names os.system"),
            (
                [0x80, 4, 0x8C, 8] + Array("builtins".utf8) + [0x8C, 4] + Array("eval".utf8) + [0x93]
                    + argument + [0x2E], "19: it names builtins.eval"
            ),
            (
                [0x80, 2, 0x28] + Pickled.text("true") + [0x69] + Array("os\nsystem\n".utf8) + [0x2E],
                "23: it names os.system"
            ),
            (
                [0x80, 2, 0x63] + Array("pandas.core.frame\nDataFrame\n".utf8) + [0x29, 0x81, 0x2E],
                "31: it names pandas.core.frame.DataFrame"
            ),
        ]
        for (bytes, expected) in cases { XCTAssertEqual(try reason(bytes), prefix + expected + named) }
        XCTAssertFalse(FileManager.default.fileExists(atPath: touched))
        XCTAssertEqual(
            try reason([0x80, 2, 0x5D, 0x82, 1, 0x2E]),
            prefix + "3: the opcode EXT1 is not needed for plain data")
    }

    func testShapesThatLie() throws {
        let deep = [UInt8](repeating: 0x28, count: 10_000) + [UInt8](repeating: 0x74, count: 10_000)
        let prefix = "not a pickle of plain records: byte "
        let record = Pickled.text("name") + Pickled.text("Ada") + [0x85]
        let cases: [(name: String, bytes: [UInt8], reason: String)] = [
            ("deep", [0x80, 2, 0x5D] + deep + [0x61, 0x2E], prefix + "10260: nested deeper than 256"),
            (
                "2 GB", [0x80, 2, 0x58, 0, 0, 0, 0x80, 0x61],
                prefix + "7: 2147483648 bytes are claimed, 1 are left"
            ),
            ("no end", [0x80, 2, 0x5D], prefix + "3: the pickle ends too early"),
            ("a dict", [0x80, 2, 0x7D, 0x2E], "the pickle is not a list of records"),
            ("a number inside", [0x80, 2, 0x5D, 0x4B, 1, 0x61, 0x2E], "record 0 is not a dict"),
            (
                "itself", [0x80, 2, 0x5D, 0x71, 0, 0x68, 0, 0x61, 0x2E],
                prefix + "9: a container that holds itself"
            ),
            (
                "no name", [0x80, 2, 0x5D, 0x7D, 0x61, 0x2E],
                "record 0: name is missing or of the wrong kind"
            ),
            (
                "a name of numbers",
                [0x80, 2, 0x5D, 0x7D] + Pickled.text("name") + [0x4B, 1, 0x85, 0x73, 0x61, 0x2E],
                "record 0: name is missing or of the wrong kind"
            ),
            (
                "no raw", [0x80, 2, 0x5D, 0x7D] + record + [0x73, 0x61, 0x2E],
                "record 0: raw is missing or of the wrong kind"
            ),
            (
                "no title",
                [0x80, 2, 0x5D, 0x7D] + record + [0x73] + Pickled.text("raw") + Pickled.text("x")
                    + [0x73, 0x61, 0x2E],
                "record 0: title is missing or of the wrong kind"
            ),
            ("protocol 0", Array("(lp0\n.".utf8), "neither a pickle of protocol 2 to 5 nor sample objects"),
            ("protocol 9", [0x80, 9], prefix + "2: pickle protocol 9"),
        ]
        for (name, bytes, expected) in cases { XCTAssertEqual(try reason(bytes), expected, name) }
    }

    func testPartsThatRepeatAreBounded() throws {
        // Each list holds the one before twice: 2 to the power of 200 parts.
        var bytes: [UInt8] = [0x80, 2, 0x5D, 0x7D] + Pickled.text("x") + [0x5D, 0x71, 0]
        for _ in 0..<200 { bytes += [0x30, 0x5D, 0x28, 0x68, 0, 0x68, 0, 0x65, 0x71, 0] }
        bytes += [0x73, 0x61, 0x2E]
        let much = "holds more than such a file can: parts that repeat"
        XCTAssertEqual(try reason(bytes), "record 0 \(much)")
        // One long text in many records.
        let text = String(repeating: "a ", count: 400_000)
        var many: [UInt8] = [0x80, 2, 0x7D]
        let members = ["raw", "title", "x"].map { Pickled.text($0) + [0x68, 7] }
        let name = Pickled.text("name") + Pickled.text("Ada") + [0x85]
        many += Pickled.text(text) + [0x71, 7, 0x30]
        many += [0x28] + name + Pickled.text("raw") + Pickled.text("x") + Pickled.text("title")
        many += Pickled.text("x") + Array(members[2]) + [0x75, 0x71, 1, 0x30, 0x5D]
        for _ in 0..<5_000 { many += [0x68, 1, 0x61] }
        let found = try reason(many + [0x2E])
        XCTAssert(found.hasPrefix("record ") && found.hasSuffix(much), found)
    }

    func testTooManySteps() throws {
        let bytes: [UInt8] = [0x80, 2] + [UInt8](repeating: 0x4E, count: 300)
        let read: () throws -> PickleValue = {
            try bytes.withUnsafeBytes { bytes in
                var reader = PickleReader(bytes: bytes)
                return try reader.read(valueLimit: 100)
            }
        }
        XCTAssertThrowsError(try read()) {
            XCTAssertEqual(($0 as? PickleError)?.reason, "more than 100 values")
        }
    }

    /// A name that multiplies itself with every form that is replaced.
    func testNamesThatGrowAreBounded() throws {
        let first = String(repeating: "dr a mr a ", count: 20)
        let raw = "It was so then. " + String(repeating: "a ", count: 8_000)
        var bytes: [UInt8] = [0x80, 2, 0x5D, 0x7D, 0x28]
        bytes += Pickled.text("name") + Pickled.text(first) + Pickled.text("a") + [0x86]
        for text in ["raw", raw, "title", "nurse"] { bytes += Pickled.text(text) }
        let file = try temporaryFolder().appendingPathComponent("bios.pkl")
        try Data(bytes + [0x75, 0x61, 0x2E]).write(to: file)
        XCTAssertEqual(
            try Dataset.load(.biosbias, file: file).dropped.map(\.reason),
            [BiosBias.DropReason.severalMentions])
    }

    func testMutations() throws {
        let refused = try refusals(
            of: .biosbias, like: "biosbias.pkl", first: 6_000, wild: [0x28, 0x5D, 0x71],
            ends: [[], [0x65, 0x2E]])
        XCTAssertGreaterThan(refused, 100)
    }
}
