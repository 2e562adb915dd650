import XCTest

@testable import Compute

/// What is CUDA's own about rows: 16 bytes at once where that is possible, and indices out of range.
final class CUDABackendRowsTests: XCTestCase {
    override class func tearDown() { TestBackends.forgetDevices() }

    /// A view whose rows begin `offset` elements after a multiple of 16 bytes, all at the same distance.
    private func view(_ matrix: TestMatrix, at offset: Int, on device: any ComputeBackend) throws -> Matrix {
        let whole = try device.makeMatrix(rows: matrix.rows, columns: (matrix.columns + offset + 3) / 4 * 4)
        device.fill(whole, with: 7)
        let view = whole.columns(offset..<offset + matrix.columns)
        device.write(matrix.values.map { Float($0) }, into: view)
        return view
    }

    /// Rows at odd addresses are not read in fours, even where their distance would allow it.
    func testViewsFromAnyColumn() throws {
        let x = TestMatrix(3, 40, seed: 1), other = TestMatrix(3, 40, seed: 2)
        let gain = TestMatrix(1, 40, seed: 3), factors = TestMatrix(3, 1, seed: 4)
        for device in TestBackends.devices {
            var results: [[[Float]]] = []
            for offset in 0..<4 {
                let first = try view(x, at: offset, on: device),
                    second = try view(other, at: offset, on: device)
                let weights = try view(gain, at: offset, on: device)
                let sum = try view(other, at: offset, on: device), scaled = try view(x, at: 0, on: device)
                let dots = try device.makeMatrix(rows: 3, columns: 1)
                let masses = try device.makeMatrix(rows: 3, columns: 1)
                device.add(first, scale: 2, into: sum)
                device.scaleRows(second, by: try factors.on(device), into: scaled, accumulate: true)
                device.rowDots(first, second, into: dots)
                device.logSumExp(first, into: masses)
                device.layerNorm(
                    second, gain: weights, bias: weights, epsilon: 1e-5, into: second, statistics: nil)
                device.activation(.silu, first, into: first)
                results.append(try [first, second, sum, scaled, dots, masses].map(device.read))
            }
            for (offset, result) in results.enumerated() {
                XCTAssertEqual(result, results[0], "\(offset) elements after 16 bytes")
            }
        }
    }

    /// Tables may have gaps between their lines; what has no line is not a number.
    func testTablesWithGapsAndTokensOutOfRange() throws {
        let values = TestMatrix(5, 8, seed: 1)
        let ids: [Int32] = [4, 5, 0, -1, 2]
        for device in TestBackends.devices {
            for padding in [0, 3, 4] {
                let table = Weight(try values.on(device, padding: padding))
                let x = try device.makeMatrix(rows: ids.count, columns: 8)
                device.embed(try device.makeIndices(ids), table: table, into: x, accumulate: false)
                let found = try TestMatrix(x, of: device)
                for (row, id) in ids.enumerated() {
                    let expected = 0..<5 ~= id ? values.row(Int(id)) : Array(repeating: .nan, count: 8)
                    for (a, b) in zip(found.row(row), expected) {
                        XCTAssertTrue(
                            a == b || a.isNaN && b.isNaN, "token \(id), gaps of \(padding): \(a), \(b)")
                    }
                }
            }
        }
    }

    /// What is read from nowhere is not a number, and what goes nowhere is dropped.
    func testRowsOutOfRange() throws {
        let values = TestMatrix(3, 6, seed: 1)
        let numbers: [Int32] = [2, 3, -1, 0]
        for device in TestBackends.devices {
            let x = try values.on(device), indices = try device.makeIndices(numbers)
            let gathered = try device.makeMatrix(rows: 4, columns: 6)
            device.gatherRows(x, indices, into: gathered)
            let found = try TestMatrix(gathered, of: device)
            for (row, number) in numbers.enumerated() {
                XCTAssertEqual(found[row, 5].isNaN, !(0..<3 ~= number), "row \(number)")
            }
            device.scatterRows(
                try TestMatrix(4, 6, repeating: 9).on(device), indices, into: x, accumulate: false)
            let changed = try TestMatrix(x, of: device)
            XCTAssertEqual(changed.row(0), Array(repeating: 9, count: 6))
            XCTAssertEqual(changed.row(1), values.row(1))
            XCTAssertEqual(changed.row(2), Array(repeating: 9, count: 6))
        }
    }

    /// A row at a position that the tables do not know is not a number.
    func testPositionsOutOfRange() throws {
        let angles = TestMatrix(6, 2, seed: 1)
        let positions: [Int32] = [3, 4, -1, 0]
        for device in TestBackends.devices {
            // Memory goes on after them.
            let known = try angles.on(device).rows(0..<4)
            let x = try TestMatrix(4, 4, seed: 2).on(device)
            device.rotate(
                x, positions: try device.makeIndices(positions), cosines: known, sines: known,
                rotary: RotaryShape(heads: 1, headStride: 4, rotated: 4, pairing: .halves), inverse: false)
            let found = try TestMatrix(x, of: device)
            for (row, position) in positions.enumerated() {
                XCTAssertEqual(found[row, 0].isNaN, !(0..<4 ~= position), "position \(position)")
            }
        }
    }
}
