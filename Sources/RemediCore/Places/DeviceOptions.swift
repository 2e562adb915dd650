import Compute

/// The device that computes, and the precision of a model's weights on it.
package struct DeviceOptions: Sendable, Equatable {
    package var device = DeviceChoice.auto
    package var threads: Int?
    package var half: Bool?
    package var allowsTF32 = false

    package init() {}

    /// The type in which weights are held; nil: as they are stored.
    package func elementType(for model: ModelName) -> ElementType? {
        switch half {
        case true?: .float16
        case false?: .float32
        case nil: model.isHalfByDefault ? .float16 : nil
        }
    }
}
