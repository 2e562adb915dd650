import XCTest

@testable import Compute

final class ComputeBackendRowsTests: XCTestCase {
    override class func tearDown() { TestBackends.forgetDevices() }

    private let widths = [0, 1, 15, 16, 31, 33, 1000]

    // MARK: Element types

    /// The bytes of `values` in a storage that starts `offset` bytes after an aligned address.
    private func storage<T: BitwiseCopyable>(_ values: [T], offset: Int) -> DeviceStorage {
        let count = values.count * MemoryLayout<T>.stride + offset
        let address = UnsafeMutableRawPointer.allocate(byteCount: max(1, count), alignment: 64)
        values.withUnsafeBytes { bytes in
            if let start = bytes.baseAddress {
                (address + offset).copyMemory(from: start, byteCount: bytes.count)
            }
        }
        return DeviceStorage(address: address, byteCount: count) { $0.deallocate() }
    }

    /// Every one of the 65,536 values, from an odd address.
    func testAllHalvesAreWidenedExactly() throws {
        let patterns = (0...UInt16.max).map { $0 }
        for type in [ElementType.float16, .bfloat16] {
            let table = Weight(
                storage: storage(patterns, offset: 3), byteOffset: 3, elementType: type,
                layout: .outputsByInputs, outputs: 256, inputs: 256)
            for backend in TestBackends.all {
                let x = try backend.makeMatrix(rows: 256, columns: 256)
                let ids = try backend.makeIndices((0..<256).map { Int32($0) })
                backend.embed(ids, table: try backend.makeWeight(table), into: x, accumulate: false)
                for (pattern, found) in zip(patterns, try backend.read(x)) {
                    let expected =
                        type == .float16
                        ? Float(Float16(bitPattern: pattern)) : Float(bitPattern: UInt32(pattern) << 16)
                    guard found.bitPattern != expected.bitPattern, !(found.isNaN && expected.isNaN) else {
                        continue
                    }
                    XCTFail("\(backend.deviceDescription): \(type) \(pattern) is \(found), not \(expected)")
                    break
                }
            }
        }
    }

    func testEmbedOfEveryTypeAndWidth() throws {
        let ids: [Int32] = [3, 0, 3, 6]
        for columns in widths {
            let values = TestMatrix(7, columns + 2, seed: 1)
            let before = TestMatrix(4, columns, seed: 2)
            for type in ElementType.allCases {
                let name = "embed \(type), width \(columns)"
                let (stored, kept) = encode(values, type)
                let table = Weight(
                    storage: stored, byteOffset: 1, elementType: type, layout: .outputsByInputs, outputs: 7,
                    inputs: columns, leadingDimension: columns + 2)
                let outcomes = try TestBackends.run(name) { backend in
                    let fresh = try before.on(backend), added = try before.on(backend, padding: 3)
                    let ids = try backend.makeIndices(ids)
                    let weight = try backend.makeWeight(table)
                    backend.embed(ids, table: weight, into: fresh, accumulate: false)
                    backend.embed(ids, table: weight, into: added, accumulate: true)
                    return [fresh, added]
                }
                for results in outcomes {
                    var expected = before, sum = before
                    for (row, id) in ids.enumerated() {
                        for column in 0..<columns {
                            expected[row, column] = kept[Int(id), column]
                            let total = Float(before[row, column]) + Float(kept[Int(id), column])
                            sum[row, column] = Double(total)
                        }
                    }
                    assertClose(results[0], expected, .exact, name)
                    assertClose(results[1], sum, .exact, name + " accumulated")
                }
            }
        }
    }

    /// Bytes of `values` in `type`, one byte off alignment, and what they decode to.
    private func encode(_ values: TestMatrix, _ type: ElementType) -> (DeviceStorage, TestMatrix) {
        var kept = values
        switch type {
        case .float32:
            return (storage(values.values.map { Float($0) }, offset: 1), kept)
        case .float16:
            let halves = values.values.map { Float16($0) }
            kept.values = halves.map { Double($0) }
            return (storage(halves.map(\.bitPattern), offset: 1), kept)
        case .bfloat16:
            let brains = values.values.map { UInt16(Float($0).bitPattern >> 16) }
            kept.values = brains.map { Double(Float(bitPattern: UInt32($0) << 16)) }
            return (storage(brains, offset: 1), kept)
        }
    }

    // MARK: Moves and sums

    func testGatherAndScatter() throws {
        let rows: [Int32] = [4, 1, 2]
        for columns in widths {
            let x = TestMatrix(5, columns, seed: 1), y = TestMatrix(3, columns, seed: 2)
            let name = "width \(columns)"
            let outcomes = try TestBackends.run(name) { backend in
                let rows = try backend.makeIndices(rows)
                let gathered = try y.on(backend, padding: 1), set = try x.on(backend, padding: 2)
                let added = try x.on(backend)
                backend.gatherRows(try x.on(backend, padding: 1), rows, into: gathered)
                backend.scatterRows(try y.on(backend), rows, into: set, accumulate: false)
                backend.scatterRows(try y.on(backend), rows, into: added, accumulate: true)
                return [gathered, set, added]
            }
            for results in outcomes {
                var gathered = y, set = x, added = x
                for (index, row) in rows.map(Int.init).enumerated() {
                    for column in 0..<columns {
                        gathered[index, column] = x[row, column]
                        set[row, column] = y[index, column]
                        added[row, column] = Double(Float(x[row, column]) + Float(y[index, column]))
                    }
                }
                assertClose(results[0], gathered, .exact, "gather, \(name)")
                assertClose(results[1], set, .exact, "scatter, \(name)")
                assertClose(results[2], added, .exact, "scatter accumulated, \(name)")
            }
        }
    }

