import LanguageModels

/// The biographies of each occupation: the mean TF-IDF vector of the field `bio` of the evaluation set's
/// samples with that title, each sample's own included, by a vectorizer that learned from the field of every
/// sample of the data set (Semantics.md §7.7).
struct BiographyReferences: Sendable {
    let vectorizer: TermVectorizer
    private let vectors: [String: SparseVector]

    /// - Parameters:
    ///   - all: every sample of the data set.
    ///   - samples: the evaluation set.
    init(all: some Sequence<Sample>, samples: some Sequence<Sample>) {
        let vectorizer = TermVectorizer(fitting: all.lazy.compactMap(Self.biography(of:)))
        var ofTitle: [String: [SparseVector]] = [:]
        for sample in samples {
            guard let title = sample.targetMediated, let biography = Self.biography(of: sample) else {
                continue
            }
            ofTitle[title, default: []].append(vectorizer.vector(of: biography))
        }
        self.vectorizer = vectorizer
        vectors = ofTitle.mapValues { SparseVector.mean(of: $0) }
    }

    static func biography(of sample: Sample) -> String? { sample.source?["bio"]?.string }

    /// How alike a text and the biographies of a title are; nil if none of the title's samples has one.
    func consistency(of text: String, with title: String) -> Double? {
        vectors[title].map { vectorizer.vector(of: text).consistency(with: $0) }
    }
}
