import Foundation

extension CUDABackend {
    package func uncheckedAdamW(
        parameters: Matrix, gradients: Matrix, firstMoments: Matrix, secondMoments: Matrix, step: Int,
        options: AdamWOptions
    ) {
        let matrices = [parameters, gradients, firstMoments, secondMoments]
        // The part of a moment that its start at 0 leaves; in float64, because it is a small difference at first.
        let correction1 = Float(1 - pow(Double(options.beta1), Double(step)))
        let correction2 = Float(1 - pow(Double(options.beta2), Double(step)))
        launchElementwise(
            "adamw", matrices,
            [
                .float(options.beta1), .float(options.beta2),
                .float(1 - options.learningRate * options.weightDecay),
                .float(options.learningRate / correction1), .float(correction2.squareRoot()),
                .float(options.epsilon),
            ])
    }
}
