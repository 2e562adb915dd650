/// The ways in which an editor is tried as a probe.
package enum ProbeVariant: String, Sendable, CaseIterable {
    /// As it is.
    case editor
    /// The identity editor in its place: how much the attribute's own representation tells.
    case identity
    /// The truths shuffled among the samples.
    case controlTask = "control-task"
    /// A model with random weights, and an editor trained on it.
    case controlModel = "control-model"
}
