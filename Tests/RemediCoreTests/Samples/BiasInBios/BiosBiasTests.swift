import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class BiosBiasTests: XCTestCase {
    func testEverySampleAgreesWithTheOracle() throws {
        let dataset = try Dataset.load(.biosbias, file: FixtureFiles.shared("biosbias.pkl"))
        try RawSamples("biosbias").check(dataset.samples)
        XCTAssertEqual(dataset.recordCount, 89)
        XCTAssertEqual(dataset.recordLimit, 50_000)
        let dropped = Dictionary(uniqueKeysWithValues: dataset.dropped.map { ($0.reason, $0.ids) })
        XCTAssertEqual(
            dropped,
            [
                BiosBias.DropReason.notAPerson: ["Non-Residential_Services"],
                BiosBias.DropReason.severalMentions: ["Al_Also", "May_Day", "Tom_Reed"],
                BiosBias.DropReason.fewWords: ["Jo_March", "Jo_March"],
                Dataset.DropReason.emptyAttribute: ["Kim_Ono"],
            ])
        XCTAssertEqual(dataset.placeCount, 83, "a sample without an attribute keeps its place")
    }

    /// One record, as Python would pickle it: protocol 2, plain opcodes.
    private func pickle(
        name: [String?] = ["Ada", "", "Lovelace"], raw: String, title: String = "software_engineer"
    ) -> Data {
        var bytes: [UInt8] = [0x80, 2, 0x5D, 0x7D, 0x28] + Pickled.text("name") + [0x28]
        for part in name { bytes += part.map(Pickled.text) ?? [0x4E] }
        bytes += [0x74]
        for text in ["raw", raw, "title", title] { bytes += Pickled.text(text) }
        return Data(bytes + [0x75, 0x61, 0x2E])
    }

    private func load(_ data: Data) throws -> Dataset {
        let file = try temporaryFolder().appendingPathComponent("bios.pkl")
        try data.write(to: file)
        return try Dataset.load(.biosbias, file: file)
    }

    private let tail = "wrote the very first programs for a machine that nobody ever finished building"

    func testEveryRule() throws {
        let cases: [(raw: String, context: String)] = [
            ("One of two. Dr. Ada Lovelace \(tail).", "Ada \(tail)."),
            ("It was so then. PROF. Lovelace \(tail).", "Ada \(tail)."),
            ("It was so then. pastor Lovelace \(tail).", "It was so then. Ada \(tail)."),
            ("It was so then. * Mrs Lovelace \(tail) •", "Ada \(tail)"),
            ("No. Never ever again. Not. She \(tail). Lovelace left.", "About Ada: She \(tail)."),
            ("Lovelace \(tail).", "Ada \(tail)."),
            (
                "It was so then. Adas, Lovelaces and McLovelace \(tail).",
                "About Ada: Adas, Lovelaces and McLovelace \(tail)."
            ),
            (
                "It was so then. Lovelace's machine and what was written of it is all gone.",
                "Ada's machine and what was written of it is all gone."
            ),
        ]
        for (raw, context) in cases {
            let sample = try XCTUnwrap(load(pickle(raw: raw)).samples.first, raw)
            XCTAssertEqual(sample.context, context, raw)
            XCTAssertEqual(sample.entity, "Ada", raw)
            XCTAssertEqual(sample.id, "Ada_Lovelace", raw)
            XCTAssertEqual(sample.prompt, "Ada has the occupation of", raw)
            XCTAssertEqual(sample.targetMediated, "software engineer", raw)
            XCTAssertNil(sample.targetUnmediated, raw)
            XCTAssertEqual(sample.source?["raw"]?.string, raw)
            XCTAssertEqual(sample.source?["name"], ["Ada", "", "Lovelace"], raw)
        }
    }

    func testTenWordsCountBehindTheIntroduction() throws {
        let eight = "It was so then. She likes one two three four five six."
        XCTAssertEqual(
            try load(pickle(raw: eight)).samples.map(\.context),
            ["About Ada: She likes one two three four five six."])
        let seven = "It was so then. She likes one two three four five."
        XCTAssertEqual(try load(pickle(raw: seven)).dropped.map(\.reason), [BiosBias.DropReason.fewWords])
        XCTAssertEqual(try load(pickle(raw: "")).dropped.map(\.reason), [BiosBias.DropReason.fewWords])
    }

    func testNames() throws {
        let raw = "It was so then. Mr. Ray Charles Ng \(tail)."
        let cases: [(name: [String?], id: String, context: String)] = [
            (["Ray", "Charles", "Ng"], "Ray_Charles_Ng", "Ray \(tail)."),
            (["Ray", nil, "Ng"], "Ray_Ng", "Mr. Ray Charles Ray \(tail)."),
            (["Ray"], "Ray", "Ray Charles Ng \(tail)."),
            (["Charles", "Ng"], "Charles_Ng", "Mr. Ray Charles \(tail)."),
            (["Ng", "", ""], "Ng", "Mr. Ray Charles Ng \(tail)."),
        ]
        for (name, id, context) in cases {
            let dataset = try load(pickle(name: name, raw: raw))
            if id == "Ray_Ng" {
                XCTAssertEqual(dataset.dropped.map(\.ids), [[id]])
                continue
            }
            XCTAssertEqual(dataset.samples.map(\.context), [context], id)
            XCTAssertEqual(dataset.samples.map(\.id), [id], id)
        }
        XCTAssertEqual(
            try load(pickle(name: [nil, "B", "C"], raw: raw)).dropped.map(\.reason),
            [BiosBias.DropReason.notAPerson])
    }

    func testOnlyTheFirstRecordsAreRead() throws {
        // A list that is filled by one opcode a time, and one that is filled at once; rubbish after.
        let record: [UInt8] = [0x68, 0]
        let one = pickle(raw: "It was so then. Lovelace \(tail).").dropLast(2)
        let made = Data([0x80, 2]) + one.dropFirst(3) + [0x71, 0, 0x30, 0x5D]
        let limit = BiosBias.recordLimit
        let singly = made + [[UInt8]](repeating: record + [0x61], count: limit).joined() + [0xFF]
        let atOnce =
            made + [0x28] + [[UInt8]](repeating: record, count: limit + 3).joined() + [0x65, 0xFF]
        for (form, data) in ["singly": singly, "at once": atOnce] {
            let file = try temporaryFolder().appendingPathComponent("bios.pkl")
            try data.write(to: file)
            let mapped = try MappedFile(file)
            try withExtendedLifetime(mapped) {
                var reader = PickleReader(bytes: mapped.bytes)
                XCTAssertEqual(try reader.read(itemLimit: limit).items?.count, limit, form)
            }
        }
    }
}

/// Bytes of pickles.
enum Pickled {
    /// BINUNICODE
    static func text(_ text: String) -> [UInt8] {
        let count = UInt32(text.utf8.count)
        return [0x58] + (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + Array(text.utf8)
    }
}
