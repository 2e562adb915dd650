import Foundation
import RemediCore
import XCTest

@testable import Presubmit
@testable import remedi

final class PresubmitCommandTests: XCTestCase {
    /// A fetched compiler is checked in a process of its own, and a folder without a compiler fails the check.
    func testAFetchedFolderWithoutACompilerFails() throws {
        let scratch = try TestFiles.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: scratch) }
        try FileManager.default.createDirectory(
            at: scratch.appendingPathComponent("nvrtc/12.9"), withIntermediateDirectories: true)
        let surroundings = Surroundings(
            workplace: Workplace(
                environment: [:], workingFolder: scratch, executable: TestFiles.program),
            output: MemorySink(), diagnostics: MemorySink(), clock: { 0 }, date: { TestFiles.date })
        let presubmit = PresubmitRun(
            package: TestFiles.package, fixes: false, repeats: false, scratch: scratch.path,
            host: PresubmitCommand.host(surroundings))
        let job = try XCTUnwrap(presubmit.kernels(isTold: false).last)
        XCTAssertEqual(job.title, "kernels, NVRTC 12.9")
        XCTAssertThrowsError(try job.body(JobChild())) { error in
            let output = (error as? PresubmitFailure)?.output ?? ""
            XCTAssertTrue(output.contains("nvrtc/12.9"), "\(error)")
        }
    }

    func testAMissingCompilerIsReported() {
        let run = TestRun("presubmit kernels", environment: ["REMEDI_CUDA_LIBRARY": "/nowhere/at/all"])
        XCTAssertEqual(run.code, 0)
        XCTAssertTrue(run.diagnostics.hasPrefix("presubmit: kernels: left out. "), run.diagnostics)
        XCTAssertTrue(run.diagnostics.contains("/nowhere/at/all"), run.diagnostics)
        XCTAssertTrue(run.diagnostics.hasSuffix("\npresubmit: ok, 0.0 s\n"), run.diagnostics)
        XCTAssertEqual(run.diagnostics.filter { $0 == "\n" }.count, 2, run.diagnostics)
    }

    /// Every configuration of this package can be read; one that cannot is an error.
    func testConfigurations() throws {
        let host = PresubmitCommand.host(
            .init(
                workplace: Workplace(environment: [:], workingFolder: TestFiles.package),
                output: MemorySink(),
                diagnostics: MemorySink(), clock: { 0 }, date: { TestFiles.date }))
        XCTAssertEqual(try host.configurationErrors(TestFiles.package).count, 0)
        let folder = try TestFiles.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let configs = folder.appendingPathComponent("Configs")
        try FileManager.default.createDirectory(at: configs, withIntermediateDirectories: true)
        try Data("{\"layer\": 1}".utf8).write(to: configs.appendingPathComponent("train.mine.json"))
        XCTAssertEqual(try host.configurationErrors(folder).count, 1)
    }
}
