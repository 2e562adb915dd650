import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

/// `splits.json`: small data sets say themselves where training ends.
final class SplitTableTests: XCTestCase {
    private func dataset(_ splits: String?, count: Int = 10) throws -> Dataset {
        let folder = try temporaryFolder()
        let lines = (0..<count).map {
            #"{"id":"\#($0)","entity":"E\#($0)","attribute":"is a","context":"E\#($0) is a","prompt":"E\#($0)"}"#
        }
        let file = folder.appendingPathComponent("counterfact.jsonl")
        try AtomicFile.write(lines.joined(separator: "\n"), to: file)
        if let splits { try AtomicFile.write(splits, to: folder.appendingPathComponent("splits.json")) }
        return try Dataset.load(.counterfact, file: file)
    }

    func testTheFileSaysWhereTrainingEnds() throws {
        let data = try dataset(#"{"counterfact.jsonl": 7, "other.json": 3}"#)
        let cases: [(Split, Range<Int>)] = [
            (.training, 0..<7), (.evaluation(small: false), 7..<10), (.evaluation(small: true), 7..<10),
            (.dump(size: 2), 7..<9), (.all, 0..<10), (.first(2, of: .evaluation(small: false)), 7..<9),
            (.first(4, of: .training), 0..<4),
        ]
        for (split, expected) in cases {
            XCTAssertEqual(data.indices(of: split), expected, "\(split)")
            XCTAssertEqual(data.requested(split), split == .all ? nil : expected, "\(split)")
        }
    }

    /// Numbers that no data set has are counted with all the same.
    func testHugeNumbersCutNothing() throws {
        let data = try dataset(#"{"counterfact.jsonl": 1000000000}"#)
        XCTAssertEqual(data.indices(of: .training), 0..<10)
        XCTAssertTrue(data.indices(of: .evaluation(small: false)).isEmpty)
        XCTAssertEqual(Split.dump(size: .max).requested, 5_000..<Int.max)
        XCTAssertEqual(Split.dump(size: .max).range(of: 6_000), 5_000..<6_000)
    }

    func testWithoutTheFileSplitsAreAsUsual() throws {
        for splits in [nil, #"{"other.json": 3}"#] {
            let data = try dataset(splits)
            XCTAssertEqual(data.indices(of: .training), 0..<10)
            XCTAssertTrue(data.indices(of: .evaluation(small: false)).isEmpty)
            XCTAssertEqual(data.requested(.training), 0..<5_000)
        }
    }

    /// Other splits give other results: manifests must tell them apart.
    func testTheIdentityTellsSplitsApart() throws {
        let (seven, eight) = (
            try dataset(#"{"counterfact.jsonl": 7}"#), try dataset(#"{"counterfact.jsonl": 8}"#)
        )
        XCTAssertEqual(seven.fileHash, eight.fileHash)
        XCTAssertNotEqual(seven.identity, eight.identity)
        XCTAssertEqual(try dataset(nil).identity, seven.fileHash)
    }

    func testBadFilesAreNamed() throws {
        for (text, reason) in [
            ("[]", "not an object of numbers"), ("{", "not an object of numbers"),
            (#"{"a": -1}"#, "a is not a count from 0 to 1000000000"),
            (#"{"a": "x"}"#, "a is not a count from 0 to 1000000000"),
            (#"{"a": 9223372036854775807}"#, "a is not a count from 0 to 1000000000"),
            (#"{"counterfact.jsonl": 1000000001}"#, "counterfact.jsonl is not a count from 0 to 1000000000"),
            (#"{"a": 1e300}"#, "a is not a count from 0 to 1000000000"),
            (#"{"a": 2.5}"#, "a is not a count from 0 to 1000000000"),
        ] {
            XCTAssertThrowsError(try dataset(text), text) { error in
                guard case .malformedData(let path, let found)? = error as? RemediError else {
                    return XCTFail("\(text): \(error)")
                }
                XCTAssertTrue(path.hasSuffix("/splits.json"), text)
                XCTAssertEqual(found, reason, text)
            }
        }
    }
}
