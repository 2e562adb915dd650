import EmulatedDevice
import XCTest

@testable import Compute

/// What is CUDA's own about products: splitting activations, parts of rows, and rounding when asked for.
final class CUDABackendProductsTests: XCTestCase {
    /// N, K, O: empty ones, single rows, sizes around fours, warps and blocks, and beyond a block.
    private let shapes = [
        (0, 5, 7), (5, 0, 7), (5, 7, 0), (1, 1, 1), (1, 31, 33), (3, 64, 9), (2, 100, 50), (3, 5, 1028),
        (9, 25, 31), (33, 1, 10), (2, 1000, 9), (13, 96, 4), (1, 4100, 2),
    ]

    private func backend(_ options: CUDABackend.Options = .init()) throws -> CUDABackend {
        let device = try EmulatedDevice()
        if let reason = device.missingCompiler { throw XCTSkip(reason) }
        return try CUDABackend(CUDALibraries(.init(environment: device.environment)), options: options)
    }

    /// Little working memory, so that most products go in parts.
    private var narrow: CUDABackend.Options {
        var options = CUDABackend.Options()
        options.scratchBytes = 8 << 10
        return options
    }

    func testProductsOfEveryEncodingHoldWhatAFloatSumHolds() throws {
        for backend in [try backend(), try backend(narrow)] {
            for (index, shape) in shapes.enumerated() {
                for (number, storage) in ProductExample.Storage.all.enumerated() {
                    let flag = (index + number) % 2 == 1
                    let name = "\(shape) \(storage)"
                    try checkLinear(shape, storage, adds: flag, on: backend, name)
                    try checkLinearBackward(shape, storage, adds: !flag, on: backend, name)
                }
            }
        }
    }

    private func checkLinear(
        _ shape: (Int, Int, Int), _ storage: ProductExample.Storage, adds: Bool, on backend: CUDABackend,
        _ name: String
    ) throws {
        let example = ProductExample(outputs: shape.2, inputs: shape.1, storage: storage, seed: 2)
        let x = TestMatrix(shape.0, shape.1, seed: 1), old = TestMatrix(shape.0, shape.2, seed: 4)
        for bias in [nil, TestMatrix(1, shape.2, seed: 3)] {
            let y = try old.on(backend, padding: adds ? 4 : 3)
            backend.linear(
                try x.on(backend, padding: adds ? 0 : 5), try backend.makeWeight(example.weight),
                bias: try bias?.on(backend), into: y, accumulate: adds)
            let excess = x.excess(
                try TestMatrix(y, of: backend), example.values.transposed, bias: bias, old: adds ? old : nil)
            XCTAssertLessThanOrEqual(excess, 1, "linear \(name), bias \(bias != nil)")
        }
    }

    private func checkLinearBackward(
        _ shape: (Int, Int, Int), _ storage: ProductExample.Storage, adds: Bool, on backend: CUDABackend,
        _ name: String
    ) throws {
        let example = ProductExample(outputs: shape.1, inputs: shape.2, storage: storage, seed: 2)
        let dy = TestMatrix(shape.0, shape.1, seed: 1, scale: 1e-6)
        let old = TestMatrix(shape.0, shape.2, seed: 4, scale: 1e-6)
        let dx = try old.on(backend, padding: 1)
        backend.linearBackward(
            try dy.on(backend, padding: 2), try backend.makeWeight(example.weight), into: dx, accumulate: adds
        )
        let excess = dy.excess(
            try TestMatrix(dx, of: backend), example.values, bias: nil, old: adds ? old : nil)
        XCTAssertLessThanOrEqual(excess, 1, "linearBackward \(name)")
    }

    func testOuterProducts() throws {
        let backend = try backend()
        for (index, shape) in shapes.enumerated() {
            let (columns, depth, rows) = shape
            let a = TestMatrix(depth, rows, seed: 1), b = TestMatrix(depth, columns, seed: 2)
            let old = TestMatrix(rows, columns, seed: 3)
            let adds = index % 2 == 0
            let c = try old.on(backend, padding: 1)
            backend.outerProduct(try a.on(backend, padding: 2), try b.on(backend), into: c, accumulate: adds)
            let excess = a.transposed.excess(
                try TestMatrix(c, of: backend), b, bias: nil, old: adds ? old : nil)
            XCTAssertLessThanOrEqual(excess, 1, "\(shape)")
        }
    }

    /// Rows that 16 bits cannot hold as they are: each is scaled on its own.
    func testRowsOfAnySizeKeepTheirDigits() throws {
        let backend = try backend(narrow)
        let scales = [1e-42, 1e-38, 1e-30, 1e-8, 1, 7e4, 1e20, 1e36]
        var x = TestMatrix(scales.count, 77, seed: 1)
        for row in 0..<x.rows {
            for column in 0..<x.columns {
                // Within a row, too, sizes differ.
                let size = scales[row] * (column % 3 == 0 ? 1e-3 : 1)
                x[row, column] = Double(Float(x[row, column] * size))
            }
        }
        for storage in ProductExample.Storage.all {
            let example = ProductExample(outputs: 37, inputs: 77, storage: storage, seed: 2)
            let y = try backend.makeMatrix(rows: x.rows, columns: 37)
            backend.linear(
                try x.on(backend), try backend.makeWeight(example.weight), bias: nil, into: y,
                accumulate: false)
            let found = try TestMatrix(y, of: backend)
            for row in 0..<x.rows {
                let name = "\(storage), size \(scales[row])"
                let one = TestMatrix(1, 77, x.row(row)), sums = TestMatrix(1, 37, found.row(row))
                let values = example.values.transposed
                if scales[row] > 1e-35 {
                    XCTAssertLessThanOrEqual(one.excess(sums, values, bias: nil, old: nil), 1, name)
                } else {
                    // Float32 itself has fewer digits there.
                    let tolerance = Tolerance(absolute: 2e-43, relative: 1e-4)
                    assertClose(sums, one.product(values), tolerance, name)
                }
            }
        }
    }

