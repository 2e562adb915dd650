import Compute
import LanguageModels
import RemediCore

/// The jobs of a submission, each behind those that it needs.
struct BatchPlan {
    private(set) var jobs: [BatchJob] = []
    /// How many layers are trained at the same time; see `SlurmRequest`.
    let layersAtOnce: Int?
    /// What jobs make: by a control model's name, or by the folder and type of editors.
    private var products: [String: Product] = [:]

    private struct Product {
        /// The places of the jobs that make it.
        var makers: [Int] = []
        /// The layers of editors.
        var layers: Set<Int> = []
    }

    init(layersAtOnce: Int?) { self.layersAtOnce = layersAtOnce }

    mutating func add(_ job: BatchJob) { jobs.append(job) }

    /// Adds a job that makes something; of editors at `layers`.
    mutating func add(_ job: BatchJob, making names: [String], layers: [Int] = []) {
        for name in names {
            products[name, default: Product()].makers.append(jobs.count)
            products[name]?.layers.formUnion(layers)
        }
        jobs.append(job)
    }

    func makers(of product: String) -> [Int] { products[product]?.makers ?? [] }

    func layers(of product: String) -> Set<Int> { products[product]?.layers ?? [] }
}

/// The memory that a job asks for, from the model's configuration alone.
struct JobMemory {
    let summary: ModelSummary
    let elementType: ElementType?
    /// Whether the model computes on a GPU, so that its weights only pass through.
    let isOnGPU: Bool

    /// Texts that are continued side by side, and their tokens.
    private static let texts = 64
    private static let textTokens = 150

    /// Of training editors from `block` upwards.
    func training(block: Int, batchSize: Int, samples: Int) -> Int {
        var workload = MemoryPlan.Workload(block: block)
        workload.batchSize = batchSize
        workload.samples = samples
        return withMargin(MemoryPlan(summary, workload, elementType: elementType).training)
    }

    /// Of an evaluation.
    func evaluation(batchSize: Int) -> Int {
        var workload = MemoryPlan.Workload(block: 0)
        workload.batchSize = batchSize
        let plan = MemoryPlan(summary, workload, elementType: elementType)
        return withMargin(plan.training - plan.frozen + Self.texts * Self.textTokens * plan.cachePerToken)
    }

    /// Of filling a model of this shape with random numbers.
    var making: Int { Self.rounded(summary.storedBytes + (1 << 30)) }

    /// A quarter more, for data and what the plan does not count; whole GiB.
    private func withMargin(_ bytes: Int) -> Int {
        let held = isOnGPU ? summary.weightBytes(as: elementType) + (2 << 30) : bytes
        return Self.rounded(held + held / 4 + (2 << 30))
    }

    private static func rounded(_ bytes: Int) -> Int { ((bytes + (1 << 30) - 1) >> 30) << 30 }
}
