import Compute
import LanguageModels

/// The loss (Semantics.md §6.1), for training, validation and everything else that asks for it.
struct EditLoss {
    let model: LanguageModel
    let weights: LossWeights
    let alpha: Float
    let beta: Float

    /// The loss of a part of a batch and, where asked for, its gradient.
    struct Evaluated {
        let terms: LossTerms
        /// Indices into the batch of the part's samples that spoil the loss, as far as they can be singled out.
        let spoiled: Set<Int>
        /// d loss / d directions, [B, D]; nil if the loss is not finite.
        let dDirections: Matrix?
    }

    /// The loss of P samples of a batch: their share of the batch's loss, whatever the other parts are.
    ///
    /// - Parameters:
    ///   - part: which P samples of `batch`.
    ///   - sequences: their frozen prompts, then their frozen essence prompts.
    ///   - base: the unedited logits of `sequences`, [R, V]; nil if no term needs them.
    ///   - directions: theirs, [P, D].
    ///   - terms: the loss of the parts before, to which this one's is added.
    /// - Throws: what the model and the device throw.
    func evaluate(
        _ batch: [TrainingExample], part: Range<Int>, sequences: [FrozenSequence], base: Matrix?,
        directions: Matrix, onto terms: LossTerms = LossTerms(), gradient: Bool
    ) throws -> Evaluated {
        let backend = model.backend
        let rows = LossRows(batch, part: part, weights: weights)
        let owners = (Array(part) + part.filter { batch[$0].essence != nil }).map { $0 - part.lowerBound }
        let pass = try model.edited(
            sequences, directions: directions, directionOf: owners, alpha: alpha, beta: beta,
            recording: gradient)
        precondition(pass.logits.rows == rows.count, "one row of logits for every read position")
        let scalars = try Scalars(
            rows: rows.count, directions: weights.norm == 0 ? 0 : part.count, on: backend)
        backend.distributionTerms(
            pass.logits, base: base, terms: try rows.terms(on: backend), into: scalars.values,
            gradient: gradient)
        if weights.norm != 0 { backend.rowDots(directions, directions, into: scalars.squares) }
        let (values, squares) = try scalars.read(from: backend)
        let norms = weights.norm == 0 ? nil : squares.map { Double($0).squareRoot() }
        var (terms, spoiled) = rows.sum(values, onto: terms)
        let normShare = weights.norm / Double(batch.count)
        for (index, norm) in zip(part, norms ?? []) {
            terms.norm += normShare * norm
            if !norm.isFinite { spoiled.insert(index) }
        }
        guard gradient, terms.loss.isFinite else {
            return Evaluated(terms: terms, spoiled: spoiled, dDirections: nil)
        }
        let dDirections = try pass.backward(pass.logits)
        if let norms { try addNormGradient(norms, share: normShare, of: directions, into: dDirections) }
        return Evaluated(terms: terms, spoiled: spoiled, dDirections: dDirections)
    }

    /// The results of a pass that the host reads, in one piece, so that it waits for the device once.
    private struct Scalars {
        /// Terms of the R read positions, [R, 3].
        let values: Matrix
        /// ‖d‖₂² of directions, [P, 1].
        let squares: Matrix
        private let all: Matrix

        init(rows: Int, directions: Int, on backend: any ComputeBackend) throws {
            all = try backend.makeMatrix(rows: 1, columns: 3 * rows + directions)
            values = Matrix(storage: all.storage, rows: rows, columns: 3)
            squares = Matrix(storage: all.storage, offset: 3 * rows, rows: directions, columns: 1)
        }

        func read(from backend: any ComputeBackend) throws -> (values: [Float], squares: [Float]) {
            let numbers = try backend.read(all)
            return (Array(numbers.prefix(3 * values.rows)), Array(numbers.suffix(squares.rows)))
        }
    }

    /// dDirections += share · d / ‖d‖₂; nothing for a direction of length 0.
    private func addNormGradient(
        _ norms: [Double], share: Double, of directions: Matrix, into dDirections: Matrix
    ) throws {
        let factors = try model.backend.makeMatrix(rows: norms.count, columns: 1)
        model.backend.write(norms.map { $0 == 0 ? 0 : Float(share / $0) }, into: factors)
        model.backend.scaleRows(directions, by: factors, into: dDirections, accumulate: true)
    }
}
