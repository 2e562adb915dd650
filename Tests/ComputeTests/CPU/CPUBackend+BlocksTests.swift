import CKernels
import XCTest

@testable import Compute

/// Products with weights in blocks against those with the same values in float32.
final class CPUBackendBlocksTests: XCTestCase {
    private static let shapes = [(rows: 1, outputs: 5), (1, 600), (3, 17), (40, 300)]

    /// Random blocks whose scales are small and finite: their first and last bytes count as halves somewhere.
    private func bytes(_ format: BlockFormat, _ count: Int, _ seed: Int) -> [UInt8] {
        var state = UInt64(truncatingIfNeeded: seed &* 7919 &+ 1)
        func next() -> UInt8 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 40)
        }
        var bytes = (0..<count).map { _ in next() }
        // Halves from 2⁻⁷ to 2⁻³ wherever a format may have a scale.
        let places: [Int] =
            switch format {
            case .q2K: [81, 83]
            case .q3K: [109]
            case .q6K: [209]
            case .tq10: [53]
            case .tq20: [65]
            case .mxfp4: [0]
            default: [1, 3]
            }
        for block in stride(from: 0, to: count, by: format.blockBytes) {
            for place in places {
                bytes[block + place] = format == .mxfp4 ? 120 : 0x20 + bytes[block + place] % 12
            }
        }
        return bytes
    }

    private func weight(_ format: BlockFormat, outputs: Int, inputs: Int) -> (blocks: Weight, plain: Weight) {
        let bytes = bytes(format, outputs * inputs / format.blockCount * format.blockBytes, outputs)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes.count, alignment: 1)
        bytes.withUnsafeBytes { memory.copyMemory(from: $0.baseAddress!, byteCount: bytes.count) }
        let values = UnsafeMutablePointer<Float>.allocate(capacity: outputs * inputs)
        format.widen(
            UnsafeRawBufferPointer(start: memory, count: bytes.count),
            into: UnsafeMutableBufferPointer(start: values, count: outputs * inputs))
        return (
            Weight(
                storage: DeviceStorage(address: memory, byteCount: bytes.count) { $0.deallocate() },
                elementType: .float32, blocks: format, layout: .outputsByInputs, outputs: outputs,
                inputs: inputs),
            Weight(
                storage: DeviceStorage(
                    address: UnsafeMutableRawPointer(values), byteCount: 4 * outputs * inputs
                ) { $0.deallocate() },
                elementType: .float32, layout: .outputsByInputs, outputs: outputs, inputs: inputs)
        )
    }

    private func matrix(_ rows: Int, _ columns: Int, on backend: any ComputeBackend) throws -> Matrix {
        let matrix = try backend.makeMatrix(rows: rows, columns: columns)
        backend.write((0..<rows * columns).map { Float(($0 * 37 + 11) % 101) / 50 - 1 }, into: matrix)
        return matrix
    }

    /// The bits of float32, with any number of threads.
    func testLinear() throws {
        for format in BlockFormat.allCases {
            let inputs = format.blockCount == 32 ? 96 : 512
            for (rows, outputs) in Self.shapes {
                let (blocks, plain) = weight(format, outputs: outputs, inputs: inputs)
                var found: [[Float]] = []
                for (threads, weight) in [(1, plain), (1, blocks), (2, blocks)] {
                    let backend = CPUBackend(threads: threads)
                    let y = try matrix(rows, outputs, on: backend)
                    backend.linear(
                        try matrix(rows, inputs, on: backend), weight,
                        bias: try matrix(1, outputs, on: backend),
                        into: y, accumulate: true)
                    found.append(try backend.read(y))
                }
                XCTAssertEqual(found[0], found[1], "\(format), \(rows), \(outputs)")
                XCTAssertEqual(found[1], found[2], "\(format), \(rows), \(outputs)")
            }
        }
    }

    func testLinearBackward() throws {
        for format in BlockFormat.allCases {
            let inputs = format.blockCount == 32 ? 320 : 768
            for (rows, outputs) in Self.shapes + [(2, 1500)] {
                let (blocks, plain) = weight(format, outputs: outputs, inputs: inputs)
                var found: [[Float]] = []
                for (threads, weight) in [(1, plain), (1, blocks), (2, blocks)] {
                    let backend = CPUBackend(threads: threads)
                    let dx = try matrix(rows, inputs, on: backend)
                    backend.linearBackward(
                        try matrix(rows, outputs, on: backend), weight, into: dx, accumulate: true)
                    found.append(try backend.read(dx))
                }
                XCTAssertEqual(found[1], found[2], "\(format), \(rows), \(outputs)")
                let largest = found[0].map(abs).max() ?? 1
                for (a, b) in zip(found[0], found[1]) {
                    XCTAssertEqual(a, b, accuracy: 1e-5 * max(largest, 1))
                }
            }
        }
    }

    /// Neither states nor gradients depend on how many rows are computed together, over several pieces of outputs.
    func testRowsDoNotDependOnEachOther() throws {
        let backend = CPUBackend(threads: 2)
        let (blocks, _) = weight(.q80, outputs: 9_000, inputs: 512)
        let (x, dy) = (try matrix(40, 512, on: backend), try matrix(40, 9_000, on: backend))
        let (y, dx) = (
            try backend.makeMatrix(rows: 40, columns: 9_000), try backend.makeMatrix(rows: 40, columns: 512)
        )
        backend.linear(x, blocks, bias: nil, into: y, accumulate: false)
        backend.linearBackward(dy, blocks, into: dx, accumulate: false)
        let (some, gradient) = (
            try backend.makeMatrix(rows: 3, columns: 9_000), try backend.makeMatrix(rows: 3, columns: 512)
        )
        backend.linear(x.rows(20..<23), blocks, bias: nil, into: some, accumulate: false)
        backend.linearBackward(dy.rows(20..<23), blocks, into: gradient, accumulate: false)
        XCTAssertEqual(try backend.read(some), try backend.read(y.rows(20..<23)))
        XCTAssertEqual(try backend.read(gradient), try backend.read(dx.rows(20..<23)))
    }

    func testEmbedding() throws {
        let backend = CPUBackend(threads: 2)
        for format in BlockFormat.allCases {
            let inputs = 2 * format.blockCount
            let (blocks, plain) = weight(format, outputs: 40, inputs: inputs)
            let ids = try backend.makeIndices([39, 0, 7, 7])
            for accumulate in [false, true] {
                let found = try [blocks, plain].map { table in
                    let x = try matrix(4, inputs, on: backend)
                    backend.embed(ids, table: table, into: x, accumulate: accumulate)
                    return try backend.read(x)
                }
                XCTAssertEqual(found[0], found[1], "\(format)")
            }
            let part = blocks.outputs(10..<20)
            let x = try matrix(1, inputs, on: backend)
            backend.embed(try backend.makeIndices([3]), table: part, into: x, accumulate: false)
            let whole = try matrix(1, inputs, on: backend)
            backend.embed(try backend.makeIndices([13]), table: plain, into: whole, accumulate: false)
            XCTAssertEqual(try backend.read(x), try backend.read(whole), "\(format)")
        }
    }
}
