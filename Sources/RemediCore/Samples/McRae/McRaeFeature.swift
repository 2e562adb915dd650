/// A feature of the McRae norms ("a bird", "has wings", "flies"), cut where a model is to continue
/// (Semantics.md §2.7).
struct McRaeFeature {
    let text: String
    /// The feature as a predicate: "is a bird".
    let fluent: String
    /// The words of it that follow the concept, possibly none: "is a".
    let prompt: String
    /// The word that should follow: "bird".
    let target: String

    init(_ text: String) {
        self.text = text
        let verb = Self.verb(for: text)
        func withVerb(_ rest: String) -> String {
            rest.isEmpty ? verb : verb.isEmpty ? rest : "\(verb) \(rest)"
        }
        fluent = withVerb(text)
        if let lead = Self.leads.first(where: { text.utf8.starts(with: $0.utf8) }) {
            prompt = withVerb(lead.trimmingSpace())
            target = String(text.unicodeScalars.dropFirst(lead.unicodeScalars.count)).trimmingSpace()
        } else {
            prompt = verb
            target = text
        }
    }

    /// Features that are left out: no predicates, or none that a text would say.
    static func isUnwanted(_ text: String) -> Bool {
        ["bought/sold", "eg -", "killed", "king of"].contains { text.utf8.starts(with: $0.utf8) }
    }

    /// The verb that makes a predicate of a feature, empty if it is one.
    private static func verb(for text: String) -> String {
        if wantIs.contains(where: { text.utf8.starts(with: $0.utf8) }) { return "is" }
        return text.utf8.starts(with: "different ".utf8) ? "has" : ""
    }

    private static let wantIs = [
        "a", "an", "associated", "hunted", "eaten", "found", "like", "made", "part", "owned", "used", "worn",
    ].map { $0 + " " }

    /// The first of these that a feature begins with is its lead.
    private static let leads = [
        "associated with", "an", "a", "becomes a", "causes", "comes from", "comes in", "comes on",
        "different",
        "found at", "found below", "found by", "found in", "found on", "found over", "found near", "has an",
        "has a", "has", "is an", "is attached to", "is a", "is", "like a", "made by", "made of", "made with",
        "made from", "owned by", "part of a", "part of", "requires a", "requires", "used as", "used at",
        "used by", "used for", "used in", "used on", "used with", "uses",
    ].map { $0 + " " }
}
