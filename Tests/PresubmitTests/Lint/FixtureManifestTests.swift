import Foundation
import XCTest

@testable import Presubmit

final class FixtureManifestTests: XCTestCase {
    private let manifest = FixtureManifest(groups: [
        .init(madeBy: "Scripts/oracle/a.py", versions: "torch 2", files: ["a.json": "1", "b/c.json": "2"]),
        .init(madeBy: "the program, compared word for word", folders: ["help"]),
    ])

    private func findings(_ hashes: [String: String], script: String = "Scripts/oracle/a.py") -> [String] {
        manifest.findings(hashes: hashes, hasScript: { $0 == script })
    }

    func testDifferences() {
        let right = ["a.json": "1", "b/c.json": "2", "help/x.txt": "9"]
        XCTAssertEqual(findings(right), [])
        XCTAssertEqual(findings(right, script: "other"), ["there is no Scripts/oracle/a.py"])
        XCTAssertEqual(
            findings(["a.json": "3", "new.json": "4", "helpful.txt": "5"]),
            [
                "a.json has changed: its SHA-256 is 3", "b/c.json is listed but missing",
                "helpful.txt is not listed with what made it", "new.json is not listed with what made it",
            ])
        let twice = FixtureManifest(groups: manifest.groups + [.init(madeBy: "me", files: ["a.json": "1"])])
        XCTAssertEqual(
            twice.findings(hashes: right, hasScript: { _ in true }), ["a.json is listed twice"])
    }

    func testAnUpdateLeavesTheOriginsOfNewFilesToBeNamed() throws {
        let hashes = ["a.json": "3", "new.json": "4", "help/x.txt": "9"]
        let updated = manifest.updated(hashes: hashes)
        XCTAssertEqual(updated.groups[0].files, ["a.json": "3"])
        XCTAssertEqual(updated.groups[0].versions, "torch 2")
        XCTAssertEqual(updated.groups[2].files, ["new.json": "4"])
        XCTAssertEqual(
            updated.findings(hashes: hashes, hasScript: { _ in true }),
            ["new.json is not listed with what made it"])
        let folder = try PackageFolder.temporary()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("MANIFEST.json")
        try updated.data.write(to: file)
        XCTAssertEqual(try FixtureManifest(file), updated)
    }
}
