import CKernels
import Foundation

extension CPUBackend {
    package func uncheckedAdamW(
        parameters: Matrix, gradients: Matrix, firstMoments: Matrix, secondMoments: Matrix, step: Int,
        options: AdamWOptions
    ) {
        let constants = CKAdamW(
            learning_rate: options.learningRate, beta1: options.beta1, beta2: options.beta2,
            epsilon: options.epsilon, weight_decay: options.weightDecay,
            correction1: Float(1 - pow(Double(options.beta1), Double(step))),
            correction2: Float(1 - pow(Double(options.beta2), Double(step))))
        split(parameters.rows, cost: 4 * parameters.columns) { rows in
            var constants = constants
            for row in rows {
                self.kernels.pointee.adamw(
                    &constants, parameters.row(row), gradients.row(row), firstMoments.row(row),
                    secondMoments.row(row), parameters.columns)
            }
        }
    }
}
