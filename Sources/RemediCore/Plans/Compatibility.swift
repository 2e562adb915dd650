/// Whose rules a run follows where the reference and this program differ.
package enum Compatibility: String, Sendable, CaseIterable {
    case remedi
    /// Brings back the reference's published behaviour.
    case reference
}

extension TrainingOptions {
    /// Sets what `applyReferenceCompatibility` changes back to this program's defaults.
    mutating func undoReferenceCompatibility() {
        let ours = TrainingOptions()
        divergence = ours.divergence
        divergenceWeight = ours.divergenceWeight
        keep = ours.keep
        randomStreams = ours.randomStreams
        weighsSamples = ours.weighsSamples
        halfEpsilon = ours.halfEpsilon
        halfEditorPrecision = ours.halfEditorPrecision
        tokens.firstByteToken = ours.tokens.firstByteToken
        tokens.mentions = ours.tokens.mentions
    }
}

extension EvaluationRules {
    package init(_ compatibility: Compatibility) {
        self.init()
        guard compatibility == .reference else { return }
        positions = .padding
        lengths = .padding
        editsEnds = false
        draws = .python
        replacement = .any
        shownPrompt = .read
        essenceCut = .sentence
        scoredTarget = .first
        prefixesUnrelated = false
    }
}

extension McRae.Options {
    package init(_ compatibility: Compatibility) {
        self.init()
        drawsContextFeature = compatibility == .reference
        roundsProbabilities = compatibility == .reference
        articles = compatibility == .reference ? .wholeText : .firstWord
    }
}
