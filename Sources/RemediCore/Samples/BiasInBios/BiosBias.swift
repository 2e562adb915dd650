import LanguageModels

/// Bias in Bios (Semantics.md §2.6): one sentence of a person's biography, in which the person
/// goes by the first name, and the occupation as what a model should say of them.
package enum BiosBias {
    /// Later records are not read.
    static let recordLimit = 50_000
    private static let sentenceMinimumWords = 3
    private static let contextMinimumWords = 10
    /// Sentences are looked for in so many scalars; biographies are far shorter.
    private static let readScalars = 16_384
    /// First names that are none.
    private static let unwantedNames = ["Non-Residential"]

    /// Reasons for dropping a record.
    package enum DropReason {
        package static let notAPerson = "not a person's name"
        package static let severalMentions = "the first name occurs more than once"
        package static let fewWords = "under \(contextMinimumWords) words"
    }

    /// Makes the sample of one record.
    ///
    /// - Throws: `RecordError`.
    static func sample(of record: PickleDictionary, source: JSONValue) throws -> Sample {
        let name = try PersonName(parts: nameParts(of: record))
        guard let raw = record["raw"]?.string else { throw RecordError.missing(key: "raw") }
        guard let title = record["title"]?.string else { throw RecordError.missing(key: "title") }
        let id = name.parts.joined(separator: "_")
        func unusable(_ reason: String) -> RecordError { .unusable(id: id, reason: reason) }
        guard !name.first.isEmpty, name.isShort, !unwantedNames.contains(name.first) else {
            throw unusable(DropReason.notAPerson)
        }
        let first = Array(name.first.unicodeScalars)
        var context = name.shortened(in: sentence(of: raw)).trimming("*• ")
        var mentions = wholeWordMentions(of: first, in: Array(context.unicodeScalars))
        guard mentions.count < 2 else { throw unusable(DropReason.severalMentions) }
        if mentions.isEmpty {
            context = "About \(name.first): \(context)"
            mentions = wholeWordMentions(of: first, in: Array(context.unicodeScalars))
        }
        guard wordCount(context.unicodeScalars) >= contextMinimumWords else {
            throw unusable(DropReason.fewWords)
        }
        let rest = context.unicodeScalars.dropFirst(mentions[0].upperBound)
        return Sample(
            id: id, entity: name.first, attribute: String(rest).trimming(".: "), context: context,
            prompt: "\(name.first) has the occupation of",
            targetMediated: title.replacingExactly("_", with: " "), source: source)
    }

    /// The texts of `name`; what is missing of it is empty.
    private static func nameParts(of record: PickleDictionary) throws -> [String] {
        guard let items = record["name"]?.items, !items.isEmpty else {
            throw RecordError.missing(key: "name")
        }
        return try items.map { item in
            if item.isNone { return "" }
            guard let part = item.string else { throw RecordError.missing(key: "name") }
            return part
        }
    }

    /// Of the sentences of three words or more the second, or the only one; empty if there is none.
    private static func sentence(of raw: String) -> String {
        let text = Array(raw.unicodeScalars.prefix(readScalars))
        var found: Range<Int>?
        for range in SentenceSplitter().ranges(of: text)
        where wordCount(text[range]) >= sentenceMinimumWords {
            let isSecond = found != nil
            found = range
            if isSecond { break }
        }
        return found.map { String(String.UnicodeScalarView(text[$0])) } ?? ""
    }

    /// How many runs of other scalars than white space there are.
    private static func wordCount(_ text: some Sequence<Unicode.Scalar>) -> Int {
        var count = 0
        var isInWord = false
        for scalar in text {
            let isSpace = scalar.isSpaceScalar
            if !isSpace, !isInWord { count += 1 }
            isInWord = !isSpace
        }
        return count
    }
}
