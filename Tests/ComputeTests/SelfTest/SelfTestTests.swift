import EmulatedDevice
import Foundation
import XCTest

@testable import Compute

final class SelfTestTests: XCTestCase {
    private func test(_ device: any ComputeBackend) -> SelfTest {
        SelfTest(device, against: CPUBackend.plain(threads: 1), sizes: .quick) { 0 }
    }

    func testTheProcessorAgreesWithItself() {
        let test = test(CPUBackend(threads: 2))
        var heard: [String] = []
        let results = test.run { heard.append($0.name) }
        XCTAssertEqual(results.map(\.name), heard)
        XCTAssertEqual(results.count, test.count)
        XCTAssertEqual(Set(heard).count, heard.count, "names tell operations apart")
        for result in results {
            XCTAssertTrue(result.passes, "\(result)")
            XCTAssertEqual(result.worst?.excess, 0, "\(result.name): instruction sets give the same bits")
        }
    }

    /// Every kernel and every product on the emulated GPU; nothing is left behind.
    func testAnEmulatedGPUAgrees() throws {
        let device = try EmulatedDevice()
        if let reason = device.missingCompiler { throw XCTSkip(reason) }
        do {
            let backend = try CUDABackend(CUDALibraries(.init(environment: device.environment)))
            let test = SelfTest(backend, against: CPUBackend(), sizes: .quick) { 0 }
            let results = test.run { _ in }
            XCTAssertEqual(results.count, test.count)
            for result in results { XCTAssertTrue(result.passes, "\(result)") }
        }
        let report = try device.report()
        XCTAssertEqual(report.leaks, [])
        XCTAssertEqual(report.errors, [])
    }

    /// Each operation in turn is a little wrong: its own check sees it.
    func testEveryCheckCanFail() throws {
        for check in OperationCheck.all(.quick) {
            let operation = String(check.name.prefix { $0.isLetter || $0.isNumber })
            let result = test(FaultyBackend(fault: operation)).run(check, seed: 3).result
            XCTAssertFalse(result.passes, check.name)
            XCTAssertNil(result.failure, check.name)
            let worst = try XCTUnwrap(result.worst, check.name)
            XCTAssertGreaterThan(worst.excess, 1, check.name)
            XCTAssertNotEqual(worst.found, worst.expected, check.name)
        }
    }

    /// The protocol's functions, read from its source, are all called by some check.
    func testEveryOperationIsTried() throws {
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let sources = package.appendingPathComponent("Sources/Compute")
        let source = try String(
            contentsOf: sources.appendingPathComponent("ComputeBackend.swift"), encoding: .utf8)
        let end = try XCTUnwrap(source.range(of: "\n}\n")).lowerBound
        let folder = sources.appendingPathComponent("SelfTest")
        let checks = try FileManager.default.contentsOfDirectory(atPath: folder.path).map {
            try String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8)
        }.joined()
        // The unchecked twin of an operation is called by its checked entry alone.
        let operations = source[..<end].matches(of: #/\n    func (?:unchecked)?(\w)(\w+)/#).map {
            $0.1.lowercased() + $0.2
        }
        XCTAssertGreaterThan(operations.count, 40)
        // Facts about the device, which compute nothing.
        let facts: Set = ["deviceMemory", "throwFailure"]
        for operation in Set(operations).subtracting(facts) {
            XCTAssertTrue(
                ["backend", "device"].contains { checks.contains("\($0).\(operation)(") },
                "no check calls \(operation)")
        }
    }

    func testAFailureEndsTheTest() {
        let results = test(FaultyBackend(fault: "synchronize")).run { _ in }
        XCTAssertEqual(results.map(\.failure), ["It is broken."])
        XCTAssertEqual(results.map(\.passes), [false])
    }

    func testTimes() {
        let ticks = Ticks()
        let test = SelfTest(
            CPUBackend(threads: 1), against: CPUBackend.plain(threads: 1), sizes: .quick
        ) { ticks.next() }
        let results = test.run { _ in }
        let fill = results.first { $0.name == "fill" }?.timing
        // Each look at the clock is a second later than the one before.
        XCTAssertEqual(fill?.seconds, 1)
        XCTAssertEqual(fill?.bytesPerSecond, 64 * 256 * 4)
        XCTAssertNil(fill?.operationsPerSecond)
        let linear = results.first { $0.name == "linear F32" }?.timing
        XCTAssertEqual(linear?.operationsPerSecond, 2 * 32 * 256 * 256)
    }

    func testDifferencesOfViewsAndNaN() {
        let tolerance = Tolerance(absolute: 0.5, relative: 0.25)
        let cases: [(Float, Float, Double, Double)] = [
            (1, 1, 1, 0), (2, 1, 1, 1 / 0.75), (1, 2, 1, 1), (1, 2, 4, 1 / 2.5), (.nan, .nan, 1, 0),
            (.nan, 1, 1, .infinity), (1, .nan, 1, .infinity), (.infinity, .infinity, 1, 0),
            (.infinity, 1, 1, .infinity), (-.infinity, .infinity, 1, .infinity),
        ]
        for (found, expected, size, excess) in cases {
            XCTAssertEqual(
                tolerance.excess(found, expected, size: size), excess, "\(found), \(expected), \(size)")
        }
        XCTAssertEqual(Tolerance.exact.excess(1, 1), 0)
        XCTAssertEqual(Tolerance.exact.excess(1.0000001, 1), .infinity)
    }
}

/// A clock that goes on by a second whenever it is looked at.
private final class Ticks: @unchecked Sendable {
    private let lock = NSLock()
    private var time = 0.0

    func next() -> Double {
        lock.withLock {
            time += 1
            return time
        }
    }
}
