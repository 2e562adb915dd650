extension OperationCheck {
    static func norms(_ sizes: SelfTestSizes) -> [OperationCheck] {
        [layerNorm(sizes), layerNormBackward(sizes), rmsNorm(sizes), rmsNormBackward(sizes)]
    }

    /// As in models; large enough that a result of one element is not all rounding.
    private static let epsilon: Float = 1e-5

    private static func layerNorm(_ sizes: SelfTestSizes) -> OperationCheck {
        OperationCheck("layerNorm", on: sizes.planes, timed: sizes.timedPlane) { bench, shape in
            let backend = bench.backend
            let x = try bench.matrix(shape)
            let gain = try bench.matrix(shape.row)
            let bias = try bench.matrix(shape.row)
            let y = try bench.blank(shape)
            let statistics = try bench.blank(shape.rows, 2)
            let inPlace = bench.isTimed ? nil : try bench.matrix(shape)
            // A column of its own has no variance: 1 / √ε alone is 316.
            var prepared = PreparedOperation([(y, .sums), (statistics, .sums)], bytes: 2 * shape.byteCount) {
                backend.layerNorm(
                    x, gain: gain, bias: bias, epsilon: epsilon, into: y, statistics: statistics)
                if let inPlace {
                    backend.layerNorm(
                        inPlace, gain: gain, bias: nil, epsilon: epsilon, into: inPlace, statistics: nil)
                }
            }
            if let inPlace { prepared.outputs.append(.init(matrix: inPlace, tolerance: .sums)) }
            return prepared
        }
    }

    private static func layerNormBackward(_ sizes: SelfTestSizes) -> OperationCheck {
        OperationCheck("layerNormBackward", on: sizes.planes, timed: sizes.timedPlane) { bench, shape in
            let backend = bench.backend
            let x = try bench.matrix(shape)
            let dy = try bench.matrix(shape)
            let gain = try bench.matrix(shape.row)
            let statistics = try bench.blank(shape.rows, 2)
            let y = try bench.blank(shape.rows, shape.columns)
            backend.layerNorm(x, gain: gain, bias: nil, epsilon: epsilon, into: y, statistics: statistics)
            let dx = try bench.blank(shape)
            let sum = bench.isTimed ? nil : try bench.matrix(shape)
            // 1 / √variance of a short row multiplies everything.
            let size = shape.columns == 1 ? 316.0 : 4
            var prepared = PreparedOperation([(dx, .sums)], size: size, bytes: 3 * shape.byteCount) {
                backend.layerNormBackward(
                    dy, x: x, gain: gain, statistics: statistics, into: dx, accumulate: false)
                if let sum {
                    backend.layerNormBackward(
                        dy, x: x, gain: gain, statistics: statistics, into: sum, accumulate: true)
                }
            }
            if let sum { prepared.outputs.append(.init(matrix: sum, tolerance: .sums, size: size)) }
            return prepared
        }
    }

    private static func rmsNorm(_ sizes: SelfTestSizes) -> OperationCheck {
        OperationCheck("rmsNorm", on: sizes.planes, timed: sizes.timedPlane) { bench, shape in
            let backend = bench.backend
            let x = try bench.matrix(shape)
            let gain = try bench.matrix(shape.row)
            let y = try bench.blank(shape)
            let statistics = try bench.blank(shape.rows, 1)
            let inPlace = bench.isTimed ? nil : try bench.matrix(shape)
            var prepared = PreparedOperation([(y, .sums), (statistics, .sums)], bytes: 2 * shape.byteCount) {
                backend.rmsNorm(x, gain: gain, epsilon: epsilon, into: y, statistics: statistics)
                if let inPlace {
                    backend.rmsNorm(inPlace, gain: gain, epsilon: epsilon, into: inPlace, statistics: nil)
                }
            }
            if let inPlace { prepared.outputs.append(.init(matrix: inPlace, tolerance: .sums)) }
            return prepared
        }
    }

    private static func rmsNormBackward(_ sizes: SelfTestSizes) -> OperationCheck {
        OperationCheck("rmsNormBackward", on: sizes.planes, timed: sizes.timedPlane) { bench, shape in
            let backend = bench.backend
            let x = try bench.matrix(shape)
            let dy = try bench.matrix(shape)
            let gain = try bench.matrix(shape.row)
            let statistics = try bench.blank(shape.rows, 1)
            let y = try bench.blank(shape.rows, shape.columns)
            backend.rmsNorm(x, gain: gain, epsilon: epsilon, into: y, statistics: statistics)
            let dx = try bench.blank(shape)
            let sum = bench.isTimed ? nil : try bench.matrix(shape)
            let size = shape.columns == 1 ? 316.0 : 4
            var prepared = PreparedOperation([(dx, .sums)], size: size, bytes: 3 * shape.byteCount) {
                backend.rmsNormBackward(
                    dy, x: x, gain: gain, statistics: statistics, into: dx, accumulate: false)
                if let sum {
                    backend.rmsNormBackward(
                        dy, x: x, gain: gain, statistics: statistics, into: sum, accumulate: true)
                }
            }
            if let sum { prepared.outputs.append(.init(matrix: sum, tolerance: .sums, size: size)) }
            return prepared
        }
    }

    static func activations(_ sizes: SelfTestSizes) -> [OperationCheck] {
        Activation.allCases.flatMap { kind in
            [
                activation(kind, sizes), activationBackward(kind, sizes), gated(kind, sizes),
                gatedBackward(kind, sizes),
            ]
        }
    }

    /// Inputs reach far into the tails.
    private static let inputScale: Float = 3

    private static func activation(_ kind: Activation, _ sizes: SelfTestSizes) -> OperationCheck {
        OperationCheck("activation \(kind.rawValue)", on: sizes.planes, timed: sizes.timedPlane) {
            bench, shape in
            let backend = bench.backend
            let x = try bench.matrix(shape, scale: inputScale)
            let y = try bench.blank(shape)
            return PreparedOperation([(y, .functions)], bytes: 2 * shape.byteCount) {
                backend.activation(kind, x, into: y)
            }
        }
    }

    private static func activationBackward(_ kind: Activation, _ sizes: SelfTestSizes) -> OperationCheck {
        OperationCheck("activationBackward \(kind.rawValue)", on: sizes.planes, timed: sizes.timedPlane) {
            bench, shape in
            let backend = bench.backend
            let x = try bench.matrix(shape, scale: inputScale)
            let dy = try bench.matrix(shape)
            let dx = try bench.blank(shape)
            let inPlace = bench.isTimed ? nil : try bench.matrix(shape)
            var prepared = PreparedOperation([(dx, .functions)], size: 4, bytes: 3 * shape.byteCount) {
                backend.activationBackward(kind, dy, x: x, into: dx)
                if let inPlace { backend.activationBackward(kind, inPlace, x: x, into: inPlace) }
            }
            if let inPlace {
                prepared.outputs.append(.init(matrix: inPlace, tolerance: .functions, size: 4))
            }
            return prepared
        }
    }

    private static func gated(_ kind: Activation, _ sizes: SelfTestSizes) -> OperationCheck {
        OperationCheck("gatedActivation \(kind.rawValue)", on: sizes.planes, timed: sizes.timedPlane) {
            bench, shape in
            let backend = bench.backend
            let gate = try bench.matrix(shape, scale: inputScale)
            let up = try bench.matrix(shape)
            let y = try bench.blank(shape)
            return PreparedOperation([(y, .functions)], size: 4, bytes: 3 * shape.byteCount) {
                backend.gatedActivation(kind, gate: gate, up: up, into: y)
            }
        }
    }

    private static func gatedBackward(_ kind: Activation, _ sizes: SelfTestSizes) -> OperationCheck {
        OperationCheck(
            "gatedActivationBackward \(kind.rawValue)", on: sizes.planes, timed: sizes.timedPlane
        ) { bench, shape in
            let backend = bench.backend
            let gate = try bench.matrix(shape, scale: inputScale)
            let up = try bench.matrix(shape)
            let dy = try bench.matrix(shape)
            let dGate = try bench.blank(shape)
            let dUp = try bench.blank(shape)
            return PreparedOperation(
                [(dGate, .functions), (dUp, .functions)], size: 16, bytes: 5 * shape.byteCount
            ) {
                backend.gatedActivationBackward(kind, dy, gate: gate, up: up, dGate: dGate, dUp: dUp)
            }
        }
    }
}
