import Compute
import LanguageModels

/// The directions of one batch, with what their gradients need.
struct EditorPass {
    /// [B, D].
    let directions: Matrix
    /// The input of the first layer: [B, D] or [B, 2D]; the attribute for biaffine and scalar editors.
    let input: Matrix
    /// The entity, for biaffine editors.
    let entity: Matrix
    /// The first layer's output: [B, rank], [B, D] before the rectifier, or the scalar editor's [B, 1].
    var hidden: Matrix?
    /// The rectifier's output, [B, D].
    var activated: Matrix?
}

extension Editor {
    /// d for every sample (Semantics.md §5.1).
    func forward(_ representations: SampleRepresentations, sampleIds: [String]) throws -> EditorPass {
        let attribute = representations.attribute
        precondition(attribute.columns == hiddenSize, "representations must be as wide as the editor")
        let directions = try backend.makeMatrix(rows: attribute.rows, columns: hiddenSize)
        let input = shape.useEntity ? try joined(representations) : attribute
        var pass = EditorPass(directions: directions, input: input, entity: representations.entity)
        switch type {
        case .linear:
            if shape.rank == nil {
                apply(layer: 0, to: input, into: directions)
            } else {
                pass.hidden = try applied(layer: 0, to: input)
                if let hidden = pass.hidden { apply(layer: 1, to: hidden, into: directions) }
            }
        case .biaffine:
            apply(layer: 0, to: representations.entity, into: directions)
            apply(layer: 1, to: attribute, into: directions, accumulate: true)
        case .mlp:
            let hidden = try applied(layer: 0, to: input)
            let activated = try backend.makeMatrix(rows: hidden.rows, columns: hidden.columns)
            backend.activation(.leakyRelu, hidden, into: activated)
            apply(layer: 1, to: activated, into: directions)
            pass.hidden = hidden
            pass.activated = activated
        case .scalar:
            let factors = try applied(layer: 0, to: attribute)
            backend.scaleRows(attribute, by: factors, into: directions, accumulate: false)
            pass.hidden = factors
        case .random: try drawDirections(sampleIds, into: directions)
        case .identity: backend.copy(attribute, into: directions)
        case .null: backend.fill(directions, with: 0)
        }
        return pass
    }

    /// Overwrites `gradients`, which have the parameters' shapes, by d loss / d parameters, given
    /// d loss / d directions [B, D].
    func backward(_ dDirections: Matrix, of pass: EditorPass, into gradients: [Matrix]) throws {
        switch type {
        case .linear:
            guard let hidden = pass.hidden else {
                differentiate(layer: 0, dDirections, input: pass.input, into: gradients)
                return
            }
            differentiate(layer: 1, dDirections, input: hidden, into: gradients)
            let dHidden = try backend.makeMatrix(rows: hidden.rows, columns: hidden.columns)
            backend.linearBackward(dDirections, Weight(parameters[2]), into: dHidden, accumulate: false)
            differentiate(layer: 0, dHidden, input: pass.input, into: gradients)
        case .biaffine:
            differentiate(layer: 0, dDirections, input: pass.entity, into: gradients)
            differentiate(layer: 1, dDirections, input: pass.input, into: gradients)
        case .mlp:
            guard let hidden = pass.hidden, let activated = pass.activated else { return }
            differentiate(layer: 1, dDirections, input: activated, into: gradients)
            let dHidden = try backend.makeMatrix(rows: hidden.rows, columns: hidden.columns)
            backend.linearBackward(dDirections, Weight(parameters[2]), into: dHidden, accumulate: false)
            backend.activationBackward(.leakyRelu, dHidden, x: hidden, into: dHidden)
            differentiate(layer: 0, dHidden, input: pass.input, into: gradients)
        case .scalar:
            let dFactors = try backend.makeMatrix(rows: dDirections.rows, columns: 1)
            backend.rowDots(dDirections, pass.input, into: dFactors)
            differentiate(layer: 0, dFactors, input: pass.input, into: gradients)
        case .random, .identity, .null: preconditionFailure("\(type) editors are not trained")
        }
    }

    /// y (+)= x · Wᵀ + b with the `layer`-th pair of parameters.
    private func apply(layer: Int, to x: Matrix, into y: Matrix, accumulate: Bool = false) {
        backend.linear(
            x, Weight(parameters[2 * layer]), bias: parameters[2 * layer + 1], into: y,
            accumulate: accumulate)
    }

    private func applied(layer: Int, to x: Matrix) throws -> Matrix {
        let result = try backend.makeMatrix(rows: x.rows, columns: parameters[2 * layer].rows)
        apply(layer: layer, to: x, into: result)
        return result
    }

    /// dW = dyᵀ · x, db = Σ dy of the `layer`-th pair.
    private func differentiate(layer: Int, _ dy: Matrix, input: Matrix, into gradients: [Matrix]) {
        backend.outerProduct(dy, input, into: gradients[2 * layer], accumulate: false)
        backend.columnSums(dy, into: gradients[2 * layer + 1], accumulate: false)
    }

    /// [h_entity; h_attr], [B, 2D].
    private func joined(_ representations: SampleRepresentations) throws -> Matrix {
        let size = hiddenSize
        let result = try backend.makeMatrix(rows: representations.entity.rows, columns: 2 * size)
        backend.copy(representations.entity, into: result.columns(0..<size))
        backend.copy(representations.attribute, into: result.columns(size..<2 * size))
        return result
    }

    /// One draw from N(mean, variance) a sample, keyed by the editor's seed and block and the sample's id.
    private func drawDirections(_ sampleIds: [String], into directions: Matrix) throws {
        let values = try values()
        let deviations = values[1].map { Double($0).squareRoot() }
        var draws: [Float] = []
        draws.reserveCapacity(sampleIds.count * hiddenSize)
        for id in sampleIds {
            var stream = RandomStream(
                seed: metadata.seed, purpose: "random editor \(block)", sample: id)
            for (mean, deviation) in zip(values[0], deviations) {
                draws.append(Float(Double(mean) + deviation * stream.normal()))
            }
        }
        backend.write(draws, into: directions)
    }
}
