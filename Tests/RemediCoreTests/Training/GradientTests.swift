import Compute
import LanguageModels
import XCTest

@testable import RemediCore

/// Every loss term through every editor against PyTorch's autograd in float64.
final class GradientTests: XCTestCase {
    private static let lambdas = [
        "mediated": 1.0, "unmediated": 1.0, "kl": 0.625, "norm": 0.3, "essence": 0.7,
    ]

    /// The options of one of the oracle's settings.
    private func options(_ setting: String) -> TrainingOptions {
        var options = TrainingOptions()
        let isSingle = Self.lambdas[setting] != nil || setting == "kl-last-sample"
        func weight(_ term: String) -> Double { isSingle && setting != term ? 0 : Self.lambdas[term] ?? 0 }
        options.mediatedWeight = weight("mediated")
        options.unmediatedWeight = weight("unmediated")
        options.divergenceWeight = setting == "kl-last-sample" ? 10 : weight("kl")
        options.divergence = setting == "kl-last-sample" ? .lastSample : .batch
        options.normWeight = weight("norm")
        options.essenceWeight = weight("essence")
        options.tokens.useAllEntityTokens = setting == "all-tokens"
        if setting == "scaled" {
            options.alpha = 0.75
            options.beta = 1.25
        }
        return options
    }

    private func check(_ fixture: TrainingFixture, expectedSettings: Int) throws {
        let (tensors, losses) = try fixture.gradients()
        let samples = try TrainingFixture.samples("gradient-samples.jsonl")
        var settings = 0
        for variant in EditorVariant.all {
            let names = (losses.object?.keys ?? []).filter { $0.hasPrefix(variant.name + "/") }
            for name in names {
                settings += 1
                let setting = String(name.dropFirst(variant.name.count + 1))
                let options = options(setting)
                let weights = LossWeights(options, dataset: .counterfact)
                let examples = try samples.map {
                    try TrainingExample($0, model: fixture.model, options: options.tokens, weights: weights)
                }
                let frozen = FrozenStore(
                    examples, block: 1, model: fixture.model, needsBase: weights.needsBase, budget: 0)
                let editor = try variant.editor(of: fixture, tensors)
                let representations = try fixture.model.representations(
                    of: samples, block: 1, options: options.tokens)
                let pass = try editor.forward(representations, sampleIds: samples.map(\.id))
                let (sequences, base) = try frozen.batch(Array(samples.indices))
                let loss = EditLoss(
                    model: fixture.model, weights: weights, alpha: Float(options.alpha),
                    beta: Float(options.beta))
                let result = try loss.evaluate(
                    examples, part: examples.indices, sequences: sequences, base: base,
                    directions: pass.directions, gradient: true)
                let measured = try loss.evaluate(
                    examples, part: examples.indices, sequences: sequences, base: base,
                    directions: pass.directions, gradient: false)
                XCTAssertEqual(measured.terms, result.terms, name)
                try compare(result.terms, try XCTUnwrap(losses[name]), weights: weights, name: name)

                let dDirections = try XCTUnwrap(result.dDirections)
                try compare(
                    fixture.model.backend.read(dDirections), tensors["\(name)/directions"], name: name)
                let gradients = try editor.parameters.map {
                    try editor.backend.makeMatrix(rows: $0.rows, columns: $0.columns)
                }
                try editor.backward(dDirections, of: pass, into: gradients)
                for (parameter, gradient) in zip(editor.parameterShapes, gradients) {
                    try compare(
                        editor.backend.read(gradient), tensors["\(name)/\(parameter.name)"],
                        name: "\(name)/\(parameter.name)")
                }
            }
        }
        XCTAssertEqual(settings, expectedSettings)
    }

    private func compare(
        _ found: [Float], _ expected: StoredTensor?, name: String
    ) throws {
        let distance = relativeDistance(found, try XCTUnwrap(expected, name).floats())
        XCTAssertLessThanOrEqual(distance, 1e-4, "gradient of \(name)")
    }

    private func compare(
        _ found: LossTerms, _ expected: JSONValue, weights: LossWeights, name: String
    ) throws {
        let json = found.json(weights)
        for (term, value) in try XCTUnwrap(expected.object).members {
            let expected = try XCTUnwrap(value.double)
            XCTAssertEqual(
                try XCTUnwrap(json[term]?.double, name), expected,
                // A divergence is a difference of log-probabilities near 6, of which float32 keeps 5e-7.
                accuracy: 1e-4 * abs(expected) + 1e-7, "\(term) of \(name)")
        }
    }

    /// Eight editors, each with all terms at once and six terms alone; edits of all entity tokens; α and β.
    func testGradientsOfGPT2() throws {
        try check(try TrainingFixture("gpt2"), expectedSettings: 8 * 7 + 2)
    }

    func testGradientsOfLlama() throws {
        try check(try TrainingFixture("llama"), expectedSettings: 8 + 2)
    }
}
