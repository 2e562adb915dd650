import CCUDA
import EmulatedDevice
import XCTest

@testable import Compute

/// The emulated device copies when the host waits for it: a half that is filled again too early shows.
final class StagingBufferTests: XCTestCase {
    func testManyPiecesThroughALittleMemory() throws {
        let device = try EmulatedDevice()
        if let reason = device.missingCompiler { throw XCTSkip(reason) }
        let context = try CUDAContext(CUDALibraries(.init(environment: device.environment)), device: 0)
        let staging = try StagingBuffer(halfBytes: 64, on: context)
        XCTAssertEqual(staging.chunkBytes, 64)
        // Pieces of every size, some of which fill a half to its end.
        let sizes = (0...64).map { $0 * 37 % 65 }
        let count = sizes.reduce(0, +)
        let sent = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7 + $0 / 256) }
        let target = try context.allocate(count)
        var done = 0
        for size in sizes {
            try staging.send(size, to: target.address + done) { place in
                place.copyMemory(from: Array(sent[done..<done + size]), byteCount: size)
            }
            done += size
        }
        let arrivals = try PinnedBuffer(count, on: context)
        try context.check(
            ccuda_copy(
                context.libraries.handle, arrivals.address, Int64(count), target.address, Int64(count),
                Int64(count), 1, CCUDA_TO_HOST, context.stream))
        try context.wait()
        XCTAssertEqual(Array(UnsafeRawBufferPointer(start: arrivals.address, count: count)), sent)
    }
}
