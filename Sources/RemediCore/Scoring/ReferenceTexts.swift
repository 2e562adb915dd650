import Foundation
import LanguageModels
import Synchronization

/// The texts that consistency is measured against (Semantics.md §2.8, §7.3): snippets about the entities that truly have an
/// attribute, and ROME's TF-IDF vocabulary.
package final class ReferenceTexts: Sendable {
    package static let snippetsFile = "attribute_snippets.json"
    package static let frequenciesFile = "idf.npy"
    package static let vocabularyFile = "tfidf_vocab.json"

    package let snippets: AttributeSnippets
    package let vectorizer: TermVectorizer
    /// Tells other texts, frequencies and vocabularies apart, for manifests.
    package let inputs: JSONObject
    private let kept = Mutex(KeptVectors())

    /// - Parameter inputs: what tells the vectorizer's files from others, for manifests.
    package init(snippets: AttributeSnippets, vectorizer: TermVectorizer, inputs: JSONObject = [:]) {
        self.snippets = snippets
        self.vectorizer = vectorizer
        var all: JSONObject = ["reference_texts": .string(snippets.identity)]
        for (key, value) in inputs.members { all[key] = value }
        self.inputs = all
    }

    /// Opens the three files of a data folder.
    ///
    /// - Parameter cache: where the index of the snippets goes if it cannot lie in the data folder.
    /// - Throws: `RemediError.referenceTextsMissing` naming the files that are not there;
    ///   `RemediError.malformedData` if one is damaged or they do not fit; `LanguageModelError`;
    ///   `RemediError.interrupted` when `progress` asks to stop.
    package convenience init(
        folder: URL, cache: URL? = nil, progress: any ProgressReporter = SilentProgress()
    ) throws {
        let names = [Self.snippetsFile, Self.frequenciesFile, Self.vocabularyFile]
        let files = names.map { folder.appendingPathComponent($0) }
        let missing = files.filter { !FileManager.default.fileExists(atPath: $0.path) }
        guard missing.isEmpty else {
            throw RemediError.referenceTextsMissing(
                folder: folder.path, files: missing.map(\.lastPathComponent))
        }
        // The small files first: what is wrong with them shows before the large one is read.
        let vectorizer = try Self.vectorizer(frequencies: files[1], vocabulary: files[2])
        self.init(
            snippets: try AttributeSnippets(file: files[0], cache: cache, progress: progress),
            vectorizer: vectorizer,
            inputs: [
                "document_frequencies": .string(try SHA256.hash(file: files[1])),
                "vocabulary": .string(try SHA256.hash(file: files[2])),
            ])
    }

    private static func vectorizer(frequencies: URL, vocabulary: URL) throws -> TermVectorizer {
        let array = try NumPyFile(frequencies)
        func malformed(_ reason: String) -> RemediError {
            .malformedData(path: frequencies.path, reason: reason)
        }
        guard array.shape.count == 1 else { throw malformed("the shape is \(array.shape), not one number") }
        if let place = array.values.firstIndex(where: { !$0.isFinite }) {
            throw malformed("element \(place) is not a finite number")
        }
        let terms = try TermVocabulary(file: vocabulary)
        guard terms.count == array.values.count else {
            throw malformed("\(array.values.count) elements, and \(vocabulary.path) has \(terms.count) terms")
        }
        return TermVectorizer(vocabulary: terms, idf: array.values)
    }

    /// The TF-IDF vector of all reference texts of a pair, joined; nil if there are none.
    ///
    /// - Throws: `RemediError.malformedData`; `LanguageModelError.unreadable`.
    package func vector(relation: String, target: String) throws -> SparseVector? {
        let pair = KeptVectors.Pair(relation: ExactString(relation), target: ExactString(target))
        if let vector = kept.withLock({ $0.vectors[pair] }) { return vector }
        guard snippets.count(relation: relation, target: target) > 0 else { return nil }
        let vector = vectorizer.vector(ofJoined: try snippets.texts(relation: relation, target: target))
        kept.withLock { $0.keep(vector, for: pair) }
        return vector
    }

    /// How alike `texts` and the reference texts of a pair are; nil if there are none of those.
    ///
    /// - Throws: as `vector(relation:target:)`.
    package func consistency(of texts: [String], relation: String, target: String) throws -> Double? {
        try vector(relation: relation, target: target).map {
            vectorizer.vector(ofJoined: texts).consistency(with: $0)
        }
    }
}

/// The vectors that were made last, within a limit of memory.
private struct KeptVectors {
    struct Pair: Hashable {
        let relation: ExactString
        let target: ExactString
    }

    private(set) var vectors: [Pair: SparseVector] = [:]
    /// In the order in which they were made.
    private var order: [Pair] = []
    private var elementCount = 0
    /// 12 bytes each: 48 MB.
    private static let elementLimit = 4_000_000

    mutating func keep(_ vector: SparseVector, for pair: Pair) {
        guard vectors[pair] == nil else { return }
        vectors[pair] = vector
        order.append(pair)
        elementCount += vector.indices.count
        while elementCount > Self.elementLimit, order.count > 1 {
            let oldest = order.removeFirst()
            elementCount -= vectors.removeValue(forKey: oldest)?.indices.count ?? 0
        }
    }
}
