import XCTest

@testable import Compute

final class ComputeBackendProductsTests: XCTestCase {
    override class func tearDown() { TestBackends.forgetDevices() }

    /// N, K, O: empty ones, single rows, and sizes around every tile and block of any instruction set.
    private let shapes = [
        (0, 5, 7), (5, 0, 7), (5, 7, 0), (1, 1, 1), (1, 31, 33), (2, 64, 96), (3, 100, 50), (6, 300, 40),
        (8, 33, 31), (13, 96, 49), (14, 33, 65), (15, 257, 31), (31, 16, 17), (33, 31, 1), (1, 1000, 33),
        (33, 1, 100), (43, 65, 35),
    ]

    func testLinearIsTheDefinedChainForEveryEncoding() throws {
        try check("linear") { backend, example, shape, bias, old in
            let x = TestMatrix(shape.0, shape.1, seed: 1)
            let y = try old.on(backend, padding: 3)
            let bias = bias ? TestMatrix(1, shape.2, seed: 3) : nil
            let accumulate = bias == nil
            backend.linear(
                try x.on(backend, padding: 5), example.weight, bias: try bias?.on(backend), into: y,
                accumulate: accumulate)
            return (x, example.values.transposed, bias, accumulate ? old : nil, y)
        }
    }

    func testLinearBackwardIsTheDefinedChainForEveryEncoding() throws {
        try check("linearBackward", swapped: true) { backend, example, shape, accumulate, old in
            let dy = TestMatrix(shape.0, shape.1, seed: 1)
            let dx = try old.on(backend, padding: 3)
            backend.linearBackward(
                try dy.on(backend, padding: 5), example.weight, into: dx, accumulate: accumulate)
            return (dy, example.values, nil, accumulate ? old : nil, dx)
        }
    }

    func testOuterProductIsTheDefinedChain() throws {
        for (index, shape) in shapes.enumerated() {
            let (columns, depth, rows) = shape
            let a = TestMatrix(depth, rows, seed: 1), b = TestMatrix(depth, columns, seed: 2)
            let old = TestMatrix(rows, columns, seed: 3)
            let accumulate = index % 2 == 0
            let expected = a.transposed.chained(b, old: accumulate ? old : nil)
            for backend in TestBackends.all {
                let c = try old.on(backend, padding: 1)
                backend.outerProduct(
                    try a.on(backend, padding: 2), try b.on(backend), into: c, accumulate: accumulate)
                assertSame(try TestMatrix(c, of: backend), expected, "\(backend.deviceDescription) \(shape)")
            }
        }
    }

    /// Both operands, bias and old values of a case, and where a backend left the result.
    private typealias Case = (
        a: TestMatrix, b: TestMatrix, bias: TestMatrix?, old: TestMatrix?, result: Matrix
    )

    /// Runs a product on every backend and for every storage of its weight; odd cases set `flag`.
    private func check(
        _ name: String, swapped: Bool = false,
        _ run: (CPUBackend, ProductExample, (Int, Int, Int), Bool, TestMatrix) throws -> Case
    ) throws {
        for (index, shape) in shapes.enumerated() {
            for (number, storage) in ProductExample.Storage.all.enumerated() {
                let example = ProductExample(
                    outputs: swapped ? shape.1 : shape.2, inputs: swapped ? shape.2 : shape.1,
                    storage: storage, seed: 2)
                let old = TestMatrix(shape.0, shape.2, seed: 4)
                var expected: TestMatrix?
                for backend in TestBackends.all {
                    let label = "\(name) \(backend.deviceDescription) \(shape) \(storage)"
                    let found = try run(backend, example, shape, (index + number) % 2 == 1, old)
                    let result = try TestMatrix(found.result, of: backend)
                    if expected == nil {
                        expected = found.a.chained(found.b, bias: found.bias, old: found.old)
                        let excess = found.a.excess(result, found.b, bias: found.bias, old: found.old)
                        XCTAssertLessThanOrEqual(excess, 1, label)
                    }
                    assertSame(result, try XCTUnwrap(expected), label)
                }
            }
        }
    }

    func testBiasAndOldValuesAreAddedInOneOrder() throws {
        let x = TestMatrix(3, 520, seed: 1), bias = TestMatrix(1, 70, seed: 3),
            old = TestMatrix(3, 70, seed: 4)
        let example = ProductExample(
            outputs: 70, inputs: 520, storage: .init(type: .float16, layout: .outputsByInputs), seed: 2)
        let expected = x.chained(example.values.transposed, bias: bias, old: old)
        for backend in TestBackends.all {
            let y = try old.on(backend)
            backend.linear(
                try x.on(backend), example.weight, bias: try bias.on(backend), into: y, accumulate: true)
            assertSame(try TestMatrix(y, of: backend), expected, backend.deviceDescription)
        }
    }

    func testOnlyTheResultIsWritten() throws {
        for backend in TestBackends.all {
            for rows in [1, 5, 16] {
                let whole = try TestMatrix(rows + 2, 60, repeating: 7).on(backend)
                let example = ProductExample(
                    outputs: 37, inputs: 20, storage: .init(type: .float32, layout: .inputsByOutputs), seed: 2
                )
                let x = try TestMatrix(rows, 20, seed: 1).on(backend)
                let y = whole.rows(1..<rows + 1).columns(11..<48)
                backend.linear(x, example.weight, bias: nil, into: y, accumulate: false)
                let found = try TestMatrix(whole, of: backend)
                for row in 0..<rows + 2 {
                    for column in 0..<60 where !(1...rows ~= row && 11..<48 ~= column) {
                        XCTAssertEqual(found[row, column], 7, "\(backend.deviceDescription) \(row) \(column)")
                    }
                }
            }
        }
    }

