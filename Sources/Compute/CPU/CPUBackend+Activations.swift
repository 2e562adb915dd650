import CKernels

extension Activation {
    /// The kernels' name for the function.
    fileprivate var kernelKind: CKActivation {
        switch self {
        case .geluExact: CK_GELU_EXACT
        case .geluTanh: CK_GELU_TANH
        case .silu: CK_SILU
        case .relu: CK_RELU
        case .leakyRelu: CK_LEAKY_RELU
        }
    }
}

extension CPUBackend {
    /// An element costs about as much as touching this many.
    private static let cost = 4

    package func uncheckedActivation(_ kind: Activation, _ x: Matrix, into y: Matrix) {
        split(x.rows, cost: x.columns * Self.cost) { rows in
            for row in rows {
                self.kernels.pointee.activation(kind.kernelKind, x.row(row), y.row(row), x.columns)
            }
        }
    }

    package func uncheckedActivationBackward(_ kind: Activation, _ dy: Matrix, x: Matrix, into dx: Matrix) {
        split(x.rows, cost: x.columns * Self.cost) { rows in
            for row in rows {
                self.kernels.pointee.activation_backward(
                    kind.kernelKind, dy.row(row), x.row(row), dx.row(row), x.columns)
            }
        }
    }

    package func uncheckedGatedActivation(_ kind: Activation, gate: Matrix, up: Matrix, into y: Matrix) {
        split(gate.rows, cost: gate.columns * Self.cost) { rows in
            for row in rows {
                self.kernels.pointee.gated(
                    kind.kernelKind, gate.row(row), up.row(row), y.row(row), gate.columns)
            }
        }
    }

    package func uncheckedGatedActivationBackward(
        _ kind: Activation, _ dy: Matrix, gate: Matrix, up: Matrix, dGate: Matrix, dUp: Matrix
    ) {
        split(gate.rows, cost: gate.columns * Self.cost) { rows in
            for row in rows {
                self.kernels.pointee.gated_backward(
                    kind.kernelKind, dy.row(row), gate.row(row), up.row(row), dGate.row(row), dUp.row(row),
                    gate.columns)
            }
        }
    }
}
