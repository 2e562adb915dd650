import EmulatedDevice
import Foundation
import XCTest

/// What processes with the emulated libraries leave.
final class EmulatedDeviceTests: XCTestCase {
    func testAProcessWritesItsReportWhenItEnds() throws {
        let device = try EmulatedDevice([.memory: "1000"])
        let file = device.folder.appendingPathComponent("report.json")
        let library = device.folder.appendingPathComponent("libcudart.so.12")
        let variables = device.environment.map { "\($0)=\($1)" }
        let process = try TestProcess(
            variables + ["EMULATED_CUDA_REPORT=\(file.path)", "LD_PRELOAD=\(library.path)", "true"],
            of: URL(fileURLWithPath: "/usr/bin/env"))
        XCTAssertEqual(try process.ended().code, 0)
        let report = try EmulatedDevice.report(at: file)
        XCTAssertEqual(report.leaks, [])
        XCTAssertEqual(report.errors, [])
        XCTAssertEqual(report.launches, [:])
    }

    func testTheFolderGoesWithItsUser() throws {
        var device: EmulatedDevice? = try EmulatedDevice()
        let folder = try XCTUnwrap(device?.folder.path)
        XCTAssertEqual(
            Set(try FileManager.default.contentsOfDirectory(atPath: folder)),
            ["libcudart.so.12", "libcublas.so.12", "libcublasLt.so.12", "libnvrtc.so.12", "libcuda.so.1"])
        device = nil
        XCTAssertFalse(FileManager.default.fileExists(atPath: folder))
    }
}
