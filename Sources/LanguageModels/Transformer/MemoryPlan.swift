import Compute

/// How much device memory an editor's training and generation take, computed from the configuration alone.
package struct MemoryPlan: Sendable, Equatable {
    /// What is to be done.
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
    /// What is computed once and kept for every sample.
    package let frozen: Int
    /// Activations that a training step records for its gradients.
    package let activations: Int
    /// What a training step overwrites block after block, forward and backward.
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
        let above = configuration.blocks - 1 - workload.block
        let keysValues = configuration.attentionLayout.keysValues.count
        weights = summary.weightBytes(as: elementType)
        frozen =
            workload.samples
            * configuration.frozenByteCount(
                prefix: workload.prefix, suffix: workload.tokens - workload.prefix, reads: workload.reads,
                block: workload.block)
        activations =
            4 * (above * rows * configuration.recordedFloatsPerRow + 2 * reads * configuration.hiddenSize)
        workspace =
            4
            * (rows * configuration.workspaceFloatsPerRow
                + 2 * workload.batchSize * workload.tokens * keysValues)
        logits = 4 * 2 * reads * configuration.vocabularySize
        cachePerToken = configuration.cacheBytesPerToken
    }
}

extension TransformerConfiguration {
    private var attendedColumns: Int { attention.heads * attention.headSize }

    /// Floats that one block records of a row; see `BlockRecord`.
    var recordedFloatsPerRow: Int {
        let states = residual == .sequential ? 2 * hiddenSize : hiddenSize
        return states + attentionLayout.columns + attendedColumns + attention.heads + 4
            + (feedForward.isGated ? 2 : 1) * feedForward.innerSize
    }

    /// Floats of a row that a recorded pass and its gradients overwrite block after block.
    var workspaceFloatsPerRow: Int {
        let forward = 2 * hiddenSize + feedForward.innerSize
        let backward =
            2 * hiddenSize + attentionLayout.columns + attendedColumns
            + (feedForward.isGated ? 3 : 1) * feedForward.innerSize
        return forward + backward
    }
}
