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
        let logits = try logits(of: [tokens], at: [position], edits: edits)
        return try likeliestTokens(in: logits, count: count)[0].map {
            Prediction(
                id: $0.token, token: tokenizer.token($0.token), logProbability: Double($0.logProbability))
        }
    }
}
