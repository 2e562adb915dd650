@testable import RemediCore

/// Names of measures as tests write them.
extension MeasureName {
    static let efficacy = MeasureName(rawValue: "efficacy")!
    static let rewrite = MeasureName(rawValue: "rewrite")!
    static let paraphrase = MeasureName(rawValue: "paraphrase")!
    static let neighborhood = MeasureName(rawValue: "neighborhood")!
    static let generation = MeasureName(rawValue: "generation")!
    static let essence = MeasureName(rawValue: "essence")!
}
