import Foundation
import LanguageModels
import XCTest

@testable import RemediCore

final class SweepPlanTests: XCTestCase {
    private func summary(
        _ part: SweepPart, layer: Int, _ benchmark: String, _ metric: String, _ mean: Double
    ) -> EvaluationSummary {
        EvaluationSummary(
            condition: .edited(.linear, block: layer), benchmark: benchmark, sampleCount: 4,
            metrics: [NamedMetric(name: metric, metric: Metric(value: mean))], skipped: SkippedSamples(),
            counts: [:], file: URL(fileURLWithPath: "/"), isReused: false, part: part)
    }

    private var plan: GenerationPlan {
        var plan = GenerationPlan()
        plan.benchmarks = [.paraphrase]
        return plan
    }

    func testTheLayerIsChosenOnValidationSamples() {
        let choice = SweepChoice(
            [
                summary(.validation, layer: 0, "paraphrase", "score", 0.5),
                summary(.validation, layer: 1, "paraphrase", "score", 0.75),
                summary(.validation, layer: 2, "paraphrase", "score", 0.75),
                summary(.validation, layer: 3, "paraphrase", "score", .nan),
                summary(.evaluation, layer: 0, "paraphrase", "score", 0.9),
                summary(.evaluation, layer: 1, "paraphrase", "score", 0.625),
                summary(.evaluation, layer: 2, "paraphrase", "score", 0.7),
                summary(.evaluation, layer: 3, "paraphrase", "score", 1),
            ], of: plan)
        XCTAssertEqual(choice.chosen?.layer, 1)
        XCTAssertEqual(choice.chosen?.evaluation, 0.625)
        XCTAssertEqual(
            choice.table(format: .csv).text(.csv),
            """
            ,layer,"paraphrase, validation",test,samples,paraphrase
            ,0,0.5,0.9,4,0.9
            chosen,1,0.75,0.625,4,0.625
            ,2,0.75,0.7,4,0.7
            ,3,,1.0,4,1.0

            """)
        XCTAssertEqual(choice.json["layers"]?.array?[3], ["layer": 3, "validation": nil, "test": 1.0])
    }

    /// 2 / (1/0.5 + 1/1) and so on; a figure of 0 leaves 0.
    func testHarmonicMeans() {
        XCTAssertEqual(plan.harmonicMean([0.5, 1])!, 2.0 / 3, accuracy: 1e-15)
        XCTAssertEqual(plan.harmonicMean([0.25, 0.5, 4])!, 3 / 6.25, accuracy: 1e-15)
        XCTAssertEqual(plan.harmonicMean([0, 1]), 0)
        XCTAssertNil(plan.harmonicMean([]))
    }

    func testSettingsAreThoseOfTheEvaluation() {
        XCTAssertEqual(SweepPlan<GenerationPlan>.settings.map(\.key), GenerationPlan.settings.map(\.key))
        XCTAssertEqual(SweepPlan<GenerationPlan>.kind, "sweep.gen")
        XCTAssertEqual(
            SweepPlan<GenerationPlan>().resultsName(for: ModelName("gpt2")), "sweep_gen_counterfact_gpt2")
    }

    func testControlModelsAreEditedWhereTheirModelIs() {
        let layers = LayerPlan(byModel: ["gpt2": .only([3])])
        XCTAssertEqual(layers.layers(for: ModelName("gpt2_random")), .only([3]))
        XCTAssertEqual(layers.layers(for: ModelName("models/gpt2_random")), .only([3]))
        XCTAssertEqual(ModelName("openai-community/gpt2").control.key, "gpt2_random")
        XCTAssertEqual(layers.layers(for: ModelName("gptj")), .all)
    }
}
