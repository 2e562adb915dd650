import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

/// What the raw files among the fixtures must become, by `Scripts/oracle/raw_data_sets.py`.
struct RawSamples {
    let count: Int
    let first: [JSONValue]
    /// The beginnings of the SHA-256 sums of all samples' lines.
    let hashes: [String]

    init(_ name: String) throws {
        let data = try Data(contentsOf: FixtureFiles.own("raw-samples.json"))
        let part = try XCTUnwrap(JSONValue(parsing: data)[name])
        count = try XCTUnwrap(part["count"]?.integer)
        first = try XCTUnwrap(part["first"]?.array)
        hashes = try XCTUnwrap(part["hashes"]?.array).compactMap(\.string)
    }

    /// Compares samples with what they must be, each as a whole.
    func check(_ samples: [Sample], file: StaticString = #filePath, line: UInt = #line) {
        XCTAssertEqual(samples.count, count, file: file, line: line)
        for (index, sample) in samples.prefix(first.count).enumerated() {
            XCTAssertEqual(sample.json.text(), first[index].text(), file: file, line: line)
        }
        for (sample, hash) in zip(samples, hashes) {
            let found = SHA256.hash(Data(sample.json.text().utf8)).prefix(8)
            XCTAssertEqual(String(found), hash, "\(sample.id): \(sample.context)", file: file, line: line)
        }
    }
}

extension XCTestCase {
    /// Loads 150 damaged copies of the first bytes of a fixture: cut anywhere, up to six bytes replaced by
    /// `wild` ones or any, one of `ends` after.  Each must give samples or a named error.
    ///
    /// - Returns: how many were refused.
    func refusals(
        of name: DatasetName, like fixture: String, first count: Int, wild: [UInt8], ends: [[UInt8]]
    ) throws -> Int {
        let honest = try Data(contentsOf: FixtureFiles.shared(fixture)).prefix(count)
        let file = try temporaryFolder().appendingPathComponent(fixture)
        var random = RandomStream(seed: 5, purpose: "mutated \(fixture)")
        var refused = 0
        for round in 0..<RandomStream.rounds(150) {
            var bytes = [UInt8](honest.prefix(Int.random(in: 1...honest.count, using: &random)))
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                let byte = Bool.random(using: &random) ? wild.randomElement(using: &random) : nil
                bytes[Int.random(in: 0..<bytes.count, using: &random)] =
                    byte ?? UInt8.random(in: 0...255, using: &random)
            }
            try Data(bytes + ends[round % ends.count]).write(to: file)
            do {
                _ = try Dataset.load(name, file: file)
            } catch is RemediError {
                refused += 1
            }
        }
        return refused
    }
}
