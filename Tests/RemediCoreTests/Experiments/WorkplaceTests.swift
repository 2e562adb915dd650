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
}
