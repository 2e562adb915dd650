/// The seven ways to make a direction (Semantics.md §5.1).
package enum EditorType: String, Sendable, CaseIterable {
    case linear, biaffine, mlp, random, scalar, identity, null

    /// Whether there is anything to train.
    package var isTrainable: Bool { self != .identity && self != .null && self != .random }

    /// Whether there is nothing to learn or to store.
    package var isParameterless: Bool { self == .identity || self == .null }
}
