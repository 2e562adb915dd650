import LanguageModels

/// The name of the person that a biography is about, and the forms in which the text may have it.
struct PersonName {
    let first: String
    /// First, middle and last name, those that there are.
    let parts: [String]
    /// Every form but the bare first name, in the order in which they are replaced.
    private let bare: [String]

    /// Takes `parts` as a record has them: absent ones are empty.
    init(parts: [String]) {
        first = parts.first ?? ""
        self.parts = parts.filter { !$0.isEmpty }
        let last = parts.last ?? ""
        bare =
            last.isEmpty
            ? [self.parts.joined(separator: " ")]
            : [
                self.parts.joined(separator: " "), "\(first) \(last)", last,
            ]
    }

    /// The text with every form of the name replaced by the first name, whole words only: the whole name,
    /// first and last name, and the last name, behind each title and then bare.
    func shortened(in text: String) -> String {
        var scalars = Array(text.unicodeScalars)
        let short = Array(first.unicodeScalars)
        func replace(_ form: [Unicode.Scalar]) {
            for place in wholeWordMentions(of: form, in: scalars).reversed() {
                scalars.replaceSubrange(place, with: short)
            }
        }
        for name in bare.map({ Array($0.unicodeScalars) }) {
            // Most texts lack the form, and then no titled one can be there.
            if wholeWordMentions(of: name, in: scalars).isEmpty { continue }
            for title in Self.titles { replace(title + name) }
        }
        for name in bare { replace(Array(name.unicodeScalars)) }
        return String(String.UnicodeScalarView(scalars))
    }

    /// Each title in lower case, capitalised and in upper case, with a space behind.
    private static let titles: [[Unicode.Scalar]] = [
        "professor", "prof", "prof.", "dr", "dr.", "doctor", "mr", "mr.", "ms", "ms.", "mrs", "mrs.", "rev",
        "rev.", "pastor",
    ].flatMap { title in
        [title, title.prefix(1).uppercased() + title.dropFirst(), title.uppercased()]
            .map { Array(($0 + " ").unicodeScalars) }
    }
}
