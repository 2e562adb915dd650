import Compute
import LanguageModels

/// The loss of SEMANTICS 6, for training, validation and everything else that asks for it.
struct EditLoss {
    let model: LanguageModel
    let weights: LossWeights
    let alpha: Float
    let beta: Float

    /// A batch's loss and, where asked for, its gradient.
    struct Evaluated {
        let terms: LossTerms
        /// Indices into the batch of the samples that spoil the loss, all of them if none can be singled
        /// out; empty if the loss is finite.
        let nonFinite: [Int]
        /// d loss / d directions, [B, D].
        let dDirections: Matrix?
    }

    /// - Parameters:
    ///   - batch: B samples.
    ///   - sequences: their frozen prompts, then their frozen essence prompts.
    ///   - base: the unedited logits of `sequences`, [R, V]; nil if no term needs them.
    ///   - directions: [B, D].
    /// - Throws: what the model and the device throw.
    func evaluate(
        _ batch: [TrainingExample], sequences: [FrozenSequence], base: Matrix?, directions: Matrix,
        gradient: Bool
    ) throws -> Evaluated {
        let backend = model.backend
        let rows = LossRows(batch, weights: weights)
        let owners = Array(batch.indices) + batch.indices.filter { batch[$0].essence != nil }
        let pass = try model.edited(
            sequences, directions: directions, directionOf: owners, alpha: alpha, beta: beta,
            recording: gradient)
        precondition(pass.logits.rows == rows.count, "one row of logits for every read position")
        let values = try backend.makeMatrix(rows: rows.count, columns: 3)
        backend.distributionTerms(
            pass.logits, base: base, terms: try rows.terms(on: backend), into: values, gradient: gradient)
        let norms = weights.norm == 0 ? nil : try directionNorms(directions)
        var (terms, spoiled) = rows.sum(try backend.read(values))
        if let norms {
            let share = weights.norm / Double(batch.count)
            for (index, norm) in norms.enumerated() {
                terms.norm += share * norm
                if !norm.isFinite { spoiled.insert(index) }
            }
        }
        if !terms.loss.isFinite {
            let named = spoiled.isEmpty ? Array(batch.indices) : spoiled.sorted()
            return Evaluated(terms: terms, nonFinite: named, dDirections: nil)
        }
        guard gradient else { return Evaluated(terms: terms, nonFinite: [], dDirections: nil) }
        let dDirections = try pass.backward(pass.logits)
        if let norms { try addNormGradient(norms, of: directions, into: dDirections) }
        return Evaluated(terms: terms, nonFinite: [], dDirections: dDirections)
    }

    /// ‖d‖₂ of every direction.
    private func directionNorms(_ directions: Matrix) throws -> [Double] {
        let squares = try model.backend.makeMatrix(rows: directions.rows, columns: 1)
        model.backend.rowDots(directions, directions, into: squares)
        return try model.backend.read(squares).map { Double($0).squareRoot() }
    }

    /// dDirections += λ_norm / B · d / ‖d‖₂; nothing for a direction of length 0.
    private func addNormGradient(
        _ norms: [Double], of directions: Matrix, into dDirections: Matrix
    ) throws {
        let share = weights.norm / Double(norms.count)
        let factors = try model.backend.makeMatrix(rows: norms.count, columns: 1)
        model.backend.write(norms.map { $0 == 0 ? 0 : Float(share / $0) }, into: factors)
        model.backend.scaleRows(directions, by: factors, into: dDirections, accumulate: true)
    }
}
