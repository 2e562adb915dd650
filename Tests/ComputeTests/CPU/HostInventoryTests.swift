import XCTest

@testable import Compute

final class HostInventoryTests: XCTestCase {
    func testThisComputer() {
        let host = HostInventory.current()
        XCTAssertGreaterThan(host.cores, 0)
        XCTAssertGreaterThan(host.physicalMemory, 1 << 26)
        XCTAssertGreaterThan(host.availableMemory, 0)
        XCTAssertLessThanOrEqual(host.availableMemory, host.physicalMemory)
        XCTAssertTrue(["AVX-512", "AVX2", "NEON", "plain"].contains(host.instructionSet))
    }

    func testMemoryLines() {
        let text = "MemTotal:       16000 kB\nMemFree:  1 kB\nMemAvailable:    1234 kB\n"
        XCTAssertEqual(HostInventory.availableBytes(meminfo: text), 1234 * 1024)
        XCTAssertNil(HostInventory.availableBytes(meminfo: "MemTotal: 1 kB\n"))
        XCTAssertNil(HostInventory.availableBytes(meminfo: "MemAvailable: many\n"))
    }

    func testDescription() {
        XCTAssertEqual(
            CPUBackend(threads: 2).deviceDescription,
            "cpu (\(HostInventory.current().instructionSet), 2 threads)")
        XCTAssertTrue(CPUBackend(threads: 1).deviceDescription.hasSuffix(", 1 thread)"))
        XCTAssertEqual(CPUBackend().pool.threads, HostInventory.current().cores)
    }
}
