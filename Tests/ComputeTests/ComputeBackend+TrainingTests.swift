import Foundation
import XCTest

@testable import Compute

final class ComputeBackendTrainingTests: XCTestCase {
    override class func tearDown() { TestBackends.forgetDevices() }

    func testAdamWMatchesFloat64() throws {
        for (rows, columns) in [(1, 1), (3, 31), (2, 33), (40, 1000)] {
            let name = "\(rows)x\(columns)"
            let start = TestMatrix(rows, columns, seed: 1)
            let gradients = (0..<4).map { TestMatrix(rows, columns, seed: 10 + $0, scale: 0.1) }
            var options = AdamWOptions()
            options.weightDecay = 0.1
            let outcomes = try TestBackends.run(name) { backend in
                let parameters = try start.on(backend, padding: 3)
                let first = try TestMatrix(rows, columns).on(backend)
                let second = try TestMatrix(rows, columns).on(backend)
                for (index, gradient) in gradients.enumerated() {
                    backend.adamW(
                        parameters: parameters, gradients: try gradient.on(backend), firstMoments: first,
                        secondMoments: second, step: index + 1, options: options)
                }
                return [parameters, first, second]
            }
            for results in outcomes {
                var expected = start, first = TestMatrix(rows, columns), second = first
                let rate = Double(options.learningRate)
                for (index, gradient) in gradients.enumerated() {
                    let correction1 = 1 - pow(0.9, Double(index + 1)),
                        correction2 = 1 - pow(0.999, Double(index + 1))
                    for i in start.values.indices {
                        let g = gradient.values[i]
                        first.values[i] = 0.9 * first.values[i] + 0.1 * g
                        second.values[i] = 0.999 * second.values[i] + 0.001 * g * g
                        let root = (second.values[i] / correction2).squareRoot() + 1e-8
                        expected.values[i] -= rate * Double(options.weightDecay) * expected.values[i]
                        expected.values[i] -= rate * first.values[i] / correction1 / root
                    }
                }
                assertClose(results[0], expected, Tolerance(absolute: 4e-7, relative: 2e-7), name)
                assertClose(
                    results[1], first, Tolerance(absolute: 1e-8, relative: 2e-6), name + ": first moments")
                assertClose(
                    results[2], second, Tolerance(absolute: 1e-10, relative: 2e-5), name + ": second moments")
            }
        }
    }

    func testZeroGradientOnlyDecays() throws {
        let outcomes = try TestBackends.run("zero") { backend in
            let parameters = try TestMatrix(1, 20, repeating: 2).on(backend)
            let zero = try TestMatrix(1, 20).on(backend)
            let first = try TestMatrix(1, 20).on(backend), second = try TestMatrix(1, 20).on(backend)
            backend.adamW(
                parameters: parameters, gradients: zero, firstMoments: first, secondMoments: second, step: 1,
                options: AdamWOptions())
            return [parameters]
        }
        for results in outcomes {
            XCTAssertTrue(results[0].values.allSatisfy { abs($0 - 2 * (1 - 1e-5)) < 3e-7 })
        }
    }
}
