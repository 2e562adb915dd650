import Foundation
import XCTest

@testable import remedi

final class KeptKernelsTests: XCTestCase {
    private let output = KeptKernels.Output(image: [10, 0, 255, 10], log: "a\nb: ä\n")

    func testOnlyTheSameInputsFindIt() throws {
        let folder = try TestFiles.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let kept = KeptKernels(folder: folder.appendingPathComponent("new"))
        XCTAssertNil(kept.output(of: "source", for: 80))
        kept.keep(output, of: "source", for: 80)
        XCTAssertEqual(kept.output(of: "source", for: 80), output)
        XCTAssertNil(kept.output(of: "source ", for: 80))
        XCTAssertNil(kept.output(of: "source", for: 90))
        kept.keep(output, of: "other", for: 80)
        XCTAssertNil(kept.output(of: "source", for: 80))
    }

    func testDamagedFilesAreNotTaken() throws {
        let folder = try TestFiles.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let kept = KeptKernels(folder: folder)
        kept.keep(output, of: "source", for: 80)
        let file = folder.appendingPathComponent("sm_80")
        let whole = try Data(contentsOf: file)
        let hash = whole.prefix(64)
        for damaged in [
            Data(), hash, hash + Data("\n".utf8), hash + Data("\n99\nabc".utf8),
            hash + Data("\n-1\nabc".utf8), whole.dropFirst(),
        ] {
            try damaged.write(to: file)
            XCTAssertNil(kept.output(of: "source", for: 80), String(decoding: damaged, as: UTF8.self))
        }
    }

    func testAFolderThatCannotBeMadeCostsNothing() {
        let kept = KeptKernels(folder: URL(fileURLWithPath: "/dev/null/kernels"))
        kept.keep(output, of: "source", for: 80)
        XCTAssertNil(kept.output(of: "source", for: 80))
    }
}
