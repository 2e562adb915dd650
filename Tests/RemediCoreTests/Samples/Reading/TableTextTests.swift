import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class TableTextTests: XCTestCase {
    private func read(_ data: Data) throws -> String {
        let file = try temporaryFolder().appendingPathComponent("table.txt")
        try data.write(to: file)
        return try TableText.read(MappedFile(file))
    }

    func testDamagedUTF16IsRefused() throws {
        let cases: [(Data, String)] = [
            (Data([0xFF, 0xFE, 0x41]), "UTF-16 text that ends within a character"),
            (Data([0xFF, 0xFE, 0x00, 0xD8, 0x41, 0x00]), "UTF-16 text with half a character"),
            (
                Data([0xD0, 0xCF, 0x11, 0xE0, 0xA1]),
                "a spreadsheet's own file: save the sheet as text with tabs between the columns"
            ),
        ]
        for (data, reason) in cases {
            XCTAssertThrowsError(try read(data), reason) { error in
                guard case RemediError.malformedData(_, reason) = error else {
                    return XCTFail("\(error), expected \(reason)")
                }
            }
        }
        XCTAssertEqual(try read(Data([0xFF, 0xFE])), "")
        XCTAssertEqual(try read(Data([0xFE, 0xFF, 0xD8, 0x3D, 0xDE, 0x00])), "😀")
    }

    /// Some programs write UTF-16 without its mark.
    func testUTF16WithoutAMark() throws {
        let text = "Concept\tFeature\nétagère\tis_😀"
        for encoding in [String.Encoding.utf16LittleEndian, .utf16BigEndian] {
            XCTAssertEqual(try read(XCTUnwrap(text.data(using: encoding))), text)
        }
        XCTAssertThrowsError(try read(XCTUnwrap(text.data(using: .utf16LittleEndian)).dropLast()))
        for other in ["", "a", "ab", "abc", "\0\0\0\0"] { XCTAssertEqual(try read(Data(other.utf8)), other) }
    }

    /// Any bytes are a table or an error of ours.
    func testAwkwardTablesNeverCrash() throws {
        var numbers = RandomStream(seed: 5, purpose: "tables", sample: "")
        func below(_ count: Int) -> Int { Int(numbers.next() % UInt64(count)) }
        let parts: [[UInt8]] = [
            [0xFF, 0xFE], [0xFE, 0xFF], [0xEF, 0xBB, 0xBF], Array("Concept\tFeature\tProd_Freq".utf8), [0x0A],
            [0x0D], [0x09], [0x22], Array("a_b".utf8), Array("22.0".utf8), Array("is_c".utf8), [0x00], [0xE9],
            Array("PK\u{3}\u{4}".utf8), Array("1.".utf8), Array(",".utf8), Array("x\tis_a\t3\n".utf8),
        ]
        let file = try temporaryFolder().appendingPathComponent("mcrae.txt")
        var taken = 0
        for round in 0..<RandomStream.rounds(1_500) {
            var bytes: [UInt8] = below(3) > 0 ? Array("Concept\tFeature\tProd_Freq\n".utf8) : []
            for _ in 0...below(24) { bytes += parts[below(parts.count)] }
            try Data(bytes).write(to: file)
            do {
                let dataset = try Dataset.load(.mcrae, file: file)
                taken += dataset.recordCount > 0 ? 1 : 0
            } catch {
                XCTAssertTrue(error is RemediError || error is LanguageModelError, "\(round): \(error)")
            }
        }
        XCTAssertGreaterThan(taken, 0)
    }
}
