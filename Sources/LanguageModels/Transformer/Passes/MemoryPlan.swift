import Compute

/// How much device memory an editor's training and generation take, computed from the configuration alone.
package struct MemoryPlan: Sendable, Equatable {
    /// The computation.
    package struct Workload: Sendable, Equatable {
        /// The edited block.
        package var block: Int
        /// Samples of one training step.
        package var batchSize = 16
        /// Tokens of a prompt.
        package var tokens = 24
        /// Tokens before the first edited one.
        package var prefix = 8
        /// Positions whose logits are read.
        package var reads = 8
        /// Samples whose frozen parts are kept.
        package var samples = 4500

        package init(block: Int) { self.block = block }
    }

    /// The weights as loaded.
    package let weights: Int
    /// The memory of results computed once and kept for every sample.
    package let frozen: Int
    /// Activations that a training step records for its gradients.
    package let activations: Int
    /// The buffers that a training step overwrites block after block, forward and backward.
    package let workspace: Int
    /// Edited and unedited logits of a training step.
    package let logits: Int
    /// Keys and values of one token of a text that is being continued.
    package let cachePerToken: Int

    /// The most that training holds at once.
    package var training: Int { weights + frozen + activations + workspace + logits }

    package init(_ summary: ModelSummary, _ workload: Workload, elementType: ElementType? = nil) {
        let configuration = summary.configuration
        precondition(workload.block >= 0 && workload.block < configuration.blocks)
        precondition(workload.prefix < workload.tokens, "the edited token lies in the prompt")
        let rows = workload.batchSize * (workload.tokens - workload.prefix)
        let reads = workload.batchSize * workload.reads
        weights = summary.weightBytes(as: elementType)
        frozen =
            workload.samples
            * configuration.frozenByteCount(
                prefix: workload.prefix, suffix: workload.tokens - workload.prefix, reads: workload.reads,
                block: workload.block)
        activations = configuration.recordedBytes(rows: rows, reads: reads, block: workload.block)
        workspace = configuration.workspaceBytes(rows: rows, keys: workload.batchSize * workload.tokens)
        logits = 4 * 2 * reads * configuration.vocabularySize
        cachePerToken = configuration.cacheBytesPerToken
    }
}

extension LanguageModel {
    /// The memory of an edited pass over such sequences, beside what is frozen of them.
    package func need(
        ofEditing requests: [FreezeRequest], block: Int, recording: Bool,
        remedies: [MemoryShortage.Remedy]
    ) -> MemoryNeed {
        let rows = requests.reduce(0) { $0 + $1.suffix.count }
        let reads = requests.reduce(0) { $0 + $1.readPositions.count }
        let keys = requests.reduce(0) { $0 + $1.suffix.upperBound }
        let recorded = recording ? configuration.recordedBytes(rows: rows, reads: reads, block: block) : 0
        return MemoryNeed(
            activations: recorded + configuration.workspaceBytes(rows: rows, keys: keys),
            logits: 4 * 2 * reads * vocabularySize, remedies: remedies)
    }
}

extension TransformerConfiguration {
    /// The memory of the records for the gradients of a pass above `block`.
    func recordedBytes(rows: Int, reads: Int, block: Int) -> Int {
        4 * ((blocks - 1 - block) * rows * recordedFloatsPerRow + 2 * reads * hiddenSize)
    }

    /// The buffers that a recorded pass over so many rows and keys and its gradients overwrite block after block.
    func workspaceBytes(rows: Int, keys: Int) -> Int {
        4 * (rows * workspaceFloatsPerRow + 2 * keys * attentionLayout.keysValues.count)
    }

    private var attendedColumns: Int { attention.heads * attention.headSize }

    /// Floats that one block records of a row; see `BlockRecord`.
    var recordedFloatsPerRow: Int {
        let states = residual == .sequential ? 2 * hiddenSize : hiddenSize
        return states + recordedNormFloatsPerRow + attentionLayout.columns + attendedColumns + attention.heads
            + 4
            + (feedForward.isGated ? 2 : 1) * feedForward.innerSize
    }

    /// Those of norms between a half and its addition, and of queries and keys.
    private var recordedNormFloatsPerRow: Int {
        let branches = hasBranchNorms ? 2 * (hiddenSize + 1) : 0
        guard let rule = attention.queryKeyNorm else { return branches }
        let heads = attention.heads + attention.keyValueHeads
        let statistics = if case .perHead = rule { heads } else { 2 }
        return branches + heads * attention.headSize + statistics
    }

    /// Floats of a row that a recorded pass and its gradients overwrite block after block.
    var workspaceFloatsPerRow: Int {
        let forward = 2 * hiddenSize + feedForward.innerSize
        let backward =
            2 * hiddenSize + attentionLayout.columns + attendedColumns
            + (feedForward.isGated ? 3 : 1) * feedForward.innerSize
        let branches = hasBranchNorms ? 2 * hiddenSize : 0
        let heads = attention.queryKeyNorm == nil ? 0 : 3 * attendedColumns
        return forward + backward + branches + heads
    }
}
