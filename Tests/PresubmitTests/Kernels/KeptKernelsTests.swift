import Foundation
import XCTest

@testable import Presubmit

final class KeptKernelsTests: XCTestCase {
    private let log = "a\nb: ä\n"

    func testOnlyTheSameInputsFindIt() throws {
        let folder = try PackageFolder.temporary()
        defer { try? FileManager.default.removeItem(at: folder) }
        let kept = KeptKernels(folder: folder.appendingPathComponent("new"))
        XCTAssertNil(kept.log(of: "source", for: 80))
        kept.keep(log, of: "source", for: 80)
        XCTAssertEqual(kept.log(of: "source", for: 80), log)
        XCTAssertNil(kept.log(of: "source ", for: 80))
        XCTAssertNil(kept.log(of: "source", for: 90))
        kept.keep(log, of: "other", for: 80)
        XCTAssertNil(kept.log(of: "source", for: 80))
    }

    func testDamagedFilesAreNotTaken() throws {
        let folder = try PackageFolder.temporary()
        defer { try? FileManager.default.removeItem(at: folder) }
        let kept = KeptKernels(folder: folder)
        kept.keep(log, of: "source", for: 80)
        let file = folder.appendingPathComponent("sm_80")
        let whole = try Data(contentsOf: file)
        let hash = whole.prefix(64)
        for damaged in [
            Data(), hash, hash + Data("\n".utf8), hash + Data("\n99\nabc".utf8), whole.dropFirst(),
            whole.dropLast(), whole + Data("a".utf8),
        ] {
            try damaged.write(to: file)
            XCTAssertNil(kept.log(of: "source", for: 80), String(decoding: damaged, as: UTF8.self))
        }
    }

    func testAFolderThatCannotBeMadeCostsNothing() {
        let kept = KeptKernels(folder: URL(fileURLWithPath: "/dev/null/kernels"))
        kept.keep(log, of: "source", for: 80)
        XCTAssertNil(kept.log(of: "source", for: 80))
    }
}
