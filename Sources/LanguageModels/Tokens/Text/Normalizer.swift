/// Changes a text before it is split, keeping track of where its bytes come from.
struct Normalizer: Sendable, Equatable {
    enum Step: Sendable, Equatable {
        /// Canonical composition.
        case composed
        /// Puts a text in front of a text that is not empty.
        case prepend([UInt8])
        case replace([UInt8], with: [UInt8])
    }

    var steps: [Step] = []

    /// Whether a space is put in front of every text, so that a bare word already has it.
    var addsSpace: Bool {
        steps.contains { if case .prepend(let content) = $0 { !content.isEmpty } else { false } }
    }

    /// Whether a text would stay as it is, as far as can be told quickly.
    func keeps(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        steps.allSatisfy { step in
            switch step {
            case .composed: CanonicalComposition.shared.isComposed(text)
            case .prepend, .replace: false
            }
        }
    }

    func apply(to text: inout AlignedText) {
        for step in steps {
            switch step {
            case .composed: CanonicalComposition.shared.compose(&text)
            case .prepend(let content): text.prepend(content)
            case .replace(let pattern, let content): text.replace(pattern, with: content)
            }
        }
    }

    /// The normalised form of a token's content.
    func normalized(_ content: [UInt8]) -> [UInt8] {
        var text = content.withUnsafeBufferPointer { AlignedText($0, firstScalar: 0) }
        apply(to: &text)
        return text.bytes
    }
}
