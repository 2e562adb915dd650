import Compute
import Foundation
import LanguageModels

/// Everything that decides what `train` computes.  Defaults are ours; `reference` are the paper's.
package struct TrainingOptions: Sendable, Equatable {
    package enum Divergence: String, Sendable, CaseIterable {
        /// The sum over the batch.
        case batch
        /// The reference's: only the batch's last sample with such positions counts.
        case lastSample = "last-sample"
    }
    package enum Keep: String, Sendable, CaseIterable { case best, last }
    package enum RandomStreams: String, Sendable, CaseIterable {
        /// Every (block, type) has its own stream.
        case separate
        /// One stream runs on from editor to editor, as in the reference.
        case shared
    }
    /// The precision of training.
    package enum EditorPrecision: String, Sendable, CaseIterable {
        /// Half precision: the editor, its gradients and AdamW's moments, and on the processor what the model
        /// computes on the way, hold what float16 has.
        case float16
        case float32
    }

    package var editorTypes: [EditorType] = [.linear]
    /// nil: every block.
    package var blocks: [Int]?
    package var batchSize = 16
    package var maxEpochs = 20
    package var patience = 2
    package var holdOut = 0.1
    package var optimizer = AdamWOptions()
    /// AdamW's ε; nil: `halfEpsilon` for a model whose weights are rounded to half precision, 1e-4 for an editor
    /// in half precision, else the optimizer's own.
    package var epsilon: Float?
    package var halfEpsilon = AdamWOptions().epsilon
    /// nil: `halfEditorPrecision` for a model whose weights are rounded to half precision, else float32.
    package var editorPrecision: EditorPrecision?
    package var halfEditorPrecision: EditorPrecision = .float32
    package var mediatedWeight: Double = 1
    /// nil: 1, but off for biosbias and mcrae.
    package var unmediatedWeight: Double?
    package var divergenceWeight: Double = 0.625
    package var normWeight: Double?
    package var essenceWeight: Double?
    package var divergence: Divergence = .batch
    package var keep: Keep = .best
    package var shuffle = false
    package var randomStreams: RandomStreams = .separate
    /// Validation loss is the mean over samples; false: the mean of batch means, as in the reference.
    package var weighsSamples = true
    package var alpha: Double = 1
    package var beta: Double = 1
    package var rank: Int?
    package var useEntity = false
    package var tokens = TokenOptions()
    package var seed: UInt64 = 123456
    /// Device bytes for what is computed once and reused; nil: chosen from free memory.
    package var cacheBytes: Int?
    /// Whether editors are written as the reference's `weights.pth` as well; changes nothing else.
    package var writesStateDict = false
    /// A folder with `<type>/<block>/weights.*` to start from.
    package var initialEditors: URL?

    package init() {}

    /// The settings that bring back the reference's published behaviour.
    package mutating func applyReferenceCompatibility() {
        divergence = .lastSample
        divergenceWeight = 10
        keep = .last
        randomStreams = .shared
        weighsSamples = false
        halfEpsilon = Self.leastHalfEpsilon
        halfEditorPrecision = .float16
        tokens.firstByteToken = true
        tokens.mentions = .text
    }
}

extension TrainingOptions {
    /// The reference's ε in half precision, where smaller ones would be lost beside most denominators.
    private static let leastHalfEpsilon: Float = 1e-4

    /// Whether the editor is trained in half precision, after the options were settled.
    var isHalfPrecision: Bool { editorPrecision == .float16 }

    /// The same with AdamW's ε and the editor's precision settled for `model`.
    func settled(for model: LanguageModel) -> TrainingOptions {
        var options = self
        let isHalf = model.elementType == .float16
        options.editorPrecision = editorPrecision ?? (isHalf ? halfEditorPrecision : .float32)
        let usual = options.editorPrecision == .float16 ? Self.leastHalfEpsilon : optimizer.epsilon
        options.optimizer.epsilon = epsilon ?? (isHalf ? max(halfEpsilon, usual) : usual)
        return options
    }
}
