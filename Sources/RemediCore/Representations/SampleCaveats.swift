import LanguageModels

/// Caveats about samples that are used all the same, but whose figures mean less.
package struct SampleCaveats: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case entityInsideWord = "the entity is in the prompt only as part of another word"
        case sharedFirstToken = "both targets begin with the same token, so their first tokens cannot differ"
        case withoutEffect =
            "the last layer edits a token before the prompt's end, which changes nothing of what follows"
    }

    /// The ids of the samples that each applies to, in the order of `Kind`.
    package private(set) var groups: [(kind: Kind, ids: [String])] = []

    package init() {}

    package static func == (a: SampleCaveats, b: SampleCaveats) -> Bool {
        a.groups.elementsEqual(b.groups) { $0.kind == $1.kind && $0.ids == $1.ids }
    }

    mutating func note(_ kind: Kind, id: String) {
        if let index = groups.firstIndex(where: { $0.kind == kind }) {
            groups[index].ids.append(id)
        } else {
            groups.append((kind, [id]))
            groups.sort { $0.kind.rank < $1.kind.rank }
        }
    }

    /// One sentence each, with the first ids.
    package var sentences: [String] {
        groups.map { kind, ids in
            let shown = ids.prefix(5).joined(separator: ", ") + (ids.count > 5 ? ", …" : "")
            return "\(ids.count) \(ids.count == 1 ? "sample" : "samples"): \(kind.rawValue): \(shown)"
        }
    }
}

extension SampleCaveats.Kind {
    fileprivate var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension LanguageModel {
    /// The caveats about `samples`, some of which may be unusable.
    ///
    /// - Parameter block: where they are edited; nil if nothing is.
    package func caveats(
        of samples: some Sequence<Sample>, options: TokenOptions, block: Int?
    ) -> SampleCaveats {
        var caveats = SampleCaveats()
        for sample in samples {
            if Mentions.areInsideWords(of: sample.entity, in: sample.prompt) {
                caveats.note(.entityInsideWord, id: sample.id)
            }
            if let target = sample.targetMediated, let other = sample.targetUnmediated,
                !target.isEmpty, !other.isEmpty,
                tokenizer.firstToken(ofWord: target) == tokenizer.firstToken(ofWord: other)
            {
                caveats.note(.sharedFirstToken, id: sample.id)
            }
            if block == blocks - 1,
                let located = try? locate(entity: sample.entity, in: sample.prompt, options: options),
                located.isBeforeEnd
            {
                caveats.note(.withoutEffect, id: sample.id)
            }
        }
        return caveats
    }
}

extension LocatedSample {
    /// Whether the prompt's last token is not edited.
    package var isBeforeEnd: Bool { editedTokens.upperBound < promptTokens.count }
}

extension ProgressReporter {
    /// Warns where factors leave every hidden state as it is.
    func warnIfNothingIsEdited(alpha: Double, beta: Double) {
        if alpha == 0, beta == 1 { report(.warning("with alpha 0 and beta 1 an edit changes nothing")) }
    }

    /// Warns of each.
    package func warn(of caveats: SampleCaveats) {
        for sentence in caveats.sentences { report(.warning(sentence)) }
    }
}
