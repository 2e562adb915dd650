import EmulatedDevice
import XCTest

@testable import Compute

/// Threads, devices, and that everything is given back.
final class CUDAContextTests: XCTestCase {
    private func makeDevice(
        _ settings: [EmulatedDevice.Setting: String] = [:]
    ) throws -> EmulatedDevice {
        let device = try EmulatedDevice(settings)
        if let reason = device.missingCompiler { throw XCTSkip(reason) }
        return device
    }

    private func makeBackend(_ machine: EmulatedDevice, device: Int = 0) throws -> CUDABackend {
        var options = CUDABackend.Options()
        options.device = device
        return try CUDABackend(CUDALibraries(.init(environment: machine.environment)), options: options)
    }

    /// Something of everything: memory, copies, kernels, working memory, products.
    private func work(_ backend: CUDABackend) throws -> [Float] {
        let x = try TestMatrix(2, 3, [1, 2, 3, 4, 5, 6]).on(backend)
        let y = try backend.makeMatrix(rows: 3, columns: 3)
        backend.outerProduct(x, x, into: y, accumulate: false)
        let sums = try backend.makeMatrix(rows: 3, columns: 1)
        backend.logSumExp(y, into: sums)
        XCTAssertEqual(try backend.read(y), [17, 22, 27, 22, 29, 36, 27, 36, 45])
        return try backend.read(sums)
    }

    func testEverythingIsGivenBack() throws {
        let machine = try makeDevice()
        let before = try machine.report().live
        _ = try work(makeBackend(machine))
        let report = try machine.report()
        XCTAssertEqual(report.live, before)
        XCTAssertEqual(report.errors, [])
    }

    /// A thread that has never met the device, while another device is the current one of the first thread.
    func testEveryThreadMayUseEveryDevice() throws {
        let machine = try makeDevice([.devices: "2"])
        let first = try makeBackend(machine), second = try makeBackend(machine, device: 1)
        let expected = try work(first)
        XCTAssertEqual(try work(second), expected)
        XCTAssertEqual(try work(first), expected, "after the other device was used")
        nonisolated(unsafe) var backends = [second, first]
        nonisolated(unsafe) let test = self
        nonisolated(unsafe) var found: [[Float]] = []
        let done = DispatchSemaphore(value: 0)
        Thread {
            for backend in backends { found.append((try? test.work(backend)) ?? []) }
            // The thread itself may outlive this test.
            backends = []
            done.signal()
        }.start()
        done.wait()
        XCTAssertEqual(found, [expected, expected])
        XCTAssertEqual(try machine.report().errors, [])
    }

    /// Memory may lose its last user on any thread, and what is queued may still use it.
    func testMemoryIsGivenBackByAnyThread() throws {
        let machine = try makeDevice()
        let backend = try makeBackend(machine)
        let y = try backend.makeMatrix(rows: 1, columns: 5)
        try backend.synchronize()
        let before = try machine.report().live
        nonisolated(unsafe) var x: Matrix? = try backend.makeMatrix(rows: 1, columns: 5)
        backend.fill(try XCTUnwrap(x), with: 3)
        backend.copy(try XCTUnwrap(x), into: y)
        let done = DispatchSemaphore(value: 0)
        Thread {
            x = nil
            done.signal()
        }.start()
        done.wait()
        XCTAssertEqual(try backend.read(y), [3, 3, 3, 3, 3])
        XCTAssertEqual(try machine.report().live, before)
        XCTAssertEqual(try machine.report().errors, [])
    }
}
