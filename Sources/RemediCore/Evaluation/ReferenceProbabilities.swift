/// How the reference probabilities of features are taken from a sample's source.
package enum ReferenceProbabilities: String, Sendable, CaseIterable {
    /// As they are.
    case exact
    /// To two decimals, as the reference keeps them.
    case rounded
}
