/// Whether a person's biography stands in front of the prompt.
package enum CorrectionSetting: String, Sendable, CaseIterable {
    /// It does, and the mention in the prompt is edited.
    case contextual
    case decontextual

    /// The text that the model reads.
    func text(of sample: Sample) -> PromptInContext {
        switch self {
        case .contextual: sample.inContext(sample.prompt, suffix: ".\n\n")
        case .decontextual: PromptInContext(text: sample.prompt, promptStart: 0)
        }
    }
}
