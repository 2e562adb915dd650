import Foundation
import XCTest

@testable import RemediCore

final class WorkplaceTests: XCTestCase {
    func testCaches() {
        let cases: [([String: String], hub: String, own: String)] = [
            (["HOME": "/h"], "/h/.cache/huggingface/hub", "/h/.cache/remedi"),
            (["HOME": "/h", "XDG_CACHE_HOME": "/c"], "/c/huggingface/hub", "/c/remedi"),
            (["HOME": "/h", "XDG_CACHE_HOME": ""], "/h/.cache/huggingface/hub", "/h/.cache/remedi"),
            (["HOME": "/h", "HF_HOME": "~/f"], "/h/f/hub", "/h/.cache/remedi"),
            (["HOME": "/h", "HF_HUB_CACHE": "there"], "/w/there", "/h/.cache/remedi"),
        ]
        for (environment, hub, own) in cases {
            let workplace = Workplace(
                environment: environment, workingFolder: URL(fileURLWithPath: "/w", isDirectory: true))
            XCTAssertEqual(workplace.hubCache.path, hub, "\(environment)")
            XCTAssertEqual(workplace.cache.path, own, "\(environment)")
        }
    }

    /// The folder that is named and the one where the user is are searched once if they are the same.
    func testConfigurationFolders() {
        for (named, expected) in [
            (nil, ["/w/Configs"]), ("mine", ["/w/mine", "/w/Configs"]), ("Configs", ["/w/Configs"]),
        ] as [(String?, [String])] {
            let workplace = Workplace(
                environment: named.map { ["REMEDI_CONFIGS": $0] } ?? [:],
                workingFolder: URL(fileURLWithPath: "/w", isDirectory: true))
            XCTAssertEqual(workplace.configurations.map(\.path), expected)
        }
    }

    func testAnInstalledProgramHasItsExperiments() throws {
        let prefix = FileManager.default.temporaryDirectory
            .appendingPathComponent("remedi-\(UUID().uuidString)").resolvingSymlinksInPath()
        let shared = prefix.appendingPathComponent("share/remedi/Configs")
        try FileManager.default.createDirectory(at: shared, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: prefix) }
        let workplace = Workplace(
            environment: [:], workingFolder: URL(fileURLWithPath: "/w", isDirectory: true),
            executable: prefix.appendingPathComponent("bin/remedi"))
        XCTAssertEqual(workplace.configurations.map(\.path), ["/w/Configs", shared.path])
    }

    /// Below a file nothing can be written, whoever asks.
    func testResultsOfAFolderThatTakesNoneGoElsewhere() throws {
        let home = FileManager.default.temporaryDirectory
            .appendingPathComponent("remedi-\(UUID().uuidString)").resolvingSymlinksInPath().path
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: home) }
        let temporary = "\(home)/remedi-\(getuid())/results"
        let file = home + "/file"
        try Data().write(to: URL(fileURLWithPath: file))
        let cases: [(String, [String: String], results: String, isElsewhere: Bool)] = [
            (home, ["HOME": home], "\(home)/results", false),
            (file, ["HOME": home], "\(home)/.local/state/remedi/results", true),
            (file, ["HOME": home, "XDG_STATE_HOME": "\(home)/s"], "\(home)/s/remedi/results", true),
            (file, ["HOME": home, "REMEDI_RESULTS_DIR": "/there"], "/there", false),
            (file, ["HOME": file, "TMPDIR": home], temporary, true),
            (file, ["TMPDIR": home], temporary, true),
        ]
        for (folder, environment, results, isElsewhere) in cases {
            let workplace = Workplace(
                environment: environment, workingFolder: URL(fileURLWithPath: folder, isDirectory: true))
            XCTAssertEqual(workplace.results.path, results, "\(folder), \(environment)")
            XCTAssertEqual(workplace.resultsElsewhere != nil, isElsewhere, "\(folder), \(environment)")
        }
    }

    /// What lies in a folder that takes nothing more can still be read.
    func testResultsThatAreThereStayWhereTheyAre() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("remedi-\(UUID().uuidString)").resolvingSymlinksInPath()
        let results = folder.appendingPathComponent("results")
        try FileManager.default.createDirectory(at: results, withIntermediateDirectories: true)
        XCTAssertEqual(chmod(folder.path, 0o555), 0)
        // Root may write into any folder, so another user asks.
        let user = geteuid()
        if user == 0 { XCTAssertEqual(seteuid(65534), 0) }
        defer {
            if user == 0 { XCTAssertEqual(seteuid(0), 0) }
            XCTAssertEqual(chmod(folder.path, 0o755), 0)
            try? FileManager.default.removeItem(at: folder)
        }
        let workplace = Workplace(environment: ["HOME": "/proc"], workingFolder: folder)
        XCTAssertEqual(workplace.results.path, results.path)
    }
}
