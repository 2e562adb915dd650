import EmulatedDevice
import XCTest

@testable import Compute

/// Recorded operations and the memory that they ask for.
final class CUDABackendRecordingTests: XCTestCase {
    private func makeBackend() throws -> (device: EmulatedDevice, backend: CUDABackend) {
        let device = try EmulatedDevice()
        if let reason = device.missingCompiler { throw XCTSkip(reason) }
        return (device, try CUDABackend(CUDALibraries(.init(environment: device.environment))))
    }

    /// Memory that operations asked for is theirs at every repetition, and nobody else's meanwhile.
    func testTemporaryMemoryBelongsToTheRecording() throws {
        let (device, backend) = try makeBackend()
        let (x, y) = (
            try backend.makeMatrix(rows: 2, columns: 9), try backend.makeMatrix(rows: 2, columns: 9)
        )
        backend.fill(x, with: 0)
        backend.fill(y, with: 0)
        let recorded = try XCTUnwrap(
            backend.record {
                // Two of one size, both in use at the same time.
                let tens = try backend.makeMatrix(rows: 2, columns: 9)
                let hundreds = try backend.makeMatrix(rows: 2, columns: 9)
                backend.fill(tens, with: 10)
                backend.fill(hundreds, with: 100)
                backend.add(x, scale: 2, into: tens)
                backend.add(tens, scale: 1, into: y)
                backend.add(hundreds, scale: 1, into: y)
            })
        XCTAssertEqual(try backend.read(y), Array(repeating: 110, count: 18), "the operations also ran")
        // Others get no memory that the recording still needs.
        let others = try (0..<4).map { _ in try backend.makeMatrix(rows: 2, columns: 9) }
        for other in others { backend.fill(other, with: 7) }
        backend.fill(x, with: 3)
        recorded.replay()
        XCTAssertEqual(try backend.read(y), Array(repeating: 226, count: 18))
        for other in others { XCTAssertEqual(try backend.read(other), Array(repeating: 7, count: 18)) }
        XCTAssertEqual(try device.report().errors, [])
    }

    func testARecordingGoesWithItsUser() throws {
        let (device, backend) = try makeBackend()
        let y = try backend.makeMatrix(rows: 1, columns: 4)
        try backend.synchronize()
        let before = try device.report().live
        do {
            let recorded = try XCTUnwrap(
                backend.record {
                    let x = try backend.makeMatrix(rows: 1, columns: 4)
                    backend.fill(x, with: 1)
                    backend.copy(x, into: y)
                })
            recorded.replay()
            XCTAssertEqual(try device.report().live.executableGraphs, before.executableGraphs + 1)
        }
        try backend.synchronize()
        XCTAssertEqual(try device.report().live, before)
    }
}
