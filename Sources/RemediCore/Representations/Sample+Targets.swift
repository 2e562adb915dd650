import LanguageModels

extension Sample {
    /// The same sample with target_unmediated where the attribute ends with target_mediated, in the attribute
    /// and where the context holds it.  The target must be a whole word or words; full stops, other marks and
    /// spaces after it stay.  Elsewhere it is left alone, the entity included.
    ///
    /// Nil without targets, or if the attribute ends with something else.
    package var withTargetsExchanged: Sample? {
        guard let target = targetMediated, let other = targetUnmediated, !target.isEmpty, !other.isEmpty,
            let attribute = Self.replacing(target, by: other, atEndOf: attribute)
        else { return nil }
        var result = self
        result.attribute = attribute
        if let place = Mentions.first(of: self.attribute, in: context) {
            var scalars = Array(context.unicodeScalars)
            scalars.replaceSubrange(place, with: attribute.unicodeScalars)
            result.context = Self.text(scalars)
        }
        return result
    }

    private static func replacing(_ target: String, by other: String, atEndOf text: String) -> String? {
        let end = text.trimmingEnd(of: ".,;:!? ").unicodeScalars.count
        let start = end - target.trimmingEnd(of: ".,;:!? ").unicodeScalars.count
        var number = 0
        while let place = mention(number, of: target, in: text, wholeWords: true) {
            if place.lowerBound == start {
                var scalars = Array(text.unicodeScalars)
                scalars.replaceSubrange(place, with: other.unicodeScalars)
                return Self.text(scalars)
            }
            number += 1
        }
        return nil
    }

    private static func text(_ scalars: [Unicode.Scalar]) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }
}
