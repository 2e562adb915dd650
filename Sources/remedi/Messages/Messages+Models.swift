import Compute
import LanguageModels
import RemediCore

extension Messages {
    static func words(_ warning: ConfigurationWarning) -> String {
        switch warning {
        case .unknownKeys(let keys, let path):
            "\(path): nothing is known of \(together(keys)), and nothing is done with "
                + (keys.count == 1 ? "it" : "them")
        case .ignoredKey(let key, let value, let modelType, let path):
            "\(path): \(key) = \(value) has no effect on models of type \(modelType)"
        case .typeOfArchitecture(let architecture, let modelType, let path):
            "\(path): model_type is missing; taken for \(modelType), as architectures says \(architecture)"
        case .unfollowedGeneration(let keys, let path):
            "\(path): texts are continued without \(together(keys))"
        }
    }

    /// In which precision a model computes, one line for every command that loads one.
    static func words(_ precision: WeightPrecision, allowsTF32: Bool = false) -> String {
        let stored = together(precision.stored.map(name) + precision.blocks.map { "\($0.rawValue) blocks" })
        let weights =
            precision.rounded.map { "\(name($0)), rounded from \(stored)" } ?? "\(stored), as stored"
        return "computing in float32\(allowsTF32 ? " (products in TF32)" : "") with weights in \(weights)"
    }

    static func name(_ type: ElementType) -> String {
        switch type {
        case .float32: "float32"
        case .float16: "float16"
        case .bfloat16: "bfloat16"
        }
    }

    /// Remarks on a checkpoint's weights.
    package static func notice(_ note: WeightNote) -> String {
        switch note {
        case .headDiffers(let head, let embedding):
            "the configuration ties \(head) to \(embedding), but they are stored with different values;"
                + " \(head) is used as it is stored"
        case .unused(let names):
            "the model does not use \(names.count == 1 ? "a tensor" : "\(names.count) tensors") of the"
                + " checkpoint: \(shown(names))"
        case .rounded(let count):
            "\(count == 1 ? "a tensor is" : "\(count) tensors are") stored as F64 and rounded to F32"
        }
    }

    /// The first of many names.
    private static func shown(_ names: [String]) -> String {
        let limit = 8
        if names.count <= limit { return names.joined(separator: ", ") }
        return names.prefix(limit).joined(separator: ", ") + " and \(names.count - limit) more"
    }

    static func words(_ error: ModelError) -> String {
        switch error {
        case .exists(let path): "\(path) holds a model already; --overwrite replaces it"
        case .noRoom(let path, let needed, let available):
            "\(path) needs \(ByteCount.text(needed)), but its disk has only \(ByteCount.text(available)) left"
        case .foreignWeights(let path, let file):
            "\(path) holds other weights (\(file)); name another folder, or replace them with --overwrite"
        case .nothingToImport(let path): "the weights in \(path) are safetensors already"
        case .notACheckpoint(let path): "\(path) is neither a checkpoint's folder nor a torch file in one"
        case .noSuchLayer(let layer, let model, let layers):
            "layer \(layer) is not there: \(model) has layers 0 to \(layers - 1)"
        case .rankTooLarge(let rank, let model, let hiddenSize):
            "--rank: \(rank) is not a whole number from 1 to \(hiddenSize), the hidden size of \(model)"
        }
    }
}
