/// Whose rules a run follows where the reference and this program differ.
package enum Compatibility: String, Sendable, CaseIterable {
    case remedi
    /// Brings back the reference's published behaviour.
    case reference
}
