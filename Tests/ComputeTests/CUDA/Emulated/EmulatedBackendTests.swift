import XCTest

@testable import Compute

/// Whether the tests of operations really ran on the emulated GPU.
final class EmulatedBackendTests: XCTestCase {
    override class func tearDown() { TestBackends.forgetDevices() }

    func testTheEmulatedDeviceIsAmongTheTestedBackends() throws {
        if let reason = TestBackends.missingDevices {
            throw XCTSkip("operations were tested on the CPU alone: \(reason)")
        }
        XCTAssertEqual(TestBackends.devices.map { $0 is CUDABackend }, [true])
    }
}