    func testMeanRows() throws {
        let spans = [0..<1, 2..<9, 5..<6, 0..<50]
        for columns in widths {
            let x = TestMatrix(50, columns, seed: 1)
            let outcomes = try TestBackends.run("meanRows \(columns)") { backend in
                let y = try backend.makeMatrix(rows: 4, columns: columns)
                backend.meanRows(try x.on(backend, padding: 3), spans, into: y)
                return [y]
            }
            for results in outcomes {
                var expected = TestMatrix(4, columns)
                for (index, span) in spans.enumerated() {
                    for column in 0..<columns {
                        expected[index, column] = span.reduce(0) { $0 + x[$1, column] } / Double(span.count)
                    }
                }
                assertClose(results[0], expected, .sums, "meanRows \(columns)")
            }
        }
    }

    func testSumsAndProducts() throws {
        for (rows, columns) in [(0, 3), (1, 1), (3, 31), (70, 33), (2, 1000), (600, 70), (2, 1100)] {
            let x = TestMatrix(rows, columns, seed: 1), y = TestMatrix(rows, columns, seed: 2)
            let factors = TestMatrix(rows, 1, seed: 3), before = TestMatrix(1, columns, seed: 4)
            let name = "\(rows)x\(columns)"
            let outcomes = try TestBackends.run(name) { backend in
                let source = try x.on(backend, padding: 1)
                let added = try y.on(backend), scaled = try y.on(backend), scaledAdded = try y.on(backend)
                let dots = try backend.makeMatrix(rows: rows, columns: 1)
                let sums = try before.on(backend), sumsAdded = try before.on(backend)
                backend.add(source, scale: -2.5, into: added)
                backend.scaleRows(
                    source, by: try factors.on(backend, padding: 2), into: scaled, accumulate: false)
                backend.scaleRows(source, by: try factors.on(backend), into: scaledAdded, accumulate: true)
                backend.rowDots(source, try y.on(backend, padding: 3), into: dots)
                backend.columnSums(source, into: sums, accumulate: false)
                backend.columnSums(source, into: sumsAdded, accumulate: true)
                return [added, scaled, scaledAdded, dots, sums, sumsAdded]
            }
            for results in outcomes {
                var expected = [y, y, y, TestMatrix(rows, 1), TestMatrix(1, columns), before]
                for row in 0..<rows {
                    for column in 0..<columns {
                        let value = x[row, column]
                        expected[0][row, column] -= 2.5 * value
                        expected[1][row, column] = factors.values[row] * value
                        expected[2][row, column] += factors.values[row] * value
                        expected[3].values[row] += value * y[row, column]
                        expected[4].values[column] += value
                        expected[5].values[column] += value
                    }
                }
                let names = [
                    "add", "scaleRows", "scaleRows accumulated", "rowDots", "columnSums",
                    "columnSums accumulated",
                ]
                for (index, operation) in names.enumerated() {
                    let tolerance = index < 3 ? Tolerance(absolute: 1e-6, relative: 1e-6) : .sums
                    assertClose(results[index], expected[index], tolerance, "\(operation) \(name)")
                }
            }
        }
    }

    // MARK: Edits

    func testEditAndItsGradient() throws {
        let rows: [Int32] = [6, 0, 3, 4], directionOf: [Int32] = [1, 0, 1, 1]
        for columns in [1, 31, 33, 1000] {
            for (alpha, beta) in [(Float(1), Float(1)), (0.5, 0), (-2, 0.25)] {
                let name = "edit, width \(columns), α \(alpha), β \(beta)"
                let x = TestMatrix(7, columns, seed: 1), directions = TestMatrix(2, columns, seed: 2)
                let outcomes = try TestBackends.run(name) { backend in
                    let rows = try backend.makeIndices(rows),
                        directionOf = try backend.makeIndices(directionOf)
                    let edited = try x.on(backend, padding: 2), dx = try x.on(backend)
                    let dDirections = try directions.on(backend, padding: 1)
                    backend.edit(
                        edited, rows: rows, directions: try directions.on(backend), directionOf: directionOf,
                        alpha: alpha, beta: beta)
                    backend.editBackward(
                        dx, rows: rows, dDirections: dDirections, directionOf: directionOf, alpha: alpha,
                        beta: beta)
                    return [edited, dx, dDirections]
                }
                for results in outcomes {
                    var edited = x, dx = x, dDirections = directions
                    for (row, direction) in zip(rows.map(Int.init), directionOf.map(Int.init)) {
                        for column in 0..<columns {
                            edited[row, column] =
                                Double(beta) * x[row, column] + Double(alpha) * directions[direction, column]
                            dDirections[direction, column] += Double(alpha) * x[row, column]
                            dx[row, column] *= Double(beta)
                        }
                    }
                    assertClose(results[0], edited, .sums, name)
                    assertClose(results[1], dx, .sums, name + ": dx")
                    assertClose(results[2], dDirections, .sums, name + ": dDirections")
                }
            }
        }
    }
}
