import Foundation
import LanguageModels

/// Turns texts into TF-IDF vectors as scikit-learn's `TfidfVectorizer` does: term counts times inverse
/// document frequencies, scaled to length 1.
package struct TermVectorizer: Sendable {
    package let vocabulary: TermVocabulary
    /// The inverse document frequency of each place.
    package let idf: [Double]
    private let tokenizer = TermTokenizer()

    /// - Parameter idf: one for each place of the vocabulary.
    package init(vocabulary: TermVocabulary, idf: [Double]) {
        precondition(vocabulary.count == idf.count, "an inverse document frequency for every term")
        self.vocabulary = vocabulary
        self.idf = idf
    }

    /// Learns from `texts`: all their terms, sorted by their scalars, with idf = ln((1 + n) / (1 + df)) + 1
    /// (Semantics.md §7.7).  Without any term, all vectors are empty.
    package init(fitting texts: some Sequence<String>) {
        var table = ByteStringTable()
        var documents: [Int] = []
        /// The last text that each term was seen in.
        var seen: [Int] = []
        var count = 0
        for text in texts {
            tokenizer.forEachTerm(in: text) { term in
                let (number, isNew) = table.insert(term)
                if isNew {
                    documents.append(0)
                    seen.append(-1)
                }
                if seen[number] != count {
                    seen[number] = count
                    documents[number] += 1
                }
            }
            count += 1
        }
        // The order of UTF-8 bytes is that of scalars, Python's.
        let order = (0..<table.count).sorted { table[$0].lexicographicallyPrecedes(table[$1]) }
        vocabulary = TermVocabulary(terms: order.map { table[$0] })
        idf = order.map { log(Double(1 + count) / Double(1 + documents[$0])) + 1 }
    }

    /// The vector of one text.
    package func vector(of text: String) -> SparseVector { vector(ofJoined: [text]) }

    /// The vector of `texts` joined by spaces.
    package func vector(ofJoined texts: some Sequence<String>) -> SparseVector {
        var places: [Int32] = []
        // A space parts terms and lets no letter influence another: the joint text need not be made.
        for text in texts {
            tokenizer.forEachTerm(in: text) { term in
                if let place = vocabulary.place(of: term) { places.append(place) }
            }
        }
        places.sort()
        var indices: [Int32] = []
        var values: [Double] = []
        for place in places {
            if indices.last == place {
                values[values.count - 1] += 1
            } else {
                indices.append(place)
                values.append(1)
            }
        }
        for (position, place) in indices.enumerated() { values[position] *= idf[Int(place)] }
        let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        if norm > 0 { for position in values.indices { values[position] /= norm } }
        return SparseVector(indices: indices, values: values)
    }
}
