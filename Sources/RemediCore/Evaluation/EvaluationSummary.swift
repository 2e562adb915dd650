import Foundation

/// The numbers of one result.
package struct EvaluationSummary: Sendable, Equatable {
    package var condition: EvaluationCondition
    /// The measure's name in tables.
    package var benchmark: String
    package var sampleCount: Int
    package var metrics: [NamedMetric]
    package var skipped: SkippedSamples
    package var counts: [String: Int]
    package var file: URL
    /// Found in the results folder and not computed again.
    package var isReused: Bool
    /// Which of a sweep's two sets of samples it is about; nil outside sweeps.
    package var part: SweepPart?
}

/// The two sets of samples of a sweep.
package enum SweepPart: String, Sendable {
    /// Choose the layer.
    case validation
    /// Tell how good it is.
    case evaluation
}
