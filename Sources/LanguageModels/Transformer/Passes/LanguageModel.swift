import Compute
import Foundation

/// A GPT-like language model on a device, with everything REMEDI asks of it.
///
/// Letters: B sequences, T tokens of one sequence, N rows of a packed batch, D hidden size, V vocabulary
/// size, L blocks, ℓ a block counted from 0, h_ℓ the residual stream after block ℓ (for the last block
/// still before the final norm).
package final class LanguageModel: Sendable {
    package let backend: any ComputeBackend
    package let tokenizer: Tokenizer
    /// The name or path the user gave.
    package let name: String
    /// See `ModelFingerprint`; nil for a model that is only planned.
    private let identity: ModelFingerprint?
    package let notes: [WeightNote]
    package let configuration: TransformerConfiguration
    /// The type to which the weights were rounded; nil: they are as stored.
    package let elementType: ElementType?
    package let precision: WeightPrecision
    let folder: URL
    let weights: TransformerWeights
    let rotary: RotaryTables
    /// Larger requests run in several batches.
    package let allowance: MemoryAllowance

    package var modelType: String { configuration.modelType }
    package var blocks: Int { configuration.blocks }
    package var hiddenSize: Int { configuration.hiddenSize }
    package var vocabularySize: Int { configuration.vocabularySize }
    package var contextLength: Int { configuration.contextLength }

    /// Opens the checkpoint's folder, or its GGUF file; weights stay in their stored element type, or are rounded to
    /// `elementType` when one is given.
    ///
    /// - Parameters:
    ///   - fingerprints: where fingerprints are remembered.
    ///   - notice: hears when the device ran out of memory and requests are halved.
    /// - Throws: `LanguageModelError`, `ComputeError`.
    package convenience init(
        folder: URL, name: String, backend: any ComputeBackend, elementType: ElementType? = nil,
        fingerprints: FingerprintMemory? = nil,
        notice: @escaping @Sendable (MemoryShortage) -> Void = { _ in }
    ) throws {
        try self.init(
            checkpoint: Checkpoint.open(folder), tokenizer: Tokenizer.open(folder), name: name,
            backend: backend, elementType: elementType, fingerprints: fingerprints, notice: notice)
    }

    /// The same with an opened checkpoint and a tokenizer from wherever.
    ///
    /// - Parameter batchBytes: memory that the activations of one batch may take (nil: what suits the device);
    ///   larger requests run in several batches, which changes no bit of their result on a CPU.
    package init(
        checkpoint: Checkpoint, tokenizer: Tokenizer, name: String, backend: any ComputeBackend,
        elementType: ElementType? = nil, batchBytes: Int? = nil, fingerprints: FingerprintMemory? = nil,
        notice: @escaping @Sendable (MemoryShortage) -> Void = { _ in }
    ) throws {
        let tensors = try ModelTensors(checkpoint)
        let summary = try ModelSummary(tensors)
        let configuration = summary.configuration
        let loader = WeightLoader(
            source: tensors, names: summary.names, backend: backend, elementType: elementType)
        allowance = MemoryAllowance(
            backend, isSinglePrecision: summary.holdsSinglePrecision(as: elementType),
            batchBytes: batchBytes, notice: notice)
        allowance.note(.weights, bytes: summary.weightBytes(as: elementType))
        weights = try allowance.explaining({ .nothing }) { try loader.load(configuration) }
        rotary = RotaryTables(configuration)
        identity = try ModelFingerprint(checkpoint, tensors, memory: fingerprints)
        notes = tensors.notes
        folder = checkpoint.folder
        self.configuration = configuration
        self.elementType = elementType
        precision = summary.precision(as: elementType)
        self.tokenizer = tokenizer
        self.name = name
        self.backend = backend
    }

    /// A model without weights and tokens, on a device that computes nothing: whatever is asked of it shows
    /// what memory that takes.
    package init(
        planned summary: ModelSummary, on device: PlannedDevice, elementType: ElementType?
    ) throws {
        configuration = summary.configuration
        allowance = MemoryAllowance(device, isSinglePrecision: false, batchBytes: nil, notice: { _ in })
        weights = try WeightLoader(
            source: PlannedWeights(summary, elementType: elementType), names: summary.names,
            backend: device, elementType: elementType
        ).load(summary.configuration)
        rotary = RotaryTables(summary.configuration)
        identity = nil
        notes = []
        name = summary.configuration.modelType
        folder = URL(fileURLWithPath: "/")
        tokenizer = try Tokenizer(withoutTokens: ())
        self.elementType = elementType
        precision = summary.precision(as: elementType)
        backend = device
    }

    /// `model` with the keeper of its memory, on another backend for the same memory.
    private init(_ model: LanguageModel, weights: TransformerWeights, on backend: any ComputeBackend) {
        self.backend = backend
        self.weights = weights
        tokenizer = model.tokenizer
        name = model.name
        identity = model.identity
        notes = model.notes
        configuration = model.configuration
        elementType = model.elementType
        precision = model.precision
        folder = model.folder
        rotary = model.rotary
        allowance = model.allowance
    }

    /// Whether in half precision the loss is float32.
    package var widensLogits: Bool { configuration.head.widensLogits }

    /// The same model with its norms, its biases and the result of every operation rounded to half precision.
    ///
    /// - Throws: `ComputeError`.
    package func roundingToHalf() throws -> LanguageModel {
        let backend = HalfPrecisionBackend(
            backend, widensScores: configuration.attention.widensScores,
            widensLogits: configuration.head.widensLogits)
        return LanguageModel(self, weights: try weights.mappingVectors(backend.roundedCopy), on: backend)
    }
}

