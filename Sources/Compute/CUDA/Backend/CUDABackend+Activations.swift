extension Activation {
    /// The kernels' name for the function.
    fileprivate var kernelKind: KernelArgument {
        switch self {
        case .geluExact: .int(0)
        case .geluTanh: .int(1)
        case .silu: .int(2)
        case .relu: .int(3)
        case .leakyRelu: .int(4)
        }
    }
}

extension CUDABackend {
    package func activation(_ kind: Activation, _ x: Matrix, into y: Matrix) {
        precondition(x.hasShape(of: y), "activation: different shapes")
        launchElementwise("activation", [x, y], [kind.kernelKind])
    }

    package func activationBackward(_ kind: Activation, _ dy: Matrix, x: Matrix, into dx: Matrix) {
        precondition(x.hasShape(of: dy) && x.hasShape(of: dx), "activationBackward: different shapes")
        launchElementwise("activation_backward", [dy, x, dx], [kind.kernelKind])
    }

    package func gatedActivation(_ kind: Activation, gate: Matrix, up: Matrix, into y: Matrix) {
        precondition(gate.hasShape(of: up) && gate.hasShape(of: y), "gatedActivation: different shapes")
        launchElementwise("gated_activation", [gate, up, y], [kind.kernelKind])
    }

    package func gatedActivationBackward(
        _ kind: Activation, _ dy: Matrix, gate: Matrix, up: Matrix, dGate: Matrix, dUp: Matrix
    ) {
        precondition(
            gate.hasShape(of: up) && gate.hasShape(of: dy) && gate.hasShape(of: dGate)
                && gate.hasShape(of: dUp), "gatedActivationBackward: different shapes")
        launchElementwise("gated_activation_backward", [dy, gate, up, dGate, dUp], [kind.kernelKind])
    }
}
