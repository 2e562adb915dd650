import Foundation
import XCTest

@testable import Compute

final class ComputeBackendActivationsTests: XCTestCase {
    override class func tearDown() { TestBackends.forgetDevices() }

    /// f(x) and f′(x) in float64, far tails included.
    private func reference(_ kind: Activation, _ x: Double) -> (value: Double, slope: Double) {
        switch kind {
        case .geluExact:
            let below = 0.5 * erfc(-x / 2.0.squareRoot())
            return (x * below, below + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot())
        case .geluTanh:
            let c = (2 / Double.pi).squareRoot()
            let s = 1 / (1 + exp(-2 * c * (x + 0.044715 * x * x * x)))
            return (x * s, s + x * s * (1 - s) * 2 * c * (1 + 3 * 0.044715 * x * x))
        case .silu:
            let s = 1 / (1 + exp(-x))
            return (x * s, s + x * s * (1 - s))
        case .relu:
            return x > 0 ? (x, 1) : (0, 0)
        case .leakyRelu:
            return x > 0 ? (x, 1) : (x * Double(Float(0.01)), Double(Float(0.01)))
        }
    }

    /// A fine grid over the interesting range, and some of everything else that is finite.
    private var points: TestMatrix {
        var values = stride(from: -12.0, through: 12, by: 1.0 / 256).map { Double(Float($0 * 1.0009)) }
        values += [0, -0.0, 1e-30, -1e-30, 1e-6, -1e-6, 50, -50, 1000, -1000, 1e30, -1e30]
        return TestMatrix(1, values.count, values)
    }

    func testValuesHoldOneInAMillion() throws {
        let x = points
        for kind in Activation.allCases {
            let outcomes = try TestBackends.run("\(kind)") { backend in
                let y = try x.on(backend)
                backend.activation(kind, y, into: y)
                return [y]
            }
            for results in outcomes {
                let expected = TestMatrix(1, x.columns, x.values.map { reference(kind, $0).value })
                assertClose(results[0], expected, .elementwise, "\(kind)")
            }
        }
    }

    func testSlopes() throws {
        let x = points
        let dy = TestMatrix(1, x.columns, seed: 4)
        for kind in Activation.allCases {
            let outcomes = try TestBackends.run("\(kind) backward") { backend in
                let dx = try dy.on(backend)
                backend.activationBackward(kind, dx, x: try x.on(backend), into: dx)
                return [dx]
            }
            for results in outcomes {
                var expected = dy
                for index in x.values.indices {
                    expected.values[index] *= reference(kind, x.values[index]).slope
                }
                let tolerance = Tolerance(absolute: 2e-6, relative: 1e-6)
                assertClose(results[0], expected, tolerance, "\(kind) backward")
            }
        }
    }

    func testGatedFormsAndTheirGradients() throws {
        for columns in [1, 31, 33, 1000] {
            let gate = TestMatrix(3, columns, seed: 1, scale: 2), up = TestMatrix(3, columns, seed: 2)
            let dy = TestMatrix(3, columns, seed: 3)
            for kind in Activation.allCases {
                let name = "gated \(kind), \(columns) columns"
                let outcomes = try TestBackends.run(name) { backend in
                    let g = try gate.on(backend, padding: 3), u = try up.on(backend)
                    let y = try up.on(backend, padding: 1), dGate = try up.on(backend),
                        dUp = try up.on(backend)
                    backend.gatedActivation(kind, gate: g, up: u, into: y)
                    backend.gatedActivationBackward(
                        kind, try dy.on(backend), gate: g, up: u, dGate: dGate, dUp: dUp)
                    return [y, dGate, dUp]
                }
                for results in outcomes {
                    var expected = [up, up, up]
                    for index in up.values.indices {
                        let f = reference(kind, gate.values[index])
                        expected[0].values[index] = f.value * up.values[index]
                        expected[1].values[index] = dy.values[index] * up.values[index] * f.slope
                        expected[2].values[index] = dy.values[index] * f.value
                    }
                    for (found, wanted) in zip(results.matrices, expected) {
                        assertClose(found, wanted, Tolerance(absolute: 2e-6, relative: 1e-6), name)
                    }
                }
            }
        }
    }

    func testInfinitiesAndNaN() throws {
        let x = TestMatrix(1, 3, [.infinity, -.infinity, .nan])
        for kind in Activation.allCases {
            let outcomes = try TestBackends.run("\(kind)") { backend in
                let y = try x.on(backend), slopes = try TestMatrix(1, 3, repeating: 1).on(backend)
                backend.activation(kind, y, into: y)
                backend.activationBackward(kind, slopes, x: try x.on(backend), into: slopes)
                return [y, slopes]
            }
            for results in outcomes {
                XCTAssertEqual(results[0].values[0], .infinity, "\(kind)(∞)")
                XCTAssertEqual(results[0].values[1], kind == .leakyRelu ? -.infinity : 0, "\(kind)(−∞)")
                XCTAssertTrue(results[0].values[2].isNaN, "\(kind)(NaN)")
                XCTAssertEqual(results[1].values[0], 1, accuracy: 1e-6, "slope of \(kind) at ∞")
                XCTAssertEqual(
                    results[1].values[1], kind == .leakyRelu ? 0.01 : 0, accuracy: 1e-6,
                    "slope of \(kind) at −∞")
            }
        }
    }

    func testEmpty() throws {
        let outcomes = try TestBackends.run("empty") { backend in
            let x = try backend.makeMatrix(rows: 0, columns: 7),
                y = try backend.makeMatrix(rows: 4, columns: 0)
            backend.activation(.silu, x, into: x)
            backend.activation(.silu, y, into: y)
            return [x, y]
        }
        for results in outcomes {
            XCTAssertEqual(results.matrices.map(\.values), [[], []])
        }
    }
}
