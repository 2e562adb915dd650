@testable import Compute
import EmulatedDevice
import LanguageModels
import XCTest

@testable import remedi

final class InspectDeviceTests: XCTestCase {
    private let nowhere = ["REMEDI_CUDA_LIBRARY": "/nowhere/at/all"]

    func testWithoutCUDA() throws {
        let run = TestRun("inspect device --threads 1", environment: nowhere)
        XCTAssertEqual(run.code, 0)
        XCTAssertEqual(run.diagnostics, "")
        let lines = run.output.split(separator: "\n")
        XCTAssertTrue(try XCTUnwrap(lines.first).hasPrefix("device   cpu ("), run.output)
        let cuda = try XCTUnwrap(lines.first { $0.hasPrefix("cuda") })
        XCTAssertTrue(cuda.hasPrefix("cuda     none. ") && cuda.contains("/nowhere/at/all"), run.output)
        XCTAssertTrue(lines.contains { $0.hasPrefix("headers  ") }, run.output)
        XCTAssertFalse(run.output.contains("compiler"), run.output)
    }

    func testWithoutCUDAAsJSON() throws {
        let run = TestRun("inspect device --threads 1 --json", environment: nowhere)
        XCTAssertEqual(run.code, 0)
        let json = try XCTUnwrap(JSONValue(parsing: Data(run.output.utf8)).object)
        XCTAssertEqual(json["device"]?.string?.hasPrefix("cpu ("), true)
        XCTAssertGreaterThan(try XCTUnwrap(json["cores"]?.integer), 0)
        XCTAssertGreaterThan(try XCTUnwrap(json["memory_bytes"]?.integer), 1 << 20)
        let cuda = try XCTUnwrap(json["cuda"]?.object)
        XCTAssertEqual(cuda["devices"]?.array?.count, 0)
        XCTAssertEqual(cuda["problem"]?.string?.contains("/nowhere/at/all"), true)
    }

    /// Who asks for a GPU that is not there learns what is there, and why not.
    func testAGPUThatIsNotThere() {
        for words in ["inspect device --device cuda", "inspect device --device cuda --selftest"] {
            let run = TestRun(words, environment: nowhere)
            XCTAssertEqual(run.code, 1, words)
            XCTAssertTrue(run.diagnostics.hasPrefix("remedi: cannot use cuda"), run.diagnostics)
            XCTAssertTrue(run.output.contains("cuda     none. "), run.output)
            XCTAssertFalse(run.output.contains("device  "), run.output)
        }
    }

    func testTheProcessorsSelfTest() throws {
        let run = TestRun("inspect device --selftest --quick --device cpu --threads 2", environment: nowhere)
        XCTAssertEqual(run.code, 0, run.output)
        XCTAssertEqual(run.diagnostics, "")
        XCTAssertTrue(
            run.output.contains(
                "\noperation                              shapes    error of allowed      time  speed\n"),
            run.output)
        XCTAssertTrue(run.output.contains("\nattentionBackward "), run.output)
        let last = try XCTUnwrap(run.output.split(separator: "\n").last)
        XCTAssertTrue(last.hasPrefix("Every operation of cpu ("), String(last))
        XCTAssertTrue(last.contains(" agrees with the processor's plain kernels: "), String(last))
    }

    func testTheProcessorsSelfTestAsJSON() throws {
        let run = TestRun("inspect device --selftest --quick --device cpu --json", environment: nowhere)
        XCTAssertEqual(run.code, 0, run.diagnostics)
        let json = try XCTUnwrap(JSONValue(parsing: Data(run.output.utf8)).object)
        let test = try XCTUnwrap(json["selftest"]?.object)
        XCTAssertEqual(test["agrees"]?.bool, true)
        let operations = try XCTUnwrap(test["operations"]?.array)
        XCTAssertGreaterThan(operations.count, 60)
        for operation in operations {
            XCTAssertEqual(operation.object?["agrees"]?.bool, true, "\(operation)")
            XCTAssertEqual(operation.object?["error"]?.double, 0, "\(operation)")
        }
    }

