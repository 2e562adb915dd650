import Foundation
import LanguageModels

extension ModelName {
    /// The folder of a model that is to compute on `device`.
    ///
    /// - Throws: `PlaceError.modelNotFound`, `.revisionNotFound`, `.folderWithRevision`.
    package func locate(for device: DeviceOptions, in workplace: Workplace) throws -> URL {
        try locate(in: workplace, prefersHalf: device.elementType(for: self) == .float16)
    }

    /// Refuses a model that is not there, layers that it does not have and a rank beyond its hidden size,
    /// before anything else is read.
    ///
    /// - Throws: `ModelError.noSuchLayer`, `.rankTooLarge`; `PlaceError`, `LanguageModelError`.
    package func check(
        layers: [Int], rank: Int? = nil, device: DeviceOptions, in workplace: Workplace
    ) throws {
        let file = try locate(for: device, in: workplace).appendingPathComponent("config.json")
        let highest = layers.max()
        guard highest != nil || rank != nil else { return }
        let reader = ConfigurationReader(try Checkpoint.object(of: file), path: file.path)
        let configuration = try ModelSummary(withoutWeights: reader).configuration
        if let highest, highest >= configuration.blocks {
            throw ModelError.noSuchLayer(layer: highest, model: text, layers: configuration.blocks)
        }
        if let rank, rank > configuration.hiddenSize {
            throw ModelError.rankTooLarge(rank: rank, model: text, hiddenSize: configuration.hiddenSize)
        }
    }
}
