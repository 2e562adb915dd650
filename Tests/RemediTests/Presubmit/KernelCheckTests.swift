import Compute
import RemediCore
import XCTest

@testable import remedi

final class KernelCheckTests: XCTestCase {
    /// The kernels of this build through the real compiler, where there is one; for one architecture, since
    /// `presubmit` does them all, and with what it has compiled already.
    func testEveryKernelKeepsItsBudget() throws {
        let compiler: KernelCompiler
        do {
            compiler = try KernelCompiler(
                in: CUDALibraries.Places(environment: ProcessInfo.processInfo.environment))
        } catch ComputeError.deviceUnavailable(_, let reason) {
            throw XCTSkip(reason)
        }
        let version = try compiler.description().version
        let kept = KeptKernels(
            folder: TestFiles.package.appendingPathComponent(".build/presubmit/kept/kernels/\(version)"))
        let check = try KernelCheck(compiler, architectures: [80], kept: kept)
        XCTAssertEqual(check.findings, [])
        XCTAssertEqual(check.compilations.count + check.notes.count, 1)
        for compilation in check.compilations {
            let names = compilation.kernels.map(\.name)
            XCTAssertEqual(
                names.sorted(), compilation.log.kernels.keys.sorted(), "\(compilation.architecture)")
            for kernel in compilation.kernels {
                XCTAssertTrue(check.report.contains("\n\(kernel.name) "), kernel.name)
            }
        }
    }

    func testTheNoteOfACheckInAnotherProcess() {
        let lines = """
            attention_16_of_128            70        127  200
            presubmit: kernels, NVRTC 12.9: ok, 3 architectures, unchanged since they were compiled, 0.2 s
            presubmit: ok, 0.2 s
            """
        XCTAssertEqual(
            Presubmit.note(in: lines.split(separator: "\n")),
            "3 architectures, unchanged since they were compiled")
        XCTAssertEqual(Presubmit.note(in: ["presubmit: kernels: left out. There is none."]), "")
    }

    /// What was fetched is checked in a process of its own, and a folder without a compiler fails the check.
    func testAFetchedFolderWithoutACompilerFails() throws {
        let scratch = try TestFiles.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: scratch) }
        try FileManager.default.createDirectory(
            at: scratch.appendingPathComponent("nvrtc/12.9"), withIntermediateDirectories: true)
        let surroundings = Surroundings(
            workplace: Workplace(
                environment: [:], workingFolder: scratch, executable: TestFiles.program),
            output: MemorySink(), diagnostics: MemorySink(), clock: { 0 }, date: { TestFiles.date })
        let presubmit = Presubmit(
            package: TestFiles.package, fixes: false, scratch: scratch.path, surroundings: surroundings,
            sentence: { "\($0)" })
        let job = try XCTUnwrap(presubmit.kernels(isTold: false).last)
        XCTAssertEqual(job.title, "kernels, NVRTC 12.9")
        XCTAssertThrowsError(try job.body(JobChild())) { error in
            let output = (error as? PresubmitFailure)?.output ?? ""
            XCTAssertTrue(output.contains("nvrtc/12.9"), "\(error)")
        }
    }

    func testAMissingCompilerIsSaid() {
        let run = TestRun("presubmit kernels", environment: ["REMEDI_CUDA_LIBRARY": "/nowhere/at/all"])
        XCTAssertEqual(run.code, 0)
        XCTAssertTrue(run.diagnostics.hasPrefix("presubmit: kernels: left out. "), run.diagnostics)
        XCTAssertTrue(run.diagnostics.contains("/nowhere/at/all"), run.diagnostics)
        XCTAssertTrue(run.diagnostics.hasSuffix("\npresubmit: ok, 0.0 s\n"), run.diagnostics)
        XCTAssertEqual(run.diagnostics.filter { $0 == "\n" }.count, 2, run.diagnostics)
    }
}