    func testZerosInfinitiesAndNaNStayInTheirRows() throws {
        let backend = try backend()
        for storage in ProductExample.Storage.all {
            var x = TestMatrix(6, 40, seed: 1)
            for column in 0..<40 { x[1, column] = 0 }
            x[2, 7] = .nan
            x[3, 9] = .infinity
            x[4, 0] = -.infinity
            x[4, 39] = .infinity
            let example = ProductExample(outputs: 5, inputs: 40, storage: storage, seed: 2)
            let y = try backend.makeMatrix(rows: 6, columns: 5)
            backend.linear(
                try x.on(backend), try backend.makeWeight(example.weight), bias: nil, into: y,
                accumulate: false)
            let found = try TestMatrix(y, of: backend), expected = x.product(example.values.transposed)
            for row in 0..<6 {
                for column in 0..<5 {
                    let a = found[row, column], b = expected[row, column]
                    let name = "\(storage) (\(row), \(column)): \(a), \(b)"
                    if b.isFinite {
                        XCTAssertEqual(a, b, accuracy: 1e-4, name)
                    } else {
                        XCTAssertTrue(a == b || a.isNaN && b.isNaN, name)
                    }
                }
            }
        }
    }

    /// No bits of a NaN make it a number in 16 bits.
    func testEveryNaNStaysOne() throws {
        let backend = try backend()
        let patterns: [UInt32] = [
            0x7fc0_0000, 0x7fff_ffff, 0xffff_ffff, 0x7fff_8000, 0x7f80_0001, 0xff80_0001,
        ]
        for type in ElementType.allCases {
            let example = ProductExample(
                outputs: 3, inputs: 5, storage: .init(type: type, layout: .outputsByInputs), seed: 1)
            let x = try backend.makeMatrix(rows: patterns.count, columns: 5)
            backend.write(
                patterns.flatMap { [1, 2, Float(bitPattern: $0), 3, 4] }, into: x)
            let y = try backend.makeMatrix(rows: patterns.count, columns: 3)
            backend.linear(
                x, try backend.makeWeight(example.weight), bias: nil, into: y, accumulate: false)
            let found = try backend.read(y)
            XCTAssertTrue(found.allSatisfy(\.isNaN), "\(type): \(found)")
        }
    }

    /// Speed for digits: the result is rougher than a float32 sum, and as fine as promised.
    func testTF32RoundsActivationsOnce() throws {
        var options = CUDABackend.Options()
        options.allowsTF32 = true
        let backend = try backend(options)
        let x = TestMatrix(4, 96, seed: 1)
        for storage in ProductExample.Storage.all {
            let example = ProductExample(outputs: 50, inputs: 96, storage: storage, seed: 2)
            let y = try backend.makeMatrix(rows: 4, columns: 50)
            backend.linear(
                try x.on(backend), try backend.makeWeight(example.weight), bias: nil, into: y,
                accumulate: false)
            let excess = x.excess(
                try TestMatrix(y, of: backend), example.values.transposed, bias: nil, old: nil)
            // `excess` counts in units of 98 · 2⁻²⁴.
            let promised = storage.type == .bfloat16 ? 0x1p-8 : 0x1p-10
            XCTAssertLessThanOrEqual(excess * 98 * 0x1p-24, promised + 98 * 0x1p-24, "\(storage)")
            XCTAssertGreaterThan(excess, 1, "\(storage) is rounded")
        }
    }

    func testOnlyTheResultIsWritten() throws {
        let backend = try backend(narrow)
        for storage in ProductExample.Storage.all {
            for rows in [1, 5, 40] {
                let whole = try TestMatrix(rows + 2, 60, repeating: 7).on(backend)
                let example = ProductExample(outputs: 37, inputs: 20, storage: storage, seed: 2)
                let x = try TestMatrix(rows, 20, seed: 1).on(backend)
                let y = whole.rows(1..<rows + 1).columns(11..<48)
                backend.linear(
                    x, try backend.makeWeight(example.weight), bias: nil, into: y, accumulate: false)
                let found = try TestMatrix(whole, of: backend)
                for row in 0..<rows + 2 {
                    for column in 0..<60 where !(1...rows ~= row && 11..<48 ~= column) {
                        XCTAssertEqual(found[row, column], 7, "\(storage) \(row) \(column)")
                    }
                }
            }
        }
    }
}

extension TestMatrix {
    /// self · other in float64.
    fileprivate func product(_ other: TestMatrix) -> TestMatrix {
        var result = TestMatrix(rows, other.columns)
        for row in 0..<rows {
            for column in 0..<other.columns {
                result[row, column] = (0..<columns).reduce(0) { $0 + self[row, $1] * other[$1, column] }
            }
        }
        return result
    }
}
