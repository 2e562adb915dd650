import CKernels
import Foundation
import XCTest

@testable import LanguageModels

final class SHA256Tests: XCTestCase {
    func testStandardVectors() {
        let cases = [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqr"
                    + "lmnopqrsmnopqrstnopqrstu",
                "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
            ),
            (
                String(repeating: "a", count: 1_000_000),
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
            ),
        ]
        for (text, digest) in cases {
            XCTAssertEqual(SHA256.hash(Data(text.utf8)), digest, "\(text.count) characters")
        }
    }

    func testPiecesOfAnyLengthGiveTheDigestOfTheWhole() {
        let data = Data((0..<300).map { UInt8($0 % 251) })
        let whole = SHA256.hash(data)
        for step in 1...130 {
            var hash = SHA256()
            for start in stride(from: 0, to: data.count, by: step) {
                hash.update(data[start..<min(start + step, data.count)])
            }
            XCTAssertEqual(hash.finish(), whole, "pieces of \(step)")
        }
    }

    /// The processor's instructions and their plain twin.
    func testBothWaysGiveTheSameState() {
        var stream = RandomStream(seed: 1, purpose: "SHA-256 twins", sample: "")
        for count in 0..<20 {
            let blocks = (0..<64 * count + 1).map { _ in UInt8.random(in: 0...255, using: &stream) }
            var (ours, plain) = ([UInt32](repeating: 7, count: 8), [UInt32](repeating: 7, count: 8))
            blocks.withUnsafeBytes { bytes in
                // At an odd address.
                ck_sha256_absorb(&ours, bytes.baseAddress! + 1, count)
                ck_sha256_absorb_plain(&plain, bytes.baseAddress! + 1, count)
            }
            XCTAssertEqual(ours, plain, "\(count) blocks")
        }
    }

    func testFiles() throws {
        let scratch = try ScratchFolder()
        let empty = try scratch.write("", to: "empty")
        XCTAssertEqual(
            try SHA256.hash(file: empty), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        let abc = try scratch.write("abc", to: "abc")
        XCTAssertEqual(
            try SHA256.hash(file: abc), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        XCTAssertThrowsError(try SHA256.hash(file: scratch.file("none"))) {
            XCTAssertEqual($0 as? LanguageModelError, .fileMissing(path: scratch.file("none").path))
        }
        XCTAssertThrowsError(try SHA256.hash(file: scratch.url)) {
            XCTAssertEqual(
                $0 as? LanguageModelError,
                .unreadable(path: scratch.url.path, reason: "it is a folder"))
        }
    }
}
