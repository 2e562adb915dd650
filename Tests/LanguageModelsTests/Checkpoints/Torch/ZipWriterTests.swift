import Foundation
import XCTest

@testable import LanguageModels

final class ZipWriterTests: XCTestCase {
    /// More entries than the plain end record can count.
    func testManyEntries() throws {
        let scratch = try ScratchFolder()
        let file = scratch.file("many.zip")
        let count = 65_536
        try AtomicFile.write(to: file) { sink in
            var writer = ZipWriter()
            for number in 0..<count {
                try writer.append("\(number)", Data([UInt8(number & 0xFF)]), to: sink)
            }
            try writer.finish(to: sink)
        }
        let mapped = try MappedFile(file)
        let archive = try ZipArchive(mapped)
        XCTAssertEqual(archive.entries.count, count)
        for number in stride(from: 0, to: count, by: 997) + [count - 1] {
            let entry = archive.entries[number]
            XCTAssertEqual(entry.name, "\(number)")
            XCTAssertEqual(entry.range.lowerBound % 64, 0, "\(number)")
            XCTAssertEqual(Array(try archive.checkedContent(entry)), [UInt8(number & 0xFF)], "\(number)")
        }
    }
}
