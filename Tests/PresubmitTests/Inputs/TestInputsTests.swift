import Foundation
import XCTest

@testable import Presubmit

final class TestInputsTests: XCTestCase {
    private let dump = """
        {"name": "p", "targets": [
            {"name": "Base", "type": "regular", "dependencies": [], "settings": []},
            {"name": "Core", "type": "regular", "dependencies": [{"byName": ["Base", null]}]},
            {"name": "Side", "type": "regular",
             "dependencies": [{"target": ["Base", {"platformNames": ["linux"]}]}]},
            {"name": "remedi", "type": "executable", "dependencies": [{"byName": ["Core", null]}]},
            {"name": "Fake", "type": "regular", "path": "Tests/Fake", "dependencies": []},
            {"name": "CoreTests", "type": "test", "dependencies": [{"byName": ["Core", null]}]},
            {"name": "BaseTests", "type": "test", "dependencies": [{"byName": ["Base", null]}]},
            {"name": "RemediTests", "type": "test", "dependencies": [{"byName": ["remedi", null]}]}
        ]}
        """
    private let paths = [
        "Configs/a.json", "Package.swift", "README.md", "Scripts/a.py", "Sources/Base/b.c",
        "Sources/Core/README.md", "Sources/Core/c.swift", "Sources/Side/s.swift", "Sources/remedi/r.swift",
        "Tests/BaseTests/b.swift", "Tests/CoreTests/Fixtures/c.json", "Tests/CoreTests/c.swift",
        "Tests/Fake/f.cpp", "Tests/RemediTests/r.swift",
    ]

    private func files(changing changed: String? = nil) -> PackageFiles {
        PackageFiles(paths.map { .init(path: $0, hash: $0 == changed ? "new" : "old") })
    }

    func testTargetsOfAManifest() throws {
        let targets = try XCTUnwrap(PackageTargets(dump: Data(dump.utf8)))
        XCTAssertEqual(targets.closure(of: "RemediTests"), ["RemediTests", "remedi", "Core", "Base"])
        XCTAssertEqual(targets.closure(of: "Side"), ["Side", "Base"])
        XCTAssertEqual(targets.closure(of: "nobody"), ["nobody"])
        XCTAssertEqual(targets.targets.first { $0.name == "Fake" }?.folder, "Tests/Fake/")
        XCTAssertEqual(targets.targets.filter(\.isTest).map(\.folder).first, "Tests/CoreTests/")
        for wrong in ["", "[]", "{\"targets\": 1}", String(dump.dropLast(3))] {
            XCTAssertNil(PackageTargets(dump: Data(wrong.utf8)), wrong)
        }
    }

    /// Which changes make the tests of each target run again.
    func testAChangeReachesTheTestsThatCanSeeIt() throws {
        let targets = try XCTUnwrap(PackageTargets(dump: Data(dump.utf8)))
        func changes(_ target: String) -> [String] {
            let before = TestInputs(files: files(), targets: targets, surroundings: "m").hash(of: target)
            return paths.filter { path in
                let after = TestInputs(files: files(changing: path), targets: targets, surroundings: "m")
                return after.hash(of: target) != before
            }
        }
        let everywhere = ["Configs/a.json", "Package.swift", "Scripts/a.py", "Sources/Base/b.c"]
        let fixtures = "Tests/CoreTests/Fixtures/c.json"
        XCTAssertEqual(
            changes("CoreTests"),
            everywhere + ["Sources/Core/c.swift", fixtures, "Tests/CoreTests/c.swift", "Tests/Fake/f.cpp"])
        XCTAssertEqual(
            changes("BaseTests"), everywhere + ["Tests/BaseTests/b.swift", fixtures, "Tests/Fake/f.cpp"])
        XCTAssertEqual(changes("RemediTests"), paths)
        let here = TestInputs(files: files(), targets: targets, surroundings: "m")
        let elsewhere = TestInputs(files: files(), targets: targets, surroundings: "n")
        XCTAssertNotEqual(here.hash(of: "BaseTests"), elsewhere.hash(of: "BaseTests"))
    }

    /// The manifest of this very package can be read, and all that its tests depend on lies in it.
    func testFilesOfThisPackage() throws {
        let files = try PackageFiles(of: PackageFolder.url)
        let paths = Set(files.files.map(\.path))
        XCTAssertEqual(files.files.map(\.path), files.files.map(\.path).sorted())
        for path in ["Package.swift", "README.md", "Sources/Presubmit/PresubmitRun.swift", ".swift-format"] {
            XCTAssertTrue(paths.contains(path), path)
        }
        XCTAssertFalse(paths.contains { $0.hasPrefix(".build") || $0.hasPrefix(".git/") })
    }

    func testTheMachineCounts() throws {
        let package = PackageFolder.url
        func state(_ environment: [String: String]) -> MachineState {
            MachineState(environment: environment, package: package, scratch: ".build")
        }
        let plain = state(["PATH": "/usr/bin"])
        XCTAssertEqual(plain.ofTests, state(["PATH": "/usr/bin", "EDITOR": "ed"]).ofTests)
        for variable in ["REMEDI_DATA_DIR", "HF_HOME", "CUDA_HOME", "LD_LIBRARY_PATH", "SLURM_CONF"] {
            XCTAssertNotEqual(
                plain.ofTests, state(["PATH": "/usr/bin", variable: "x"]).ofTests, variable)
        }
        XCTAssertNotEqual(plain.ofBuilds, state(["PATH": "/nowhere"]).ofBuilds)
        XCTAssertEqual(MachineState.status("/nowhere/at/all"), "/nowhere/at/all -")
    }
}
