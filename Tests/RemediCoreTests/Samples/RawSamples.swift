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
