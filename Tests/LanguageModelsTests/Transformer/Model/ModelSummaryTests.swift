import Compute
import LanguageModels
import XCTest

final class ModelSummaryTests: XCTestCase {
    func testParametersByPart() throws {
        let summary = try ModelSummary(ModelFixture.checkpoint("gpt2"))
        let expected: [ModelPart: Int] = [
            .tokenEmbedding: 89 * 24, .positionEmbedding: 24 * 24,
            .attention: 3 * (24 * 72 + 72 + 24 * 24 + 24),
            .feedForward: 3 * (24 * 52 + 52 + 52 * 24 + 24), .norms: 7 * 2 * 24,
        ]
        XCTAssertEqual(
            Dictionary(uniqueKeysWithValues: summary.parts.map { ($0.part, $0.parameters) }), expected)
        XCTAssertEqual(summary.parameterCount, expected.values.reduce(0, +))
        XCTAssertEqual(summary.storedBytes, 4 * summary.parameterCount)
        XCTAssertEqual(summary.parametersByType, [.float32: summary.parameterCount])
        XCTAssertEqual(summary.weightBytes(), summary.storedBytes)
    }

    func testEveryTensorThatIsNotAMaskIsCounted() throws {
        for name in ModelFixture.names {
            let checkpoint = try ModelFixture.checkpoint(name)
            let summary = try ModelSummary(checkpoint)
            let all = checkpoint.tensorNames.filter { !$0.hasSuffix(".attn.bias") && !$0.contains("masked") }
                .compactMap { checkpoint.tensor($0) }
            XCTAssertEqual(
                summary.parameterCount, all.reduce(0) { $0 + $1.shape.reduce(1, *) }, name)
            XCTAssertEqual(
                summary.storedBytes,
                all.reduce(0) { $0 + $1.shape.reduce(1, *) * $1.elementType.byteCount }, name)
            let halved = summary.weightBytes(as: .float16)
            let vectors = all.filter { $0.shape.count == 1 }.reduce(0) { $0 + $1.shape[0] }
            XCTAssertEqual(halved, 2 * summary.parameterCount + 2 * vectors, name)
        }
    }

    func testPlanForeseesWhatIsFrozen() throws {
        let model = try ModelFixture.model("gpt_neox")
        let summary = try ModelSummary(ModelFixture.checkpoint("gpt_neox"))
        var workload = MemoryPlan.Workload(block: 0)
        workload.batchSize = 2
        workload.tokens = 9
        workload.prefix = 4
        workload.reads = 3
        workload.samples = 7
        let request = FreezeRequest(
            tokens: Array(2..<11), editedTokens: 4..<5, readPositions: [4, 6, 8])
        let plan = MemoryPlan(summary, workload)
        XCTAssertEqual(
            plan.frozen, 7 * model.frozenByteCount(request, block: 0, keepingBase: true))
        XCTAssertEqual(plan.weights, summary.weightBytes())
        XCTAssertEqual(plan.logits, 2 * 2 * 3 * 83 * 4)
        XCTAssertGreaterThan(plan.training, plan.weights + plan.frozen)
        // A higher block keeps and records less.
        workload.block = 2
        let higher = MemoryPlan(summary, workload)
        XCTAssertLessThan(higher.frozen, plan.frozen)
        XCTAssertLessThan(higher.activations, plan.activations)
    }
}
