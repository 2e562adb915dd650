import Foundation

/// How varied a text is: the mean of 2/3 · H₂ and 4/3 · H₃, where Hₙ is the entropy in bits of the text's
/// n-grams of words, across sentences (Semantics.md §7.3; ROME's fluency).  Text that repeats itself has little.
package struct NGramEntropy: Sendable {
    private let tokenizer: WordTokenizer

    package init(tokenizer: WordTokenizer = WordTokenizer()) { self.tokenizer = tokenizer }

    /// The fluency of one text; 0 if it has fewer than two words.
    package func fluency(of text: String) -> Double {
        let words = Self.numbered(tokenizer.words(of: text))
        return (2.0 / 3 * Self.bits(of: words, n: 2) + 4.0 / 3 * Self.bits(of: words, n: 3)) / 2
    }

    /// The mean over `texts`, or nil of none.
    package func fluency(of texts: [String]) -> Double? {
        texts.isEmpty ? nil : texts.reduce(0) { $0 + fluency(of: $1) } / Double(texts.count)
    }

    /// The entropy in bits of the distribution of the n-grams of `words`; 0 if there is none.
    package static func bits(of words: [String], n: Int) -> Double {
        precondition(n > 0)
        return bits(of: numbered(words), n: n)
    }

    /// Every word as the place of its first occurrence among the distinct ones.  Words are compared by
    /// scalars: canonically equivalent ones differ.
    private static func numbered(_ words: [String]) -> [Int] {
        var places: [[UInt8]: Int] = [:]
        return words.map { word in
            let bytes = Array(word.utf8)
            if let place = places[bytes] { return place }
            places[bytes] = places.count
            return places.count - 1
        }
    }

    private static func bits(of words: [Int], n: Int) -> Double {
        guard words.count >= n else { return 0 }
        let total = Double(words.count - n + 1)
        var counts: [ArraySlice<Int>: Int] = [:]
        for start in 0...(words.count - n) { counts[words[start..<(start + n)], default: 0] += 1 }
        // Sorted, so that the sum does not depend on the order of a hash table.
        return counts.values.sorted().reduce(0) { sum, count in
            let share = Double(count) / total
            return sum - share * log2(share)
        }
    }
}
