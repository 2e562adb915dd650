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
        let place = try locate(for: device, in: workplace)
        guard !layers.isEmpty || rank != nil else { return }
        let reader = try Checkpoint.configurationReader(of: place)
        let configuration = try ModelSummary(withoutWeights: reader).configuration
        try check(layers: layers, blocks: configuration.blocks)
        if let rank, rank > configuration.hiddenSize {
            throw ModelError.rankTooLarge(rank: rank, model: text, hiddenSize: configuration.hiddenSize)
        }
    }

    /// - Throws: `ModelError.noSuchLayer` where the model, of so many blocks, lacks one of the layers.
    func check(layers: [Int], blocks: Int) throws {
        guard let highest = layers.max(), highest >= blocks else { return }
        throw ModelError.noSuchLayer(layer: highest, model: text, layers: blocks)
    }
}
