import Foundation

/// A trained editor and how its training went.
package struct TrainedEditor: Sendable {
    package let type: EditorType
    package let block: Int
    /// Epochs trained, epoch 0 not counted.
    package let epochs: Int
    package let bestEpoch: Int
    /// nil for random editors and where nothing validates.
    package let bestValidationLoss: Double?
    package let seconds: Double
    /// Holds `weights.safetensors`, `metrics.jsonl` and `manifest.json`.
    package let directory: URL
    /// Whether it was there already.
    package let isReused: Bool
}
