/// The data of `PunktSplitter` for English; the words that it tells by their capitals are in
/// `PunktEnglish+Capitals.swift`.
enum PunktEnglish {
    /// Words that a full stop belongs to: those of newspapers, since Strunk and Kiss trained the English
    /// model on them that NLTK uses.  It does not know "etc.", "e.g.", "al." or "km.".
    static let abbreviations = [
        EnglishAbbreviations.titles, EnglishAbbreviations.ranks, EnglishAbbreviations.months,
        EnglishAbbreviations.weekdays, EnglishAbbreviations.companies.subtracting(["llc"]),
        EnglishAbbreviations.institutions, EnglishAbbreviations.suffixes, EnglishAbbreviations.degrees,
        EnglishAbbreviations.states, EnglishAbbreviations.places, EnglishAbbreviations.times,
        EnglishAbbreviations.units, EnglishAbbreviations.foreignCompanies, EnglishAbbreviations.links,
        initials,
    ].reduce(into: Set<String>()) { $0.formUnion($1) }

    /// Words that begin a sentence if they have a capital after an abbreviation.  Prepositions and "all",
    /// which `SentenceSplitter` counts as such, go on in what newspapers print, as in "Acme Inc. All Stars".
    static let starters = words(
        """
        the this these it he she they we there if when while after since although though despite \
        according however but even furthermore hence indeed instead meanwhile moreover nevertheless \
        nonetheless therefore thus yet some many most such other another
        """)

    static func words(_ text: String) -> Set<String> {
        Set(text.split(separator: " ").map(String.init))
    }
}
