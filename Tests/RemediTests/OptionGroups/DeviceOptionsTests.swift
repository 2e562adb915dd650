import Compute
import Foundation
import RemediCore
import XCTest

@testable import remedi

/// What `--device auto` says of a GPU that it cannot use.
final class DeviceOptionsTests: XCTestCase {
    private var folder = URL(fileURLWithPath: "/")
    private let nowhere = ["REMEDI_CUDA_LIBRARY": "/nowhere"]

    override func setUpWithError() throws { folder = try TestFiles.temporaryFolder() }
    override func tearDownWithError() throws { try FileManager.default.removeItem(at: folder) }

    private func add(_ names: String...) {
        for name in names {
            _ = FileManager.default.createFile(
                atPath: folder.appendingPathComponent(name).path, contents: nil)
        }
    }

    /// What is said of unused GPUs.
    private func said(_ choice: DeviceChoice) throws -> [String] {
        var arguments = DeviceOptions()
        arguments.device = choice
        arguments.threads = 1
        var said: [String] = []
        let workplace = Workplace(environment: nowhere, workingFolder: folder)
        let backend = try arguments.makeBackend(in: workplace, deviceFiles: folder.path) {
            said.append(Messages.unusedGPU($0, reason: $1))
        }
        XCTAssertTrue(backend is CPUBackend)
        return said
    }

    func testAGPUThatCannotBeUsedIsNamed() throws {
        add("nvidiactl", "nvidia-uvm", "nvidia1", "nvidia0", "null")
        let said = try said(.auto)
        XCTAssertEqual(said.count, 1)
        let start = "warning: there is a GPU (\(folder.path)/nvidia0), but it cannot be used: "
        XCTAssertTrue(said[0].hasPrefix(start + "No CUDA libraries were found"), said[0])
        XCTAssertTrue(said[0].hasSuffix("; computing on the processor"), said[0])
        XCTAssertFalse(said[0].contains("\n"))
        XCTAssertEqual(try self.said(.cpu), [])
    }

    func testWithoutAGPUNothingIsSaid() throws {
        add("nvidiactl", "nvidia-uvm", "nvidia", "null")
        XCTAssertEqual(try said(.auto), [])
        add("dxg")
        XCTAssertEqual(try said(.auto).count, 1)
    }
}
