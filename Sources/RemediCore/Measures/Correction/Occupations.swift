import LanguageModels

/// The occupations among which a model and a probe choose (Semantics.md §7.7): every title of an
/// evaluation set, sorted.
struct Occupations: Sendable {
    let titles: [String]
    /// The first token of each; titles that begin alike share it.
    let firstTokens: [Int]

    /// - Throws: `LanguageModelError.configuration` for a token without an embedding.
    init(of samples: some Sequence<Sample>, model: LanguageModel) throws {
        // The order of UTF-8 bytes is that of scalars, Python's.
        titles = Set(samples.compactMap(\.targetMediated)).filter { !$0.isEmpty }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        firstTokens = titles.map(model.tokenizer.firstToken(ofWord:))
        try model.check(tokens: firstTokens)
    }

    var count: Int { titles.count }

    func index(of title: String?) -> Int? { titles.firstIndex { $0 == title } }

    /// The titles with the `k` highest values, or all if there are fewer; the highest first, of equal ones
    /// that which comes first in the alphabet.  What is not a number comes last.
    ///
    /// - Parameter values: one a title.
    func ranking(by values: [Double], top k: Int) -> [(title: String, value: Double)] {
        precondition(values.count == count, "a value for every title")
        func key(_ index: Int) -> Double { values[index].isNaN ? -.infinity : values[index] }
        let order = values.indices.sorted { a, b in
            values[a].isNaN != values[b].isNaN
                ? values[b].isNaN : key(a) != key(b) ? key(a) > key(b) : a < b
        }
        return order.prefix(k).map { (titles[$0], values[$0]) }
    }
}
