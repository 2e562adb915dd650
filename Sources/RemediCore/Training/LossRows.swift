import Compute
import LanguageModels

/// The terms of the loss for every row of logits of one batch, or of a part of it.  Rows come in the order of
/// `EditedPass.logits`: the read positions of every prompt, then the last position of every essence prompt.
struct LossRows {
    private(set) var targets: [Int32] = []
    private(set) var comparators: [Int32] = []
    private(set) var targetWeights: [Float] = []
    private(set) var comparatorWeights: [Float] = []
    private(set) var divergenceWeights: [Float] = []
    /// The batch's sample that each row belongs to.
    private(set) var sampleOf: [Int] = []
    /// The first row of the essence prompts.
    private(set) var essenceStart = 0

    var count: Int { targets.count }

    /// - Parameter part: the samples whose rows these are.
    init(_ batch: [TrainingExample], part: Range<Int>, weights: LossWeights) {
        let share = 1 / Double(batch.count)
        // The reference's loop overwrites what it should add to: the last sample with positions remains.
        let lastWithDivergence = batch.lastIndex(where: Self.hasDivergence)
        for index in part {
            let example = batch[index]
            let counts = weights.form == .batch || index == lastWithDivergence
            let divergence = counts ? weights.divergence * share : 0
            for _ in example.prompt.readPositions.dropLast() {
                append(sample: index, divergence: divergence)
            }
            append(
                sample: index, target: weights.mediated == 0 ? -1 : example.target,
                comparator: weights.unmediated == 0 ? -1 : example.comparator,
                targetWeight: weights.mediated * share, comparatorWeight: weights.unmediated * share)
        }
        essenceStart = count
        for index in part where batch[index].essence != nil {
            append(sample: index, divergence: weights.essence * share)
        }
    }

    /// Whether the KL term has positions in the prompt.
    static func hasDivergence(_ example: TrainingExample) -> Bool { example.prompt.readPositions.count > 1 }

    private mutating func append(
        sample: Int, target: Int32 = -1, comparator: Int32 = -1, targetWeight: Double = 0,
        comparatorWeight: Double = 0, divergence: Double = 0
    ) {
        sampleOf.append(sample)
        targets.append(target)
        comparators.append(comparator)
        targetWeights.append(target < 0 ? 0 : Float(targetWeight))
        comparatorWeights.append(comparator < 0 ? 0 : Float(comparatorWeight))
        divergenceWeights.append(Float(divergence))
    }

    /// The rows for `ComputeBackend.distributionTerms`.
    func terms(on backend: any ComputeBackend) throws -> DistributionTerms {
        func column(_ values: [Float]) throws -> Matrix {
            let matrix = try backend.makeMatrix(rows: values.count, columns: 1)
            backend.write(values, into: matrix)
            return matrix
        }
        return DistributionTerms(
            targets: try backend.makeIndices(targets), comparators: try backend.makeIndices(comparators),
            targetWeights: try column(targetWeights), comparatorWeights: try column(comparatorWeights),
            divergenceWeights: try column(divergenceWeights))
    }

    /// `terms` and the loss of `values` [R, 3], as `distributionTerms` gives them, and the samples to which a
    /// value belongs that is not finite.
    func sum(_ values: [Float], onto terms: LossTerms) -> (terms: LossTerms, nonFinite: Set<Int>) {
        var terms = terms
        var nonFinite = Set<Int>()
        for row in 0..<count {
            let target = -Double(targetWeights[row]) * Double(values[3 * row])
            let comparator = -Double(comparatorWeights[row]) * Double(values[3 * row + 1])
            let divergence = Double(divergenceWeights[row]) * Double(values[3 * row + 2])
            terms.mediated += target
            terms.unmediated += comparator
            if row < essenceStart { terms.divergence += divergence } else { terms.essence += divergence }
            if !(target + comparator + divergence).isFinite { nonFinite.insert(sampleOf[row]) }
        }
        return (terms, nonFinite)
    }
}