extension ConfigurationReader {
    /// The configuration of a checkpoint folder.
    package init(_ checkpoint: Checkpoint) {
        self.init(
            checkpoint.configuration, path: checkpoint.folder.appendingPathComponent("config.json").path)
    }
}

extension LanguageModel {
    /// See `ModelFingerprint`.  The first time it reads all weights, unless the result is remembered.
    package var fingerprint: String { identity?.value ?? "" }

    /// Version 0.1.0's fingerprint of this model; nil for a model that is only planned.
    package var formerFingerprint: String? { identity?.former }

    /// Whether an editor or a result that names `fingerprint` is of this model; version 0.1.0 named another
    /// fingerprint.
    package func isMeant(by fingerprint: String) -> Bool {
        fingerprint == identity?.former || fingerprint == self.fingerprint
    }

    /// The inputs of a result, in which the former fingerprint of this very model is replaced by today's.
    package func upToDate(_ inputs: JSONObject) -> JSONObject {
        guard let named = inputs["model"]?.string, named == identity?.former else { return inputs }
        var result = inputs
        result["model"] = .string(fingerprint)
        return result
    }

    /// - Throws: `LanguageModelError.noSuchBlock`.
    func check(block: Int) throws {
        guard block >= 0 && block < blocks else {
            throw LanguageModelError.noSuchBlock(block: block, blocks: blocks)
        }
    }

    /// - Throws: `LanguageModelError.tooLong`, `.configuration` for a token without an embedding.
    func check(sequence tokens: [Int]) throws {
        precondition(!tokens.isEmpty, "a sequence has at least one token")
        guard tokens.count <= contextLength else {
            throw LanguageModelError.tooLong(tokens: tokens.count, limit: contextLength)
        }
        try check(tokens: tokens)
    }

    /// - Throws: `LanguageModelError.configuration` for a token without an embedding.
    package func check(tokens: [Int]) throws {
        if let outside = tokens.first(where: { $0 < 0 || $0 >= vocabularySize }) {
            throw LanguageModelError.configuration(
                key: "vocab_size", path: folder.appendingPathComponent("config.json").path,
                reason: "token \(outside) is outside the \(vocabularySize) embeddings")
        }
    }
}
