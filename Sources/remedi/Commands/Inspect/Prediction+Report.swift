import Foundation
import LanguageModels
import RemediCore

extension Prediction {
    var json: JSONValue { ["token": .string(token), "id": .integer(id), "logp": .number(logProbability)] }

    /// Probability, its logarithm, id and token, as one row of a table.
    var cells: [String] {
        [String(format: "%.4f", exp(logProbability)), String(format: "%.3f", logProbability), "\(id)", token]
    }
}