    func testRowsAreTheSameAloneAndInAnyBatch() throws {
        let x = TestMatrix(70, 600, seed: 1)
        for storage in ProductExample.Storage.all {
            let example = ProductExample(outputs: 330, inputs: 600, storage: storage, seed: 2)
            for threads in [1, 2, 7] {
                let backend = CPUBackend(threads: threads)
                let y = try backend.makeMatrix(rows: 70, columns: 330)
                let input = try x.on(backend)
                backend.linear(input, example.weight, bias: nil, into: y, accumulate: false)
                let all = try TestMatrix(y, of: backend)
                for rows in [0..<1, 69..<70, 3..<5, 10..<24, 20..<50] {
                    let part = y.rows(rows)
                    backend.fill(part, with: 0)
                    backend.linear(input.rows(rows), example.weight, bias: nil, into: part, accumulate: false)
                }
                assertSame(try TestMatrix(y, of: backend), all, "\(threads) threads, \(storage)")
            }
        }
    }

    /// So many inputs that packed rows take more than one pass.
    func testDeepProductsAreTheSameOnEveryInstructionSet() throws {
        let depth = 12_000, rows = 96
        let example = ProductExample(
            outputs: depth, inputs: 9, storage: .init(type: .bfloat16, layout: .outputsByInputs), seed: 2)
        let dy = TestMatrix(rows, depth, seed: 1), old = TestMatrix(rows, 9, seed: 3)
        for accumulate in [false, true] {
            var expected: TestMatrix?
            for backend in TestBackends.all {
                let dx = try old.on(backend)
                backend.linearBackward(try dy.on(backend), example.weight, into: dx, accumulate: accumulate)
                let found = try TestMatrix(dx, of: backend)
                assertSame(found, expected ?? found, "\(backend.deviceDescription), accumulate \(accumulate)")
                expected = found
            }
            let first = dy.rowMatrix(0).chained(example.values, old: accumulate ? old.rowMatrix(0) : nil)
            assertSame(try XCTUnwrap(expected).rowMatrix(0), first, "accumulate \(accumulate)")
        }
    }

    func testEveryHalfIsWidenedExactly() throws {
        for type in [ElementType.float16, .bfloat16] {
            let bytes = (0..<65536).flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
            let storage = ProductExample.memory(bytes)
            for rows in [1, 20] {
                for backend in TestBackends.all {
                    let ones = try TestMatrix(rows, 64, repeating: 1).on(backend)
                    let y = try backend.makeMatrix(rows: rows, columns: 65536)
                    // Each column is a chain of one element, and each row of the second weight likewise.
                    let flat = Weight(
                        storage: storage, elementType: type, layout: .inputsByOutputs, outputs: 65536,
                        inputs: 1)
                    backend.linear(ones.columns(0..<1), flat, bias: nil, into: y, accumulate: false)
                    let found = try backend.read(y.rows(rows - 1..<rows))
                    for bits in 0..<65536 {
                        let value = ProductExample.decode(UInt32(bits), type)
                        let same = value.isNaN ? found[bits].isNaN : found[bits] == value
                        if !same { XCTFail("\(backend.deviceDescription) \(type) \(bits): \(found[bits])") }
                    }
                    try checkHalvesAlongInputs(backend, storage, type, rows)
                }
            }
        }
    }

    /// One input at a time picks a column of a [1024, 64] weight: halves read in pairs.
    private func checkHalvesAlongInputs(
        _ backend: CPUBackend, _ storage: DeviceStorage, _ type: ElementType, _ rows: Int
    ) throws {
        let weight = Weight(
            storage: storage, elementType: type, layout: .outputsByInputs, outputs: 1024, inputs: 64)
        let finite = (0..<1024).filter { ProductExample.decode(UInt32($0 * 64), type).isFinite }
        for input in [0, 1, 30, 63] {
            var unit = TestMatrix(rows, 64)
            for row in 0..<rows { unit[row, input] = 1 }
            let y = try backend.makeMatrix(rows: rows, columns: 1024)
            backend.linear(try unit.on(backend), weight, bias: nil, into: y, accumulate: false)
            let found = try backend.read(y.rows(0..<1))
            for output in finite {
                let value = ProductExample.decode(UInt32(output * 64 + input), type)
                if found[output] != value {
                    XCTFail("\(backend.deviceDescription) \(type) (\(output), \(input)): \(found[output])")
                }
            }
        }
    }
}

extension TestMatrix {
    fileprivate func rowMatrix(_ index: Int) -> TestMatrix { TestMatrix(1, columns, row(index)) }
}

/// Fails unless both hold the same numbers; names the first difference.
private func assertSame(
    _ found: TestMatrix, _ expected: TestMatrix, _ name: @autoclosure () -> String,
    file: StaticString = #filePath, line: UInt = #line
) {
    XCTAssertEqual(found.rows, expected.rows, name(), file: file, line: line)
    XCTAssertEqual(found.columns, expected.columns, name(), file: file, line: line)
    guard found.values != expected.values else { return }
    let index = zip(found.values, expected.values).enumerated().first { $0.element.0 != $0.element.1 }
    guard let (place, (a, b)) = index else { return }
    XCTFail(
        "\(name()): element (\(place / found.columns), \(place % found.columns)) is \(a), expected \(b)",
        file: file, line: line)
}
