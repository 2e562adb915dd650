import EmulatedDevice
import Foundation
import XCTest

@testable import Compute

/// How the emulated NVRTC compiles, and what machines can be like.
final class EmulatedCUDABuildTests: XCTestCase {
    private static let source = """
        extern "C" __global__ void set_one(float *y) { y[0] = 1.0f; }
        """

    func testErrorsInTheSourceAreTold() throws {
        XCTAssertThrowsError(try EmulatedKernels(source: "extern \"C\" __global__ void wrong() { none(); }"))
        {
            let words = String(describing: $0)
            XCTAssert(words.contains("undeclared identifier 'none'") || words.contains("none"), words)
            XCTAssert(words.contains("NVRTC_ERROR_COMPILATION"), words)
        }
    }

    func testPatchesChangeTheSource() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("patch-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        func value(_ patch: String) throws -> Float {
            try patch.write(to: file, atomically: true, encoding: .utf8)
            let kernels = try EmulatedKernels([.patch: file.path], source: Self.source)
            let memory = try kernels.allocate([0])
            defer { try? kernels.release(memory) }
            try kernels.launch("set_one", [.pointer(memory)])
            return try kernels.read(memory, count: 1)[0]
        }
        XCTAssertEqual(try value(""), 1)
        XCTAssertEqual(try value("y[0] = 1.0f;\ty[0] = 2.0f;\\n/* two */\n"), 2)
        XCTAssertThrowsError(try value("y[0] = 4.0f;\ty[0] = 2.0f;")) {
            XCTAssert("\($0)".contains("text does not occur"), "\($0)")
        }
        XCTAssertThrowsError(try value("float\tdouble")) {
            XCTAssert("\($0)".contains("text occurs twice"), "\($0)")
        }
    }

    func testMachinesWithoutAUsableDevice() throws {
        let cases: [([EmulatedDevice.Setting: String], String)] = [
            ([.devices: "0"], "no device is"), ([.driver: "11080"], "driver"),
            ([.busy: "1"], "process"),
        ]
        for (settings, word) in cases {
            XCTAssertThrowsError(try EmulatedKernels(settings), word) {
                guard case ComputeError.deviceUnavailable(_, let reason) = $0 else { return XCTFail("\($0)") }
                XCTAssert(reason.contains(word), reason)
            }
        }
    }

    func testDevicesAreAsTheyAreSet() throws {
        let kernels = try EmulatedKernels([.devices: "3", .architecture: "90", .memory: "12345678"])
        XCTAssertEqual(try kernels.libraries.deviceCount(), 3)
        let device = try CUDADevice(2, of: kernels.libraries)
        XCTAssertEqual(device.architecture, 90)
        XCTAssertEqual(device.totalMemory, 12_345_678)
        XCTAssertEqual(device.sharedMemoryPerBlock, 227 * 1024)
        XCTAssertThrowsError(try kernels.device.set(.order, to: "backwards"))
    }
}
