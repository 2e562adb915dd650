/// The jobs of a submission, each after those that it needs.
package struct BatchPlan {
    package private(set) var jobs: [BatchJob] = []
    /// How many layers are trained at the same time; see `SlurmRequest`.
    package let layersAtOnce: Int?
    /// Products of jobs: by a control model's name, or by the folder and type of editors.
    private var products: [String: Product] = [:]

    private struct Product {
        /// The places of the jobs that make it.
        var makers: [Int] = []
        /// The layers of editors.
        var layers: Set<Int> = []
    }

    package init(layersAtOnce: Int?) { self.layersAtOnce = layersAtOnce }

    package mutating func add(_ job: BatchJob) { jobs.append(job) }

    /// Adds a job that makes something; of editors at `layers`.
    package mutating func add(_ job: BatchJob, making names: [String], layers: [Int] = []) {
        for name in names {
            products[name, default: Product()].makers.append(jobs.count)
            products[name]?.layers.formUnion(layers)
        }
        jobs.append(job)
    }

    package func makers(of product: String) -> [Int] { products[product]?.makers ?? [] }

    package func layers(of product: String) -> Set<Int> { products[product]?.layers ?? [] }
}
