import Compute
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
        let kept = KeptKernels(
            folder: TestFiles.package.appendingPathComponent(".build/presubmit/kept/kernels"))
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

    func testAMissingCompilerIsSaid() {
        let run = TestRun("presubmit kernels", environment: ["REMEDI_CUDA_LIBRARY": "/nowhere/at/all"])
        XCTAssertEqual(run.code, 0)
        XCTAssertTrue(run.diagnostics.hasPrefix("presubmit: kernels: left out. "), run.diagnostics)
        XCTAssertTrue(run.diagnostics.contains("/nowhere/at/all"), run.diagnostics)
        XCTAssertTrue(run.diagnostics.hasSuffix("\npresubmit: ok, 0.0 s\n"), run.diagnostics)
        XCTAssertEqual(run.diagnostics.filter { $0 == "\n" }.count, 2, run.diagnostics)
    }
}
