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
    /// first and last name, and the last name, after each title and then bare.
    ///
    /// A text that grows beyond `lengthLimit` is left there; it then has many mentions of the first name.
    func shortened(in text: String) -> String {
        var scalars = Array(text.unicodeScalars)
        for name in bare.map({ Array($0.unicodeScalars) }) {
            // Most texts lack the form, and then no titled one can be there.
            if wholeWordMentions(of: name, in: scalars).isEmpty { continue }
            for title in Self.titles { replace(title + name, in: &scalars) }
        }
        for name in bare { replace(Array(name.unicodeScalars), in: &scalars) }
        return String(String.UnicodeScalarView(scalars))
    }

    private func replace(_ form: [Unicode.Scalar], in scalars: inout [Unicode.Scalar]) {
        guard scalars.count <= Self.lengthLimit else { return }
        let mentions = wholeWordMentions(of: form, in: scalars)
        guard !mentions.isEmpty else { return }
        var result: [Unicode.Scalar] = []
        var start = 0
        for mention in mentions {
            result += scalars[start..<mention.lowerBound]
            result += first.unicodeScalars
            start = mention.upperBound
        }
        scalars = result + scalars[start...]
    }

    /// Whether it can be the name of a person by its length.
    var isShort: Bool { parts.allSatisfy { $0.unicodeScalars.count <= Self.partLimit } }

    private static let partLimit = 256
    private static let lengthLimit = 1 << 16

    /// Each title in lower case, capitalised and in upper case, with a space after.
    private static let titles: [[Unicode.Scalar]] = [
        "professor", "prof", "prof.", "dr", "dr.", "doctor", "mr", "mr.", "ms", "ms.", "mrs", "mrs.", "rev",
        "rev.", "pastor",
    ].flatMap { title in
        [title, title.prefix(1).uppercased() + title.dropFirst(), title.uppercased()]
            .map { Array(($0 + " ").unicodeScalars) }
    }
}
