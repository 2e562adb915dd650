import XCTest

@testable import Compute

final class ComputeBackendNormsTests: XCTestCase {
    override class func tearDown() { TestBackends.forgetDevices() }

    private let shapes = [
        (0, 8), (1, 1), (5, 31), (3, 33), (2, 64), (40, 100), (2, 1000), (3, 1100), (1, 8300),
    ]
    private let epsilon: Float = 1e-5

    private func layerNorm(_ x: TestMatrix, _ gain: TestMatrix, _ bias: TestMatrix?) -> TestMatrix {
        var y = x
        for row in 0..<x.rows {
            let values = x.row(row)
            let mean = values.reduce(0, +) / Double(x.columns)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.columns)
            let inverse = 1 / (variance + Double(epsilon)).squareRoot()
            for column in 0..<x.columns {
                let offset = bias.map { $0.values[column] } ?? 0
                y[row, column] = (values[column] - mean) * inverse * gain.values[column] + offset
            }
        }
        return y
    }

    private func rmsNorm(_ x: TestMatrix, _ gain: TestMatrix) -> TestMatrix {
        var y = x
        for row in 0..<x.rows {
            let values = x.row(row)
            let square = values.reduce(0) { $0 + $1 * $1 } / Double(x.columns)
            let inverse = 1 / (square + Double(epsilon)).squareRoot()
            for column in 0..<x.columns { y[row, column] = values[column] * inverse * gain.values[column] }
        }
        return y
    }

    func testLayerNorm() throws {
        for (rows, columns) in shapes {
            let x = TestMatrix(rows, columns, seed: 1, scale: 3, offset: 2)
            let gain = TestMatrix(1, columns, seed: 2, offset: 1)
            for bias in [nil, TestMatrix(1, columns, seed: 3)] {
                let name = "layerNorm \(rows)x\(columns)"
                let outcomes = try TestBackends.run(name) { backend in
                    let y = try x.on(backend, padding: 5)
                    backend.layerNorm(
                        try x.on(backend, padding: 2), gain: try gain.on(backend),
                        bias: try bias?.on(backend), epsilon: epsilon, into: y, statistics: nil)
                    return [y]
                }
                for results in outcomes {
                    assertClose(results[0], layerNorm(x, gain, bias), .sums, name)
                }
            }
        }
    }

    func testLayerNormInPlaceWithStatistics() throws {
        let x = TestMatrix(3, 50, seed: 1, offset: 10)
        let gain = TestMatrix(1, 50, repeating: 1)
        let outcomes = try TestBackends.run("in place") { backend in
            let y = try x.on(backend), statistics = try backend.makeMatrix(rows: 3, columns: 2)
            backend.layerNorm(
                y, gain: try gain.on(backend), bias: nil, epsilon: epsilon, into: y, statistics: statistics)
            return [y, statistics]
        }
        for results in outcomes {
            assertClose(results[0], layerNorm(x, gain, nil), .sums, "in place")
            for row in 0..<3 {
                let mean = x.row(row).reduce(0, +) / 50
                XCTAssertEqual(results[1][row, 0], mean, accuracy: 1e-5, "mean of row \(row)")
                let variance = x.row(row).reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 50
                XCTAssertEqual(
                    results[1][row, 1], 1 / (variance + Double(epsilon)).squareRoot(), accuracy: 1e-5,
                    "inverse deviation of row \(row)")
            }
        }
    }

    func testConstantRowIsFinite() throws {
        let x = TestMatrix(1, 40, repeating: 5)
        let gain = TestMatrix(1, 40, repeating: 1)
        let outcomes = try TestBackends.run("constant row") { backend in
            let y = try x.on(backend)
            backend.layerNorm(
                y, gain: try gain.on(backend), bias: nil, epsilon: epsilon, into: y, statistics: nil)
            return [y]
        }
        for results in outcomes {
            XCTAssertEqual(results[0].values, Array(repeating: 0, count: 40))
        }
    }

    func testLayerNormBackward() throws {
        for (rows, columns) in shapes where rows * columns < 500 {
            try checkBackward(rows, columns, centred: true)
        }
        try checkBackward(1, 1000, centred: true)
    }

    func testRMSNormBackward() throws {
        for (rows, columns) in shapes where rows * columns < 500 {
            try checkBackward(rows, columns, centred: false)
        }
        try checkBackward(1, 1000, centred: false)
    }

    /// Rows that a GPU's warp, and then its block, cannot hold at once; dx as the formula gives it.
    func testBackwardOfWideRows() throws {
        for (rows, columns) in [(3, 1100), (2, 4100), (1, 8300)] {
            for centred in [true, false] {
                let x = TestMatrix(rows, columns, seed: 1, scale: 2, offset: 0.5)
                let dy = TestMatrix(rows, columns, seed: 2), gain = TestMatrix(1, columns, seed: 3, offset: 1)
                let name = "\(centred ? "layer" : "rms")NormBackward \(rows)x\(columns)"
                let outcomes = try TestBackends.run(name) { backend in
                    try [false, true].map {
                        try backward(x, dy: dy, gain: gain, centred: centred, padded: $0, on: backend)
                    }
                }
                let expected = gradient(at: x, dy: dy, gain: gain, centred: centred)
                for results in outcomes {
                    assertClose(results[0], expected, .sums, name)
                    // Where things lie in memory changes no sum.
                    XCTAssertEqual(results[0].values, results[1].values, name + " with gaps")
                }
            }
        }
    }

    private func backward(
        _ x: TestMatrix, dy: TestMatrix, gain: TestMatrix, centred: Bool, padded: Bool,
        on backend: any ComputeBackend
    ) throws -> Matrix {
        let statistics = try backend.makeMatrix(rows: x.rows, columns: centred ? 2 : 1)
        let input = try x.on(backend, padding: padded ? 1 : 0), gain = try gain.on(backend)
        let y = try dy.on(backend), dx = try dy.on(backend)
        if centred {
            backend.layerNorm(input, gain: gain, bias: nil, epsilon: epsilon, into: y, statistics: statistics)
            backend.layerNormBackward(
                try dy.on(backend), x: input, gain: gain, statistics: statistics, into: dx, accumulate: false)
        } else {
            backend.rmsNorm(input, gain: gain, epsilon: epsilon, into: y, statistics: statistics)
            backend.rmsNormBackward(
                try dy.on(backend), x: input, gain: gain, statistics: statistics, into: dx, accumulate: false)
        }
        return dx
    }

    private func gradient(
        at x: TestMatrix, dy: TestMatrix, gain: TestMatrix, centred: Bool
    ) -> TestMatrix {
        var dx = x
        let count = Double(x.columns)
        for row in 0..<x.rows {
            let mean = centred ? x.row(row).reduce(0, +) / count : 0
            let variance = x.row(row).reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
            let inverse = 1 / (variance + Double(epsilon)).squareRoot()
            let units = x.row(row).map { ($0 - mean) * inverse }
            let gradients = zip(dy.row(row), gain.values).map { $0 * $1 }
            let average = centred ? gradients.reduce(0, +) / count : 0
            let product = zip(gradients, units).reduce(0) { $0 + $1.0 * $1.1 } / count
            for column in 0..<x.columns {
                dx[row, column] = inverse * (gradients[column] - average - units[column] * product)
            }
        }
        return dx
    }

    private func checkBackward(_ rows: Int, _ columns: Int, centred: Bool) throws {
        let x = TestMatrix(rows, columns, seed: 1, scale: 2, offset: 0.5)
        let dy = TestMatrix(rows, columns, seed: 2)
        let gain = TestMatrix(1, columns, seed: 3, offset: 1)
        let before = TestMatrix(rows, columns, seed: 4)
        let name = "\(centred ? "layer" : "rms")NormBackward \(rows)x\(columns)"
        let outcomes = try TestBackends.run(name) { backend in
            let statistics = try backend.makeMatrix(rows: rows, columns: centred ? 2 : 1)
            let input = try x.on(backend), gain = try gain.on(backend), dy = try dy.on(backend, padding: 1)
            let y = try backend.makeMatrix(rows: rows, columns: columns)
            let fresh = try x.on(backend), added = try before.on(backend, padding: 4)
            if centred {
                backend.layerNorm(
                    input, gain: gain, bias: nil, epsilon: epsilon, into: y, statistics: statistics)
            } else {
                backend.rmsNorm(input, gain: gain, epsilon: epsilon, into: y, statistics: statistics)
            }
            for (dx, accumulate) in [(fresh, false), (added, true)] {
                if centred {
                    backend.layerNormBackward(
                        dy, x: input, gain: gain, statistics: statistics, into: dx, accumulate: accumulate)
                } else {
                    backend.rmsNormBackward(
                        dy, x: input, gain: gain, statistics: statistics, into: dx, accumulate: accumulate)
                }
            }
            return [fresh, added]
        }
        for results in outcomes {
            var expected = numericalGradient(at: x, dy: dy) {
                centred ? layerNorm($0, gain, nil) : rmsNorm($0, gain)
            }
            assertClose(results[0], expected, .sums, name)
            for index in expected.values.indices { expected.values[index] += before.values[index] }
            assertClose(results[1], expected, .sums, name + " accumulated")
        }
    }

    func testRMSNorm() throws {
        for (rows, columns) in shapes {
            let x = TestMatrix(rows, columns, seed: 1, scale: 3, offset: 2)
            let gain = TestMatrix(1, columns, seed: 2, offset: 1)
            let name = "rmsNorm \(rows)x\(columns)"
            let outcomes = try TestBackends.run(name) { backend in
                let y = try x.on(backend, padding: 5)
                backend.rmsNorm(
                    try x.on(backend, padding: 2), gain: try gain.on(backend), epsilon: epsilon, into: y,
                    statistics: nil)
                return [y]
            }
            for results in outcomes {
                assertClose(results[0], rmsNorm(x, gain), .sums, name)
            }
        }
    }
}
