import Compute

/// In which element types a model's matrices are stored, and in which they are held and multiplied.  Everything
/// else is float32.
package struct WeightPrecision: Sendable, Equatable {
    /// Those of the checkpoint's matrices, each once.
    package let stored: [ElementType]
    /// The type to which they are rounded; nil: nothing is rounded.
    package let rounded: ElementType?
    /// The blocks of those that are stored in blocks, in which the processor leaves them.
    package let blocks: [BlockFormat]

    package init(stored: [ElementType], rounded: ElementType?, blocks: [BlockFormat] = []) {
        self.stored = stored
        self.blocks = blocks
        self.rounded = rounded.flatMap { type in stored == [type] && blocks.isEmpty ? nil : type }
    }

    /// The types that matrices are held in.
    package var held: [ElementType] { rounded.map { [$0] } ?? stored }

    /// Their names, as the commands' JSON has them under `held_as`.
    package var json: JSONValue {
        let names = held.map(\.rawValue) + (rounded == nil ? blocks.map(\.rawValue) : [])
        return .string(names.joined(separator: ", "))
    }
}

extension ModelSummary {
    /// - Parameter elementType: what matrices are to be rounded to; nil: they stay as they are stored.
    package func precision(as elementType: ElementType?) -> WeightPrecision {
        WeightPrecision(
            stored: ElementType.allCases.filter { holdsMatrices(storedAs: $0) }, rounded: elementType,
            blocks: matrixBlocks)
    }
}