    /// Every kernel and every product, through the command, on the emulated GPU; nothing is left behind.
    func testTheSelfTestOfAnEmulatedGPU() throws {
        let device = try EmulatedDevice()
        if let reason = device.missingCompiler { throw XCTSkip(reason) }
        let caches = try TestFiles.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: caches) }
        let environment = device.environment.merging(["XDG_CACHE_HOME": caches.path]) { $1 }
        let run = TestRun("inspect device --device cuda --selftest --quick", environment: environment)
        XCTAssertEqual(run.code, 0, run.output + run.diagnostics)
        XCTAssertTrue(run.output.hasPrefix("device    cuda:0 ("), run.output)
        for name in ["driver", "compiler", "cublas"] {
            XCTAssertTrue(run.output.contains("\n\(name)  "), run.output)
        }
        XCTAssertTrue(
            run.output.contains("\ncuda:0    Emulated CUDA device, compute capability 8.0, "), run.output)
        let last = try XCTUnwrap(run.output.split(separator: "\n").last)
        XCTAssertTrue(last.hasPrefix("Every operation of cuda:0 ("), String(last))
        let report = try device.report()
        XCTAssertEqual(report.leaks, [])
        XCTAssertEqual(report.errors, [])
    }

    func testQuickNeedsTheSelfTest() {
        let run = TestRun("inspect device --quick")
        XCTAssertEqual(run.code, 2)
        XCTAssertTrue(run.diagnostics.contains("--quick needs --selftest"), run.diagnostics)
    }

    func testLinesOfTheTable() {
        let report = SelfTestReport(device: "cuda:0", reference: "the processor")
        func line(_ change: (inout SelfTest.OperationResult) -> Void) -> String {
            var result = SelfTest.OperationResult(name: "linear F16")
            change(&result)
            return report.line(result)
        }
        func worst(_ excess: Double, _ found: Float = 1.5) -> SelfTest.Deviation {
            .init(
                example: "33 × 1 → 31", output: 0, row: 3, column: 4, found: found, expected: 1,
                excess: excess)
        }
        let name = "linear F16" + String(repeating: " ", count: 28)
        let cases: [(String, (inout SelfTest.OperationResult) -> Void, String)] = [
            (
                "fine",
                {
                    $0.worst = worst(0.12)
                    $0.timing = .init(example: "", seconds: 0.0035, bytes: 9, operations: 68_719_476_736)
                },
                "      0  5.0e-01       12 %   3.50 ms  19.6 TFLOP/s\n"
            ),
            (
                "differs",
                {
                    $0.worst = worst(2)
                    $0.timing = .init(example: "", seconds: 2, bytes: 3_000_000_000, operations: 0)
                },
                "      0  5.0e-01      200 %    2.00 s  1.5 GB/s  DIFFERS\n"
            ),
            (
                "NaN", { $0.worst = worst(.infinity, .nan) },
                "      0      nan   infinite         -  DIFFERS\n"
            ),
            ("failed", { $0.failure = "x" }, "      0        -          -         -  FAILED\n"),
            ("exact", { $0.worst = worst(0, 1) }, "      0        0        0 %         -\n"),
        ]
        for (what, change, expected) in cases { XCTAssertEqual(line(change), name + expected, what) }
    }

    func testTheVerdict() {
        let report = SelfTestReport(device: "cuda:0", reference: "the processor")
        var wrong = SelfTest.OperationResult(name: "linear F16")
        wrong.worst = .init(
            example: "33 × 1 → 31", output: 0, row: 3, column: 4, found: 1.5, expected: 1, excess: 9)
        var failed = SelfTest.OperationResult(name: "attention")
        failed.failure = "An illegal memory access."
        var fine = SelfTest.OperationResult(name: "add")
        fine.worst = .init(example: "1 × 1", output: 0, row: 0, column: 0, found: 1, expected: 1, excess: 0)
        let results = [wrong, fine, failed]
        XCTAssertEqual(
            report.mismatches(results),
            """
            linear F16, 33 × 1 → 31: element (3, 4) of result 1 is 1.5, not 1.0
            attention: An illegal memory access.

            """)
        XCTAssertThrowsError(try report.verdict(results)) {
            XCTAssertEqual(
                Messages.sentence(for: $0),
                "do not compute with cuda:0: 2 of 3 operations do not agree with the processor: linear F16;"
                    + " attention")
            XCTAssertEqual(ExitCode.of($0), 1)
        }
        XCTAssertNoThrow(try report.verdict([fine]))
    }
}
