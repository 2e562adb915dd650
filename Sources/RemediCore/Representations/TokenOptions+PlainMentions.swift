import LanguageModels

extension TokenOptions {
    /// The same, with mentions as plain texts if an evaluation's rules say so.
    func taking(mentions rule: MentionRule) -> TokenOptions {
        var options = self
        if rule == .text { options.mentions = .text }
        return options
    }
}

extension Encoding {
    /// The tokens of an occurrence of `text` in `whole`, counted from 0; the first token for an empty text.
    /// Nil if there is none.
    func tokens(ofText text: String, occurrence: Int, in whole: String, lastByte: Bool) -> Range<Int>? {
        let place = text.isEmpty ? 0..<0 : mention(occurrence, of: text, in: whole)
        return place.flatMap { tokens(of: $0, lastByte: lastByte) }
    }
}

extension Sample {
    /// The same sample with target_unmediated wherever the attribute or the context holds target_mediated, as
    /// the reference exchanges them.
    ///
    /// Nil without targets.
    var withTargetsExchangedEverywhere: Sample? {
        guard let target = targetMediated, let other = targetUnmediated, !target.isEmpty else { return nil }
        var result = self
        result.attribute = attribute.replacingExactly(target, with: other)
        result.context = context.replacingExactly(target, with: other)
        return result
    }
}
