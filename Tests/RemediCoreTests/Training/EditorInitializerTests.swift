import LanguageModels
import XCTest

@testable import RemediCore

final class EditorInitializerTests: XCTestCase {
    /// One shared stream gives, to the bit, what `torch.manual_seed` and the `nn.Linear` layers of six
    /// editors in a row give.
    func testSharedStreamIsTorchs() throws {
        let fixture = try JSONValue(
            parsing: try Data(contentsOf: FixtureFiles.own("training/random-numbers.json")))
        let editors = try XCTUnwrap(fixture["editors"]?.array)
        let plan = try editors.enumerated().map { index, entry in
            PlannedEditor(
                type: try XCTUnwrap(entry["type"]?.string.flatMap(EditorType.init(rawValue:))), block: index,
                shape: EditorShape(hiddenSize: try XCTUnwrap(entry["size"]?.integer)))
        }
        XCTAssertEqual(plan.count, 6)
        let initializer = EditorInitializer(seed: 123456, streams: .shared, plan: plan)
        for (index, entry) in editors.enumerated() {
            let first = try XCTUnwrap(entry["first"]?.array)
            let last = try XCTUnwrap(entry["last"]?.array)
            let values = initializer.values(of: index)
            XCTAssertEqual(values.count, first.count)
            for (parameter, value) in values.enumerated() {
                let bits = value.map { Int($0.bitPattern) }
                let name = "editor \(index), parameter \(parameter)"
                XCTAssertEqual(
                    Array(bits.prefix(8)), first[parameter].array?.compactMap(\.integer), name)
                XCTAssertEqual(Array(bits.suffix(3)), last[parameter].array?.compactMap(\.integer), name)
            }
        }
    }

    /// With streams of their own, editors do not depend on which others are made.
    func testSeparateStreamsAreIndependent() {
        let shape = EditorShape(hiddenSize: 6)
        let one = PlannedEditor(type: .linear, block: 3, shape: shape)
        let other = PlannedEditor(type: .linear, block: 2, shape: shape)
        let alone = EditorInitializer(seed: 5, streams: .separate, plan: [one])
        let second = EditorInitializer(seed: 5, streams: .separate, plan: [other, one])
        XCTAssertEqual(alone.values(of: 0), second.values(of: 1))
        XCTAssertNotEqual(second.values(of: 0), second.values(of: 1))
        XCTAssertNotEqual(
            alone.values(of: 0),
            EditorInitializer(seed: 6, streams: .separate, plan: [one]).values(of: 0))
    }

    /// All values lie within ±1/√fan_in and fill the range evenly.
    func testRange() {
        let shape = EditorShape(hiddenSize: 64, rank: 16, useEntity: true)
        for streams in TrainingOptions.RandomStreams.allCases {
            let plan = [PlannedEditor(type: .linear, block: 0, shape: shape)]
            let values = EditorInitializer(seed: 1, streams: streams, plan: plan).values(of: 0)
            XCTAssertEqual(values.map(\.count), [16 * 128, 16, 64 * 16, 64])
            for (parameter, inputs) in [(0, 128.0), (1, 128.0), (2, 16.0), (3, 16.0)] {
                let bound = 1 / inputs.squareRoot()
                let scaled = values[parameter].map { Double($0) / bound }
                XCTAssertTrue(scaled.allSatisfy { abs($0) <= 1.000001 }, "\(streams) \(parameter)")
                guard scaled.count > 1000 else { continue }
                let mean = scaled.reduce(0, +) / Double(scaled.count)
                let square = scaled.reduce(0) { $0 + $1 * $1 } / Double(scaled.count)
                XCTAssertEqual(mean, 0, accuracy: 0.06, "\(streams) \(parameter)")
                XCTAssertEqual(square, 1.0 / 3, accuracy: 0.04, "\(streams) \(parameter)")
            }
        }
    }

    func testTypesWithoutTrainingDrawNothing() {
        let shape = EditorShape(hiddenSize: 4)
        let plan = [
            PlannedEditor(type: .random, block: 0, shape: shape),
            PlannedEditor(type: .linear, block: 0, shape: shape),
        ]
        let mixed = EditorInitializer(seed: 9, streams: .shared, plan: plan)
        let plain = EditorInitializer(seed: 9, streams: .shared, plan: [plan[1]])
        XCTAssertEqual(mixed.values(of: 0), [])
        XCTAssertEqual(mixed.values(of: 1), plain.values(of: 0))
    }
}
