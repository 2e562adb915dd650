import Foundation
import LanguageModels

/// One token that a model might say next.
package struct Prediction: Sendable, Equatable {
    package var id: Int
    /// The vocabulary's spelling.
    package var token: String
    package var logProbability: Double
}

extension LanguageModel {
    /// The `count` likeliest tokens after `tokens`, the likeliest first; of equally likely ones the lower id.
    ///
    /// - Throws: `LanguageModelError`, `ComputeError`.
    package func topPredictions(after tokens: [Int], count: Int, edits: [Edit] = []) throws -> [Prediction] {
        let position = Position(sequence: 0, token: tokens.count - 1)
        let row = try logits(of: [tokens], at: [position], edits: edits)
        return top(count, of: try backend.read(row))
    }

    /// The `count` likeliest tokens by logits [V].
    package func top(_ count: Int, of logits: [Float]) -> [Prediction] {
        let peak = logits.max() ?? 0
        let sum = logits.reduce(0.0) { $0 + exp(Double($1 - peak)) }
        let shift = Double(peak) + log(sum)
        let ids = logits.indices.sorted { (logits[$1], $0) < (logits[$0], $1) }
        return ids.prefix(count).map {
            Prediction(id: $0, token: tokenizer.token($0), logProbability: Double(logits[$0]) - shift)
        }
    }
}
