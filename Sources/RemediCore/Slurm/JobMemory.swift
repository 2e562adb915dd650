import Compute
import LanguageModels

/// The memory that a job asks for, from the model's configuration alone.
package struct JobMemory {
    package let summary: ModelSummary
    package let elementType: ElementType?
    /// Whether the model computes on a GPU, so that its weights only pass through.
    package let isOnGPU: Bool

    package init(summary: ModelSummary, elementType: ElementType?, isOnGPU: Bool) {
        self.summary = summary
        self.elementType = elementType
        self.isOnGPU = isOnGPU
    }

    /// Texts that are continued side by side, and their tokens.
    private static let texts = 64
    private static let textTokens = 150

    /// Of training editors from `block` upwards.
    package func training(block: Int, batchSize: Int, samples: Int) -> Int {
        var workload = MemoryPlan.Workload(block: block)
        workload.batchSize = batchSize
        workload.samples = samples
        return withMargin(MemoryPlan(summary, workload, elementType: elementType).training)
    }

    /// Of an evaluation.
    package func evaluation(batchSize: Int) -> Int {
        var workload = MemoryPlan.Workload(block: 0)
        workload.batchSize = batchSize
        let plan = MemoryPlan(summary, workload, elementType: elementType)
        return withMargin(plan.training - plan.frozen + Self.texts * Self.textTokens * plan.cachePerToken)
    }

    /// Of filling a model of this shape with random numbers.
    package var making: Int { Self.rounded(summary.storedBytes + (1 << 30)) }

    /// A quarter more, for data and what the plan does not count; whole GiB.
    private func withMargin(_ bytes: Int) -> Int {
        let held = isOnGPU ? summary.weightBytes(as: elementType) + (2 << 30) : bytes
        return Self.rounded(held + held / 4 + (2 << 30))
    }

    private static func rounded(_ bytes: Int) -> Int { ((bytes + (1 << 30) - 1) >> 30) << 30 }
}
