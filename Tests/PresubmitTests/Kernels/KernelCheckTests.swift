import Compute
import XCTest

@testable import Presubmit

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
            folder: PackageFolder.url.appendingPathComponent(".build/presubmit/kept/kernels/\(version)"))
        let check = try KernelCheck(compiler, architectures: [80], kept: kept)
        XCTAssertEqual(check.findings, [])
        XCTAssertEqual(check.compilations.count + check.notes.count, 1)
        for compilation in check.compilations {
            XCTAssertGreaterThan(compilation.names.count, 50)
            for name in compilation.names { XCTAssertTrue(check.report.contains("\n\(name) "), name) }
        }
    }

    func testTheNoteOfACheckInAnotherProcess() {
        let lines = """
            attention_16_of_128            70        127  200
            presubmit: kernels, NVRTC 12.9: ok, 3 architectures, unchanged since they were compiled, 0.2 s
            presubmit: ok, 0.2 s
            """
        XCTAssertEqual(
            PresubmitRun.note(in: lines.split(separator: "\n")),
            "3 architectures, unchanged since they were compiled")
        XCTAssertEqual(PresubmitRun.note(in: ["presubmit: kernels: left out. There is none."]), "")
    }
}
