/// A measure that `eval gen` offers, by its name; those of the table of measures.
package struct MeasureName: Sendable, Hashable {
    package let rawValue: String

    init(_ name: String) { rawValue = name }
}
