import Foundation
import LanguageModels
import XCTest

final class SHA1Tests: XCTestCase {
    private func hash(_ pieces: [Data]) -> String {
        var hash = SHA1()
        for piece in pieces { hash.update(piece) }
        return hash.finish()
    }

    /// The standard's own examples.
    func testKnownDigests() {
        let cases = [
            ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
            ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
            ),
            // `printf hello | git hash-object --stdin`
            ("blob 5\0hello", "b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0"),
        ]
        for (text, digest) in cases { XCTAssertEqual(hash([Data(text.utf8)]), digest, text) }
        XCTAssertEqual(
            hash([Data(repeating: UInt8(ascii: "a"), count: 1_000_00)]),
            hash((0..<1000).map { _ in Data(repeating: UInt8(ascii: "a"), count: 100) }))
    }

    func testPiecesOfAllLengths() {
        let data = Data((0..<200).map { UInt8($0) })
        for cut in 0...data.count {
            XCTAssertEqual(hash([data.prefix(cut), data.suffix(data.count - cut)]), hash([data]), "\(cut)")
        }
    }
}
