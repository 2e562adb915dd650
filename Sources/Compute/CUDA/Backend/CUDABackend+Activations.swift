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
    package func uncheckedActivation(_ kind: Activation, _ x: Matrix, into y: Matrix) {
        launchElementwise("activation", [x, y], [kind.kernelKind])
    }

    package func uncheckedActivationBackward(_ kind: Activation, _ dy: Matrix, x: Matrix, into dx: Matrix) {
        launchElementwise("activation_backward", [dy, x, dx], [kind.kernelKind])
    }

    package func uncheckedGatedActivation(_ kind: Activation, gate: Matrix, up: Matrix, into y: Matrix) {
        launchElementwise("gated_activation", [gate, up, y], [kind.kernelKind])
    }

    package func uncheckedGatedActivationBackward(
        _ kind: Activation, _ dy: Matrix, gate: Matrix, up: Matrix, dGate: Matrix, dUp: Matrix
    ) {
        launchElementwise("gated_activation_backward", [dy, gate, up, dGate, dUp], [kind.kernelKind])
    }
}
