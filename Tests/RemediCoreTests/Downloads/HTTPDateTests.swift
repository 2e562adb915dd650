import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

/// Dates of headers, expected numbers from `date -u -d … +%s`.
final class HTTPDateTests: XCTestCase {
    func testTheThreeForms() {
        for (text, seconds) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
            ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Tue, 29 Feb 2000 23:59:59 GMT", 951_868_799),
            ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799),
            ("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_800), ("Wed Dec 31 23:59:59 1969", -1),
            ("Monday, 01-Jan-69 00:00:00 GMT", 3_124_224_000), ("Thursday, 01-Jan-70 00:00:00 GMT", 0),
        ] {
            XCTAssertEqual(HTTPDate(text)?.seconds, seconds, text)
        }
    }

    func testWhatIsNoDate() {
        for text in [
            "", " ", "GMT", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 06 Nov 94 08:49:37 GMT", "Fri, 31 Dec 999999 23:59:59 GMT", "Sun, 29 Feb 1900 00:00:00 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, +6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov -994 08:49:37 GMT", "Sun, ٠٦ Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
            "Son, 06 Nov 1994 08:49:37 GMT", "Sun, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 06 Nov 1994 08:49:37:00 GMT", String(repeating: "Sun, ", count: 1 << 16),
        ] {
            XCTAssertNil(HTTPDate(text), text.prefix(40).description)
        }
    }

    func testDamagedDates() {
        var stream = RandomStream(seed: 30, purpose: "dates")
        let forms = [
            "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        ].map { Data($0.utf8) }
        var understood = 0
        for index in 0..<RandomStream.rounds(20_000) {
            let bytes = stream.mutated(forms[index % forms.count])
            if let date = HTTPDate(String(decoding: bytes, as: UTF8.self)) {
                XCTAssertTrue((-62_167_219_200...253_402_300_800).contains(date.seconds), "\(Array(bytes))")
                understood += 1
            }
        }
        XCTAssertGreaterThan(understood, 100)
    }

    /// Heads of answers, cut anywhere and damaged: each is understood or refused, and no number is negative.
    func testDamagedHeads() throws {
        var stream = RandomStream(seed: 31, purpose: "heads")
        let form = Data(
            ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 206 Partial Content\r\nContent-Length: 10\r\nETag: \"a\"\r\n"
                + "Content-Range: bytes 10-19/9223372036854775807\r\nRetry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                + "Date: Sun Nov  6 08:49:37 1994\r\n\r\nbody").utf8)
        for _ in 0..<RandomStream.rounds(20_000) {
            let bytes = stream.mutated(form)
            var reader = HTTPHeadReader()
            let place = Int.random(in: 0...bytes.count, using: &stream)
            for piece in [bytes.prefix(place), bytes.dropFirst(place)] where reader.head == nil {
                do {
                    _ = try Data(piece).withUnsafeBytes { try reader.take($0) }
                } catch is HTTPHeadReader.Failure {
                    break
                }
            }
            guard let head = reader.head else { continue }
            let range = head.contentRange
            for number in [head.contentLength, range?.start, range?.total, head.retryAfter, head.status] {
                XCTAssertGreaterThanOrEqual(number ?? 0, 0, "\(head)")
            }
        }
    }
}
