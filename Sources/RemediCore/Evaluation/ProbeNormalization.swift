/// The statistics that normalize states and directions before they are compared.
package enum ProbeNormalization: String, Sendable, CaseIterable {
    /// The mean and deviation of the very samples that are classified.
    case evaluation
    /// Those of the training split, kept with the editor.
    case train
}

/// Which state of the entity editors get that use one.
package enum ProbeEntityInput: String, Sendable, CaseIterable {
    /// That of the entity alone, at the editor's layer, as in training.
    case alone
    /// The very state that is classified, in its prompt and at its layer, as in the reference.
    case prompt
}
